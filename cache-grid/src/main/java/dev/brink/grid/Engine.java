package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import dev.brink.grid.wire.BeaconPhase;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an Ignite node running: starts it, starts another one in place when it fails or yields,
 * follows who is present and whether they are a majority. All of that happens on one control
 * thread; others only ask.
 */
final class Engine implements Gate {
  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(12);
  private static final Duration STEADY = Duration.ofMinutes(1);

  private final UUID self;
  private final IgniteSettings settings;
  private final Status status;
  private final Mirror mirror;
  private final KnownMembers known;
  private final Seeker seeker;
  private final Duration startTimeout;
  private final ScheduledThreadPoolExecutor control;
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), RandomGenerator.getDefault());
  private final Lasting lasting = new Lasting(log, "the grid's control failed in a step");
  private final AtomicBoolean checkDue = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();

  private volatile @Nullable IgniteSession session;
  private volatile @Nullable Duties duties;
  private volatile UUID launching;
  private long upSince;

  /**
   * What there is to do beside keeping Ignite up; called on the control thread while Ignite runs.
   */
  interface Duties {
    /** A new Ignite node is in the grid. */
    void started(IgniteSession session);

    /** The view may have changed. */
    void checked(View view, Set<UUID> failedSessions);

    /** A second has passed. */
    void tick(IgniteSession session, View view);

    /** This node leaves for good, and Ignite still runs. */
    void leaving(IgniteSession session);
  }

  Engine(
      UUID self,
      IgniteSettings settings,
      Status status,
      Mirror mirror,
      KnownMembers known,
      Seeker seeker,
      Duration startTimeout) {
    this.self = self;
    this.settings = settings;
    this.status = status;
    this.mirror = mirror;
    this.known = known;
    this.seeker = seeker;
    this.startTimeout = startTimeout;
    launching = self;
    control =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "brink-grid-control-" + settings.name());
              thread.setDaemon(true);
              return thread;
            });
    control.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    control.setRemoveOnCancelPolicy(true);
  }

  /** Starts, and waits for it. */
  void start(Duties duties) {
    this.duties = duties;
    Future<?> started = control.submit(this::firstStart);
    try {
      started.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof GridException grid
          ? grid
          : new GridException("the grid did not start: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GridException("interrupted while the grid started", e);
    }
  }

  /** Runs a task on the control thread; after the end, not at all. */
  void onControl(Runnable task) {
    try {
      control.execute(lasting.of(task));
    } catch (RejectedExecutionException e) {
      log.trace("closed", e);
    }
  }

  /** Has the view and the majority looked at soon. */
  void check() {
    if (checkDue.compareAndSet(false, true)) {
      onControl(this::checkNow);
    }
  }

  /** Stops Ignite and starts it again, on the control thread. */
  void restart(String reason, Duration delay) {
    IgniteSession old = session;
    if (old == null || closing.get()) {
      return;
    }
    log.warn("Ignite is restarted in place: {}", reason);
    session = null;
    seeker.phase(BeaconPhase.IDLE);
    status.state(GridState.RESTARTING, reason);
    old.stop();
    if (System.nanoTime() - upSince > STEADY.toNanos()) {
      backoff.reset();
    }
    relaunchIn(delay);
  }

  /** The id that the present or coming Ignite node has. */
  UUID sessionId() {
    return launching;
  }

  @Override
  public @Nullable IgniteSession session() {
    return session;
  }

  @Override
  public @Nullable GridUnavailableException refusal() {
    if (closing.get()) {
      return new GridUnavailableException(Reason.STOPPED, "the grid is closed");
    }
    String why = status.reason();
    return switch (status.state()) {
      case CONNECTED -> null;
      case STARTING -> new GridUnavailableException(Reason.STARTING, "the grid is starting");
      case MINORITY ->
          new GridUnavailableException(Reason.MINORITY, why + " (expected: a majority)");
      case RESTARTING ->
          new GridUnavailableException(Reason.RESTARTING, "Ignite is being restarted: " + why);
      case STOPPED -> new GridUnavailableException(Reason.STOPPED, "the grid is closed");
    };
  }

  @Override
  public boolean majority(IgniteSession session) {
    return !session.stopped() && known.quorum(self, View.ids(session.peers())).holds();
  }

  /** Leaves the grid; returns whether it was this call that did. */
  boolean close() {
    if (!closing.compareAndSet(false, true)) {
      return false;
    }
    control.shutdown();
    boolean idle = await(Duration.ofMillis(500));
    if (!idle) {
      control.shutdownNow();
      idle = await(CLOSE_TIMEOUT);
    }
    if (!idle) {
      log.error("the grid's control thread did not end within {} s", CLOSE_TIMEOUT.toSeconds());
    }
    IgniteSession last = session;
    Duties todo = duties;
    if (last != null) {
      if (todo != null) {
        lasting.run(() -> todo.leaving(last));
      }
      last.stop();
    }
    session = null;
    seeker.phase(BeaconPhase.IDLE);
    status.state(GridState.STOPPED, "closed");
    return true;
  }

  private void firstStart() {
    seeker.checkIdIsFree();
    long deadline = System.nanoTime() + startTimeout.toNanos();
    Duration half = startTimeout.dividedBy(2);
    awaitOthers(Ports.othersWait(startTimeout));
    while (true) {
      try {
        up(launch(half));
        break;
      } catch (GridException e) {
        Duration pause = backoff.next();
        if (closing.get() || System.nanoTime() + pause.toNanos() - deadline > 0) {
          throw e;
        }
        log.warn("starting again in {} ms: {}", pause.toMillis(), e.getMessage());
        sleep(pause);
      }
    }
    var _ =
        control.scheduleWithFixedDelay(
            lasting.of(this::tick), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Nothing of this node is at its ports yet: who has them may be about to end, and is not waited
   * for any longer.
   */
  private void awaitOthers(Duration timeout) {
    try {
      settings.awaitPorts(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GridException("interrupted while Ignite started", e);
    }
  }

  private void relaunch() {
    if (closing.get()) {
      return;
    }
    try {
      up(launch(startTimeout));
    } catch (GridException e) {
      Duration pause = backoff.next();
      log.warn("Ignite is started again in {} ms: {}", pause.toMillis(), e.getMessage());
      relaunchIn(pause);
    }
  }

  private void relaunchIn(Duration pause) {
    try {
      var _ = control.schedule(lasting.of(this::relaunch), pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.trace("closed", e);
    }
  }

  private IgniteSession launch(Duration timeout) {
    UUID id = UUID.randomUUID();
    launching = id;
    FailureSignal failures =
        new FailureSignal((reason, cause) -> onControl(() -> failed(id, reason, cause)));
    Slf4jIgniteLogger ignitesLog = Slf4jIgniteLogger.create();
    SeekingDiscoverySpi discovery = new SeekingDiscoverySpi(seeker::seek);
    long began = System.nanoTime();
    try {
      settings.awaitPorts(timeout);
      IgniteSession started =
          IgniteSession.start(
              self,
              settings.configuration(id, discovery, failures, ignitesLog, this::check),
              ignitesLog,
              timeout.minusNanos(System.nanoTime() - began),
              discovery::abandon,
              mirror::applyStored);
      if (refused(started)) {
        started.stop();
        throw new GridException("Ignite did not join the others");
      }
      return started;
    } catch (GridException e) {
      seeker.phase(BeaconPhase.IDLE);
      throw explained(e);
    } catch (InterruptedException e) {
      seeker.phase(BeaconPhase.IDLE);
      Thread.currentThread().interrupt();
      throw new GridException("interrupted while Ignite started", e);
    }
  }

  /** Ignite starts a grid of its own when those whom it shall join refuse it: that is no start. */
  private boolean refused(IgniteSession started) {
    return started.peers().size() == 1 && seeker.refusal().isPresent();
  }

  private GridException explained(GridException e) {
    return seeker.refusal().map(why -> new GridException(e.getMessage() + ": " + why, e)).orElse(e);
  }

  private void up(IgniteSession started) {
    session = started;
    upSince = System.nanoTime();
    Duties todo = duties;
    if (todo != null) {
      todo.started(started);
    }
    checkNow();
    seeker.phase(BeaconPhase.SERVING);
  }

  private void failed(UUID id, String reason, @Nullable Throwable cause) {
    IgniteSession present = session;
    if (present != null && present.id().equals(id)) {
      log.error("Ignite failed: {}", reason, cause);
      restart("Ignite failed: " + reason, backoff.next());
    }
  }

  private void checkNow() {
    checkDue.set(false);
    IgniteSession present = session;
    Duties todo = duties;
    if (present == null || closing.get()) {
      return;
    }
    Set<UUID> failed = status.peers(present.peers());
    if (todo != null) {
      todo.checked(status.view(), failed);
    }
    Quorum quorum = known.quorum(self, status.view().ids());
    status.state(quorum.holds() ? GridState.CONNECTED : GridState.MINORITY, quorum.toString());
  }

  private void tick() {
    IgniteSession present = session;
    if (present != null && !present.running()) {
      restart("Ignite has stopped by itself", backoff.next());
      return;
    }
    checkNow();
    Duties todo = duties;
    if (present != null && todo != null && !closing.get()) {
      todo.tick(present, status.view());
    }
  }

  private boolean await(Duration timeout) {
    try {
      return control.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GridException("interrupted while the grid started", e);
    }
  }
}
