package dev.brink.grid;

import dev.brink.grid.wire.BeaconPhase;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for live parts of the grid that this node is not in, and yields to one that prevails. All
 * methods are called on the control thread. A part counts as foreign when two looks in a row show a
 * node in service that does not see this one and that this one does not see, and its discovery port
 * takes connections from this one.
 *
 * <p>A node that sees this one and that this one does not see is about to hear that it was left
 * behind, or to leave this one behind. Where neither comes to pass, as when all were frozen for
 * longer than the failure detection takes, Ignite's ring has lost a message about its own members,
 * and writes wait for ever: then one that does not see all yields, too.
 */
final class Watcher {
  private static final Logger log = LoggerFactory.getLogger(Watcher.class);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(700);
  private static final int LOOKS = 2;
  private static final int LEAST_ONE_SIDED_LOOKS = 4;
  private static final int MAX_LOOKS = 256;

  private final String cluster;
  private final UUID self;
  private final Beacon beacon;
  private final Neighbours neighbours;
  private final Handshake handshake;
  private final Executor control;
  private final int oneSidedLooks;
  private final Consumer<String> leave;
  private final Map<UUID, Integer> looks = new HashMap<>();
  private final Backoff backoff =
      new Backoff(Duration.ofSeconds(4), Duration.ofMinutes(5), RandomGenerator.getDefault());
  private long yieldDue = System.nanoTime();

  /**
   * A watcher.
   *
   * @param failureDetection after how long a silent member counts as failed
   * @param leave leaves the present part of the grid, for the reason given, and joins again
   */
  Watcher(
      String cluster,
      UUID self,
      Beacon beacon,
      Neighbours neighbours,
      Handshake handshake,
      Executor control,
      Duration failureDetection,
      Consumer<String> leave) {
    this.cluster = cluster;
    this.self = self;
    this.beacon = beacon;
    this.neighbours = neighbours;
    this.handshake = handshake;
    this.control = control;
    oneSidedLooks = Math.max(LEAST_ONE_SIDED_LOOKS, 2 * (int) failureDetection.toSeconds());
    this.leave = leave;
  }

  /** Asks all who are not in the view, once a second; what they say arrives later. */
  void look(IgniteSession session, View view) {
    Set<HostPort> absent = new HashSet<>(neighbours.addresses());
    view.peers().forEach(peer -> absent.remove(peer.discovery()));
    for (HostPort address : absent) {
      beacon
          .ask(address, ANSWER_TIMEOUT)
          .thenAcceptAsync(sighting -> weigh(session, sighting), control)
          .exceptionally(
              failure -> {
                log.trace("{} is silent", address, failure);
                return null;
              });
    }
  }

  /** A yield that led to other members was no failure. */
  void joined(View view) {
    looks.clear();
    if (view.peers().size() > 1) {
      backoff.reset();
    }
  }

  private void weigh(IgniteSession session, Sighting other) {
    if (session.stopped()) {
      return;
    }
    View view = View.of(0, session.peers());
    UUID theirs = other.session();
    if (other.phase() != BeaconPhase.SERVING
        || theirs == null
        || !other.cluster().equals(cluster)
        || other.member().equals(self)) {
      return;
    }
    if (view.hasSession(theirs)) {
      looks.remove(theirs);
      return;
    }
    if (looks.size() > MAX_LOOKS) {
      looks.clear();
    }
    int needed = other.seesAsker() ? oneSidedLooks : LOOKS;
    boolean certain = looks.merge(theirs, 1, Integer::sum) >= needed;
    if (!certain || System.nanoTime() - yieldDue < 0) {
      return;
    }
    if (other.prevailsOver(view.peers().size(), view.lowestId())) {
      yieldDue = System.nanoTime() + backoff.next().toNanos();
      var _ =
          CompletableFuture.supplyAsync(
                  () -> obstacle(other.at()), task -> Thread.ofVirtual().start(task))
              .thenAcceptAsync(why -> yieldTo(session, other, why), control);
    }
  }

  /** A beacon can be anybody's: who would not be let in there stays where it is. */
  private Optional<String> obstacle(HostPort at) {
    return Seeker.takesConnections(at, ANSWER_TIMEOUT)
        ? handshake.refusal(at, ANSWER_TIMEOUT)
        : Optional.of("its port takes no connection");
  }

  private void yieldTo(IgniteSession session, Sighting other, Optional<String> obstacle) {
    if (obstacle.isPresent()) {
      log.warn("{} says it is a part of the grid, but {}", other.at(), obstacle.get());
    } else if (!session.stopped()) {
      leave.accept(
          "joining the part of the grid at "
              + other.at()
              + ", which has "
              + other.members()
              + " members");
    }
  }
}
