package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.IgniteState;
import org.apache.ignite.Ignition;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.cluster.ClusterState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps durable namespaces: runs an Ignite node of its own, with native persistence, beside the
 * grid's, so that the grid never waits for an activation. It follows the grid: it starts when the
 * grid is up, finds the others by the grid's view, and starts again in place when it failed or is
 * apart from the store that the grid's oldest member is in; on a full disk, once there is room. A
 * port that stays taken ends that: then it says so, and refuses calls. All of that happens on one
 * control thread.
 */
final class DurableStore implements KeyValuePlace, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DurableStore.class);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final Duration PROBE = Duration.ofMillis(400);
  private static final Duration ALONE = Duration.ofSeconds(20);
  private static final Duration APART = Duration.ofSeconds(8);

  /** What fails again within this time is started again later and later. */
  private static final Duration STEADY = Duration.ofMinutes(1);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(25);
  private static final long MAX_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final DurableSettings settings;
  private final HostPort self;
  private final Status status;
  private final Duration startTimeout;
  private final DurableBaseline baseline;
  private final DiskRoom room;
  private final Consumer<StoreCaches> resumed;
  private final Thread control;
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15), RandomGenerator.getDefault());
  private volatile @Nullable Running running;
  private volatile boolean closed;

  /** Why it is not started any more. */
  private volatile @Nullable String givenUp;

  private long startDueNanos = System.nanoTime();
  private @Nullable Long wantedSinceNanos;
  private @Nullable Long apartSinceNanos;

  /** One running Ignite node; its caches once the store is active. */
  private static final class Running {
    final Ignite ignite;
    final Slf4jIgniteLogger ignitesLog;
    volatile @Nullable StoreCaches caches;

    /** Since when there are caches. The control thread's. */
    long usableSinceNanos;

    volatile @Nullable String failure;
    volatile @Nullable Counted counted;

    Running(Ignite ignite, Slf4jIgniteLogger ignitesLog) {
      this.ignite = ignite;
      this.ignitesLog = ignitesLog;
    }
  }

  private record Counted(long topology, Quorum quorum, long countedNanos) {}

  /**
   * A store; {@link #start} starts it.
   *
   * @param self this node's discovery address
   * @param startTimeout how long its ports may be taken when it is to start
   * @param resumed hears of the caches each time that they can be used anew; must not wait
   */
  DurableStore(
      DurableSettings settings,
      HostPort self,
      Status status,
      Duration retention,
      Duration startTimeout,
      Consumer<StoreCaches> resumed) {
    this(
        settings,
        self,
        status,
        retention,
        startTimeout,
        new DiskRoom(settings.directory(), DurableSettings.LEAST_ROOM_BYTES),
        resumed);
  }

  /** As the other, on a disk that has the room that {@code room} says. */
  DurableStore(
      DurableSettings settings,
      HostPort self,
      Status status,
      Duration retention,
      Duration startTimeout,
      DiskRoom room,
      Consumer<StoreCaches> resumed) {
    this.settings = settings;
    this.self = self;
    this.status = status;
    this.startTimeout = startTimeout;
    this.baseline = new DurableBaseline(retention);
    this.room = room;
    this.resumed = resumed;
    control = new Thread(this::run, "brink-durable-" + settings.base().name());
    control.setDaemon(true);
  }

  void start() {
    control.start();
  }

  @Override
  public @Nullable StoreCaches caches() {
    Running now = running;
    return now == null ? null : now.caches;
  }

  @Override
  public @Nullable GridUnavailableException refusal() {
    Running now = running;
    if (closed) {
      return KeyValueCalls.unavailable(Reason.STOPPED, "the grid is closed", null);
    }
    String why = givenUp;
    if (why != null) {
      return KeyValueCalls.unavailable(Reason.STOPPED, why, null);
    }
    if (now == null) {
      return room.isWaitedFor()
          ? KeyValueCalls.unavailable(
              Reason.RESTARTING, "the durable store waits for room on its disk", null)
          : KeyValueCalls.unavailable(Reason.STARTING, "the durable store is starting", null);
    }
    Quorum quorum = quorum(now);
    return now.caches != null && quorum.holds()
        ? null
        : KeyValueCalls.unavailable(
            Reason.MINORITY,
            quorum + " in the durable store (expected: a majority, and an active store)",
            null);
  }

  @Override
  public boolean holds(StoreCaches caches) {
    Running now = running;
    return now != null && now.caches == caches && quorum(now).holds();
  }

  private static Quorum quorum(Running now) {
    long topology = now.ignite.cluster().topologyVersion();
    Counted last = now.counted;
    if (last == null
        || last.topology != topology
        || System.nanoTime() - last.countedNanos > MAX_AGE_NANOS) {
      Quorum quorum = DurableMajority.quorum(now.ignite, now.ignite.cluster().forServers().nodes());
      last = new Counted(topology, quorum, System.nanoTime());
      now.counted = last;
    }
    return last.quorum;
  }

  /** For tests: how many keepers are there, of how many, once the store can be used. */
  String keepers() {
    Running now = running;
    if (now == null || now.caches == null) {
      return "not yet";
    }
    Quorum quorum = quorum(now);
    return quorum.present() + " of " + quorum.known();
  }

  /** Who keeps the store and is not there, as far as it is known now. */
  Set<UUID> missing() {
    Running now = running;
    try {
      return now == null ? Set.of() : DurableBaseline.missing(now.ignite);
    } catch (IgniteException | IllegalStateException e) {
      log.debug("the durable store is stopping", e);
      return Set.of();
    }
  }

  /** Stops counting on a member that is not there, as soon as the store runs. */
  void forget(UUID member) {
    tasks.add(() -> baseline.forget(member));
  }

  private void run() {
    while (!closed) {
      try {
        Runnable task = tasks.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
        if (task != null) {
          task.run();
        }
        step();
      } catch (InterruptedException e) {
        log.debug("the durable store's control ends", e);
        break;
      } catch (RuntimeException e) {
        log.warn("the durable store's control failed in a step: {}", e.toString());
        log.debug("the step", e);
      }
    }
    Running last = running;
    running = null;
    if (last != null) {
      stop(last);
    }
  }

  private void step() throws InterruptedException {
    GridState grid = status.state();
    if (grid != GridState.CONNECTED && grid != GridState.MINORITY) {
      return;
    }
    View view = status.view();
    Running now = running;
    if (now == null) {
      if (mayStart(view)) {
        launch();
      }
      return;
    }
    String failure = now.failure;
    if (failure == null && Ignition.state(now.ignite.name()) != IgniteState.STARTED) {
      failure = "it has stopped by itself";
    }
    if (failure == null && apart(view, now)) {
      failure = "it is apart from the others' store";
    }
    if (failure != null) {
      log.warn("the durable store is started again in place: {}", failure);
      running = null;
      stop(now);
      room.failed();
      startDueNanos = System.nanoTime() + backoff.next().toNanos();
      return;
    }
    baseline.letForgottenGo(now.ignite);
    ClusterNode oldest = now.ignite.cluster().forOldest().node();
    if (oldest != null && oldest.isLocal()) {
      baseline.look(now.ignite, grid == GridState.CONNECTED);
    }
    open(now);
    if (now.caches != null && System.nanoTime() - now.usableSinceNanos > STEADY.toNanos()) {
      backoff.reset();
    }
  }

  private void open(Running now) {
    if (now.caches == null
        && now.ignite.cluster().state() == ClusterState.ACTIVE
        && now.ignite.cacheNames().contains(DurableSettings.STORE + KeyValueCaches.BLOBS)) {
      StoreCaches caches = StoreCaches.of(now.ignite, DurableSettings.STORE);
      now.caches = caches;
      now.usableSinceNanos = System.nanoTime();
      log.info("the durable store can be used: {}", quorum(now));
      resumed.accept(caches);
    }
  }

  /**
   * The first node of the store is the grid's oldest; the others wait until there is one to join,
   * but not for ever.
   */
  private boolean mayStart(View view) {
    long now = System.nanoTime();
    if (givenUp != null || now - startDueNanos < 0 || !room.suffices()) {
      return false;
    }
    Long since = wantedSinceNanos;
    if (since == null) {
      wantedSinceNanos = now;
      since = now;
    }
    boolean may =
        leader(view).map(peer -> peer.member().self()).orElse(true)
            || others().stream().anyMatch(at -> Seeker.takesConnections(at, PROBE))
            || now - since > ALONE.toNanos();
    if (may) {
      wantedSinceNanos = null;
    }
    return may;
  }

  private void launch() throws InterruptedException {
    try {
      settings.awaitPorts(startTimeout);
    } catch (GridException e) {
      String why = "the durable store cannot start: " + e.getMessage();
      givenUp = why;
      log.error("{}; it is tried again when the node is started again", why);
      return;
    }
    String instance = "brink-durable-" + UUID.randomUUID();
    Slf4jIgniteLogger ignitesLog = Slf4jIgniteLogger.create();
    FailureSignal failures =
        new FailureSignal(
            (reason, cause) -> {
              Running now = running;
              if (now != null && now.ignite.name().equals(instance)) {
                now.failure =
                    cause == null ? reason : reason + ": " + IgniteSession.rootMessage(cause);
              }
            });
    try {
      Files.createDirectories(settings.directory());
      WalSegments.completeLast(settings.logDirectory());
      Ignite ignite =
          Ignition.start(settings.configuration(instance, this::addresses, failures, ignitesLog));
      WalSegments.complete(ignite);
      running = new Running(ignite, ignitesLog);
    } catch (IOException | IgniteException e) {
      ignitesLog.stopping();
      IgniteSession.stop(instance);
      Duration pause = backoff.next();
      startDueNanos = System.nanoTime() + pause.toNanos();
      log.warn(
          "the durable store did not start, again in {} ms: {}",
          pause.toMillis(),
          IgniteSession.rootMessage(e));
      room.failed();
      if (incompatible(e)) {
        setAside();
      }
    }
  }

  /** Its history is not that of the store the others are in: it wrote while it was apart. */
  private static boolean incompatible(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("BaselineTopology") && message.contains("not compatible")) {
        return true;
      }
    }
    return false;
  }

  private void setAside() {
    Path directory = settings.directory();
    Path aside = directory.resolveSibling("durable.aside-" + System.currentTimeMillis());
    try {
      Files.move(directory, aside);
      log.error(
          "this node's part of the durable store has another history than the others'; it is kept"
              + " in {} and the node starts with an empty part",
          aside);
    } catch (IOException e) {
      log.error("this node's part of the durable store cannot be set aside", e);
    }
  }

  /** Whether the grid's oldest member has been in another store for a while, one to be joined. */
  private boolean apart(View view, Running now) {
    Optional<Peer> leader = leader(view);
    boolean together =
        leader.isEmpty()
            || leader.get().member().self()
            || now.ignite.cluster().forServers().nodes().stream()
                .anyMatch(
                    node ->
                        DurableMajority.id(node.consistentId()).equals(leader.get().member().id()));
    if (together) {
      apartSinceNanos = null;
      return false;
    }
    Long since = apartSinceNanos;
    if (since == null) {
      apartSinceNanos = System.nanoTime();
      return false;
    }
    HostPort at = leader.get().durable();
    boolean due = System.nanoTime() - since > APART.toNanos();
    if (due && at != null && Seeker.takesConnections(at, PROBE)) {
      apartSinceNanos = null;
      return true;
    }
    return false;
  }

  private static Optional<Peer> leader(View view) {
    return view.peers().stream()
        .filter(peer -> peer.durable() != null)
        .min(java.util.Comparator.comparingLong(Peer::order));
  }

  private List<HostPort> others() {
    List<HostPort> others = new ArrayList<>();
    for (Peer peer : status.view().peers()) {
      HostPort at = peer.durable();
      if (at != null && !peer.member().self()) {
        others.add(at);
      }
    }
    return others;
  }

  private Collection<InetSocketAddress> addresses() {
    List<InetSocketAddress> addresses = new ArrayList<>();
    addresses.add(self.resolve());
    others().forEach(at -> addresses.add(at.resolve()));
    return addresses;
  }

  private static void stop(Running last) {
    last.ignitesLog.stopping();
    IgniteSession.stop(last.ignite.name());
  }

  @Override
  public void close() {
    closed = true;
    control.interrupt();
    try {
      control.join(CLOSE_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (control.isAlive()) {
      log.error("the durable store did not stop within {} s", CLOSE_TIMEOUT.toSeconds());
    }
  }
}
