package dev.brink.grid;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The present state and view. One thread writes, anybody reads, and the publisher tells listeners
 * the differences.
 */
final class Status implements Publisher.Source {
  private static final Logger log = LoggerFactory.getLogger(Status.class);

  private record Moment(GridState state, String reason, View view) {}

  private final Publisher publisher;
  private final Predicate<UUID> known;
  private final Queue<GridListener> newcomers = new ConcurrentLinkedQueue<>();
  private final List<GridListener> listeners = new CopyOnWriteArrayList<>();
  private volatile Moment now;

  /** Sessions whose members left by closing; those that are not told yet. */
  private final Set<UUID> leavers = ConcurrentHashMap.newKeySet();

  /** What the listeners know; of the publisher's thread. */
  private Moment told;

  /**
   * Starts with a view of this node alone.
   *
   * @param known tells whether a member that is gone still counts, that is, did not close
   */
  Status(Publisher publisher, Peer self, Predicate<UUID> known) {
    this.publisher = publisher;
    this.known = known;
    now = new Moment(GridState.STARTING, "starting", View.of(1, List.of(self)));
    told = now;
    publisher.add(this);
  }

  GridState state() {
    return now.state;
  }

  String reason() {
    return now.reason;
  }

  View view() {
    return now.view;
  }

  void state(GridState state, String reason) {
    Moment before = now;
    if (before.state != state) {
      log.info("the grid was {} and is {}: {}", before.state, state, reason);
      now = new Moment(state, reason, before.view);
      publisher.wake();
    }
  }

  /** Takes over who is present; returns the sessions of members that failed. */
  Set<UUID> peers(List<Peer> peers) {
    Moment before = now;
    if (Set.copyOf(before.view.peers()).equals(Set.copyOf(peers))) {
      return Set.of();
    }
    View view = View.of(before.view.membership().version() + 1, peers);
    Set<UUID> failed = new HashSet<>();
    for (Peer gone : before.view.peers()) {
      if (!view.hasSession(gone.session()) && !gone.member().self()) {
        if (known.test(gone.member().id())) {
          failed.add(gone.session());
          log.warn("member {} ({}) is missing", gone.member().name(), gone.member().id());
        } else {
          log.info("member {} ({}) has left", gone.member().name(), gone.member().id());
          leavers.add(gone.session());
        }
      }
    }
    for (Peer peer : peers) {
      if (!before.view.hasSession(peer.session()) && !peer.member().self()) {
        log.info("member {} ({}) is present", peer.member().name(), peer.member().id());
      }
    }
    now = new Moment(before.state, before.reason, view);
    publisher.wake();
    return failed;
  }

  void listen(GridListener listener) {
    newcomers.add(listener);
    publisher.wake();
  }

  @Override
  public void publish() {
    Moment present = now;
    tellMembers(present.view);
    if (told.state != present.state) {
      forAll(listener -> listener.stateChanged(told.state, present.state, present.reason));
    }
    told = present;
    for (GridListener newcomer = newcomers.poll(); newcomer != null; newcomer = newcomers.poll()) {
      GridListener listener = newcomer;
      for (Peer peer : present.view.peers()) {
        if (!peer.member().self()) {
          publisher.guarded("the grid", () -> listener.memberJoined(peer.member()));
        }
      }
      listeners.add(listener);
    }
  }

  private void tellMembers(View present) {
    Map<UUID, Peer> before = bySession(told.view);
    Map<UUID, Peer> after = bySession(present);
    before.forEach(
        (session, peer) -> {
          if (!after.containsKey(session) && !peer.member().self()) {
            boolean failed = !leavers.remove(session);
            forAll(listener -> listener.memberLeft(peer.member(), failed));
          }
        });
    after.forEach(
        (session, peer) -> {
          if (!before.containsKey(session) && !peer.member().self()) {
            forAll(listener -> listener.memberJoined(peer.member()));
          }
        });
  }

  private void forAll(Consumer<GridListener> call) {
    for (GridListener listener : listeners) {
      publisher.guarded("the grid", () -> call.accept(listener));
    }
  }

  private static Map<UUID, Peer> bySession(View view) {
    Map<UUID, Peer> peers = new HashMap<>();
    view.peers().forEach(peer -> peers.put(peer.session(), peer));
    return peers;
  }
}
