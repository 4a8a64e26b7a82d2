package dev.brink.grid;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.brink.grid.wire.BeaconPhase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whom to join, at the moment Ignite wants to know. A node joins the greatest part of the
 * grid that answers.
 *
 * <p>Of several that start at the same time and see each other, the one with the lowest id goes
 * first and the others wait for it. As in Lamport's bakery (CACM 1974) a node says that it is a
 * candidate and looks once more before it goes first; it stands back for a lower id, and waits for
 * a candidate with a higher one to stand back or to go. What this misses, because datagrams were
 * lost, the watcher brings together later.
 */
final class Seeker {
  private static final Logger log = LoggerFactory.getLogger(Seeker.class);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Duration DISTRUST = Duration.ofMinutes(5);
  private static final Duration VERDICT_TIMEOUT = Duration.ofSeconds(3);
  private static final Executor VIRTUAL = task -> Thread.ofVirtual().start(task);

  private final String cluster;
  private final UUID self;
  private final UUID incarnation;
  private final Beacon beacon;
  private final Neighbours neighbours;
  private final Handshake handshake;
  private final Duration answerTimeout;
  private final Duration patience;
  private final Throttle foreignWarnings = new Throttle(Duration.ofMinutes(1));
  private final Map<HostPort, Long> distrusted = new ConcurrentHashMap<>();
  private volatile BeaconPhase phase = BeaconPhase.IDLE;
  private volatile List<HostPort> chosen = List.of();

  /**
   * A seeker.
   *
   * @param neighbours where other nodes might be
   * @param handshake tells whether they take this node for one of theirs
   * @param patience for how long at most to wait for another starting node to go first
   */
  Seeker(
      String cluster,
      UUID self,
      UUID incarnation,
      Beacon beacon,
      Neighbours neighbours,
      Handshake handshake,
      Duration answerTimeout,
      Duration patience) {
    this.cluster = cluster;
    this.self = self;
    this.incarnation = incarnation;
    this.beacon = beacon;
    this.neighbours = neighbours;
    this.handshake = handshake;
    this.answerTimeout = answerTimeout;
    this.patience = patience;
  }

  BeaconPhase phase() {
    return phase;
  }

  void phase(BeaconPhase phase) {
    this.phase = phase;
  }

  /**
   * Asks around, shortly, so that a common mistake is reported at once and not by Ignite.
   *
   * @throws GridException when another process runs under this node's id
   */
  void checkIdIsFree() {
    usable(beacon.askAll(neighbours.addresses(), SHORT));
  }

  /**
   * Whom to join; nobody when this node shall start a grid of its own. Waits for answers and for
   * nodes that go first.
   *
   * @throws GridException when another process runs under this node's id
   */
  List<InetSocketAddress> seek() throws InterruptedException {
    long started = System.nanoTime();
    chosen = List.of();
    distrusted.values().removeIf(since -> System.nanoTime() - since > DISTRUST.toNanos());
    phase = BeaconPhase.LAUNCHING;
    while (true) {
      Set<HostPort> asked = new LinkedHashSet<>(neighbours.addresses());
      List<Sighting> answers = beacon.askAll(asked, answerTimeout);
      List<Sighting> seen = usable(answers);
      Set<HostPort> targets = greatest(seen);
      if (!targets.isEmpty()) {
        chosen = List.copyOf(targets);
        phase = BeaconPhase.COMMITTED;
        return resolved(targets);
      }
      boolean patient = System.nanoTime() - started < patience.toNanos();
      if (patient && seen.stream().anyMatch(this::goesFirst)) {
        phase = BeaconPhase.LAUNCHING;
        Thread.sleep(PAUSE);
      } else if (patient && seen.stream().anyMatch(Seeker::isCandidate)) {
        Thread.sleep(PAUSE);
      } else if (phase == BeaconPhase.CANDIDATE || asked.isEmpty()) {
        phase = BeaconPhase.COMMITTED;
        chosen = silentButOpen(asked, answers);
        return resolved(chosen);
      } else {
        phase = BeaconPhase.CANDIDATE;
      }
    }
  }

  /**
   * Why those whom Ignite was told to join did not take this node; empty when that is not a matter
   * of trust. Waits. One that nobody configured, which only asked, is not told of again for five
   * minutes: strangers do not decide whether this node starts.
   */
  Optional<String> refusal() {
    for (HostPort at : chosen) {
      Optional<String> why = handshake.refusal(at, VERDICT_TIMEOUT);
      if (why.isPresent()) {
        if (!neighbours.expects(at)) {
          distrusted.put(at, System.nanoTime());
        }
        return why;
      }
    }
    return Optional.empty();
  }

  private static List<InetSocketAddress> resolved(Collection<HostPort> addresses) {
    return addresses.stream().map(HostPort::resolve).toList();
  }

  private boolean goesFirst(Sighting other) {
    return other.member().compareTo(self) < 0
        && (other.phase() == BeaconPhase.LAUNCHING || isCandidate(other));
  }

  private static boolean isCandidate(Sighting other) {
    return other.phase() == BeaconPhase.CANDIDATE;
  }

  private static Set<HostPort> greatest(List<Sighting> seen) {
    return seen.stream()
        .filter(Sighting::joinable)
        .max(
            Comparator.comparing((Sighting other) -> other.phase() == BeaconPhase.SERVING)
                .thenComparingInt(Sighting::members)
                .thenComparing(Sighting::lowest, Comparator.reverseOrder()))
        .map(
            best -> {
              Set<HostPort> targets = new LinkedHashSet<>(List.of(best.at()));
              targets.addAll(best.addresses());
              return targets;
            })
        .orElse(new LinkedHashSet<>());
  }

  @CanIgnoreReturnValue
  private List<Sighting> usable(List<Sighting> seen) {
    for (Sighting other : seen) {
      if (!other.cluster().equals(cluster) && foreignWarnings.permits()) {
        log.warn(
            "{} belongs to cluster {} and is left alone (expected: {})",
            other.at(),
            other.cluster(),
            cluster);
      }
      if (other.member().equals(self)
          && !other.incarnation().equals(incarnation)
          && other.cluster().equals(cluster)) {
        throw new GridException(
            "nodeId: "
                + self
                + " (expected: an id that no other node has; one at "
                + other.at()
                + " has it)");
      }
    }
    return seen.stream()
        .filter(
            other ->
                other.cluster().equals(cluster)
                    && !other.member().equals(self)
                    && !distrusted.containsKey(other.at()))
        .toList();
  }

  /**
   * Addresses whose beacon is not heard, as where UDP is filtered, but where something takes
   * connections.
   */
  private List<HostPort> silentButOpen(Set<HostPort> asked, List<Sighting> answers) {
    Set<HostPort> silent = new HashSet<>(asked);
    answers.forEach(other -> silent.remove(other.at()));
    List<CompletableFuture<Boolean>> open =
        silent.stream()
            .map(
                at ->
                    CompletableFuture.supplyAsync(
                        () -> takesConnections(at, answerTimeout), VIRTUAL))
            .toList();
    List<HostPort> order = List.copyOf(silent);
    return IntStream.range(0, order.size())
        .filter(i -> open.get(i).join())
        .mapToObj(order::get)
        .toList();
  }

  /** Whether something listens there, over TCP; waits. */
  static boolean takesConnections(HostPort at, Duration timeout) {
    try (Socket socket = new Socket()) {
      socket.connect(at.resolve(), (int) timeout.toMillis());
      return true;
    } catch (IOException e) {
      log.debug("{} takes no connection", at, e);
      return false;
    }
  }
}
