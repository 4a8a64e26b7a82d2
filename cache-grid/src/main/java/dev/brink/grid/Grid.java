package dev.brink.grid;

import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * This node's part in the grid: its membership and its replicated maps. What it holds is in this
 * process's memory and can be read at any time; an Ignite node behind it carries changes from and
 * to the other members and may fail and be restarted in place without a reader noticing.
 *
 * <p>Writes need the majority of the <em>known</em> members: those seen that did not leave by
 * {@link #close()}. Known members are remembered in a file over restarts. Exactly half of them is
 * enough for the half that holds the oldest one; so of two members the older one goes on alone and
 * the younger one does not. A node that starts with an empty memory and finds nobody is a majority
 * of one. A member that stays away is forgotten after {@link GridBuilder#retention}, by those in
 * the majority only, or by {@link #forget}.
 *
 * <p>A grid that was split, or started in parts, becomes one by itself once the parts reach each
 * other: the part with fewer members (of two equal ones: the one whose lowest id is greater)
 * restarts its Ignite nodes in place, joins the other, and brings its records along.
 *
 * <p>Thread-safe. No method but {@link #close()} waits.
 */
public interface Grid extends AutoCloseable {
  /** Options for a grid, with their defaults. */
  static GridBuilder builder() {
    return new GridBuilder();
  }

  /** This node. */
  Member self();

  /**
   * Who is in the grid, this node included. In {@link GridState#RESTARTING} the view from before.
   */
  Membership membership();

  /**
   * The known members that are not in the view, sorted by id; they count when a majority is asked
   * for.
   */
  List<Member> missing();

  /** What the grid can do right now. */
  GridState state();

  /** Adds a listener, which first hears of the members already present and then of every change. */
  void listen(GridListener listener);

  /**
   * The map of that name, the same object each time. It holds the entries of the other members at
   * once.
   *
   * @param name 1 to 64 characters of {@code a-z 0-9 - . _}
   */
  ReplicatedMap map(String name);

  /**
   * The keys and values of a namespace. Cheap; namespaces need not be created.
   *
   * @throws IllegalArgumentException when the namespace is durable and this grid is not, see {@link
   *     GridBuilder#durable}
   */
  KeyValue keyValue(Namespace namespace);

  /** Whether durable namespaces can be used right now; false when this grid keeps none. */
  boolean durableReady();

  /** What key-value calls did on this node. */
  KeyValueStats keyValueStats();

  /** The clock that stamps this node's records. */
  HybridClock clock();

  /**
   * The members that keep the durable store and are not there, also those that left in good order;
   * they count when its majority is asked for. None while it is not known, as at the start.
   */
  Set<UUID> missingKeepers();

  /**
   * Stops counting a missing member, on all members that can be reached. Works without a majority:
   * it is the way out when the majority is gone for good. What only members that are gone for good
   * had of the durable store is lost then. A member that is not missing, or is not known, is left
   * as it is.
   *
   * @return whether there was such a missing member
   */
  boolean forget(UUID member);

  /**
   * The port of this node that seeds of other nodes name, over TCP (Ignite) and UDP (the beacon).
   */
  int discoveryPort();

  /** The TCP port for Ignite's messages. */
  int communicationPort();

  /**
   * Leaves the grid and stops all threads. The others stop counting on this node. Waits for at most
   * about 15 s, and before that for {@link GridBuilder#leaveTimeout}; a second call does nothing.
   */
  @Override
  void close();
}
