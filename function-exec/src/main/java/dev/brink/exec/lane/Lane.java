package dev.brink.exec.lane;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that runs guests, with what waits for it: jobs, which are bounded and which an idle
 * lane may take from a busy one; events of guests that live here, which no other lane may run; and
 * timers.
 */
public final class Lane {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final int EVENTS_PER_ROUND = 64;
  private static final int JOBS_PER_ROUND = 32;

  /** How long jobs run in a row before the companion has its turn. */
  private static final long ROUND_NANOS = 200_000;

  /** How long after a long turn the companion stays with its keeper. */
  private static final long APART_NANOS = 100_000_000;

  private static final int SPINS = 50;
  private static final long MAX_PARK_NANOS = 1_000_000_000L;

  private final Lanes lanes;
  private final int index;
  private final int bound;
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final Queue<LaneJob> jobs = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private final TimerHeap timers = new TimerHeap();
  private final @Nullable LaneCompanion companion;
  private final BooleanSupplier nothingToDo = this::hasNothingToDo;
  private volatile LaneThread worker;
  private volatile boolean parked;
  private volatile boolean parkedWithCompanion;
  private volatile long apartUntilNanos = System.nanoTime();
  private volatile long meanTurnNanos;
  private int generation;

  Lane(Lanes lanes, int index, int bound, @Nullable LaneCompanion companion) {
    this.companion = companion;
    this.lanes = lanes;
    this.index = index;
    this.bound = bound;
    this.worker = newThread(null);
  }

  void start() {
    worker.thread.start();
  }

  public int index() {
    return index;
  }

  /** Runs {@code event} on this lane, soon, in order. Any thread. */
  public void post(Runnable event) {
    events.add(event);
    wake();
  }

  /** Queues {@code job}; {@code false} when the queue is full. Any thread. */
  public boolean offer(LaneJob job) {
    if (queued.incrementAndGet() > bound) {
      queued.decrementAndGet();
      return false;
    }
    jobs.add(job);
    wake();
    return true;
  }

  /** On this lane: runs {@code action} at {@code dueNanos} of {@link System#nanoTime}. */
  public LaneTimer schedule(long dueNanos, Runnable action) {
    return timers.add(dueNanos, action);
  }

  /** On this lane: runs guest code under the watchdog's eyes. Turns do not nest. */
  public void turn(Watched watched, Runnable body) {
    LaneThread me = worker;
    me.enter(watched);
    if (lanes.watchdog().asleep()) {
      lanes.watchdog().wake();
    }
    try {
      body.run();
    } finally {
      me.leave();
    }
    long mean = meanTurnNanos;
    meanTurnNanos = mean + ((me.lastWallNanos() - mean) >> 3);
  }

  /** Processor time of the last turn. On this lane. */
  public long lastCpuNanos() {
    return worker.lastCpuNanos();
  }

  /** Bytes allocated by the last turn. On this lane. */
  public long lastAllocatedBytes() {
    return worker.lastAllocatedBytes();
  }

  /** Whether the calling thread is this lane's thread now. */
  public boolean isCurrent() {
    return worker.thread.threadId() == Thread.currentThread().threadId();
  }

  boolean of(Lanes these) {
    return lanes == these;
  }

  boolean busy() {
    return worker.busy();
  }

  boolean parked() {
    return parked;
  }

  int queued() {
    return queued.get();
  }

  /** How much there is before a new job would start. */
  int backlog() {
    return queued.get() + (busy() ? 1 : 0);
  }

  long waitNanos() {
    return backlog() * Math.max(meanTurnNanos, 1_000);
  }

  void wake() {
    if (parked) {
      LaneCompanion with = companion;
      if (with != null && parkedWithCompanion) {
        with.wakeup();
      } else {
        LockSupport.unpark(worker.thread);
      }
    }
  }

  LaneCompanion companion() {
    return Objects.requireNonNull(companion, "companion");
  }

  /** Whether turns were short lately, so that the companion need not wait for them. */
  boolean wantsCompanion() {
    return companion != null && System.nanoTime() - apartUntilNanos >= 0;
  }

  private boolean hasWork() {
    return !events.isEmpty() || !jobs.isEmpty();
  }

  private boolean hasNothingToDo() {
    return !hasWork() && !lanes.ended();
  }

  @Nullable LaneJob pollJob() {
    LaneJob job = jobs.poll();
    if (job != null) {
      queued.decrementAndGet();
    }
    return job;
  }

  /** On the watchdog's thread. */
  boolean inspect(long nowNanos, long graceNanos) {
    LaneThread seen = worker;
    if (companion != null && seen.longTurn()) {
      apartUntilNanos = nowNanos + APART_NANOS;
      companion.reclaim();
    }
    Watched stuck = seen.inspect(nowNanos, graceNanos);
    if (stuck != null) {
      log.warn("{} cannot be stopped; the lane goes on with a new thread", seen);
      LaneThread next = newThread(stuck);
      worker = next;
      next.thread.start();
      return true;
    }
    return false;
  }

  boolean stuckBehind() {
    return queued.get() > 0 && worker.longTurn();
  }

  private LaneThread newThread(@Nullable Watched stuck) {
    String name = "brink-lane-" + index + (generation == 0 ? "" : "-" + generation);
    generation++;
    return new LaneThread(this, name, () -> loop(stuck));
  }

  private void loop(@Nullable Watched stuck) {
    LaneThread me = worker;
    try {
      if (stuck != null) {
        guard(() -> stuck.abandoned(this));
      }
      while (worker == me && !lanes.ended()) {
        boolean did = round();
        if (me.hasCompanion()) {
          runCompanion(me);
        } else if (!did) {
          rest(me);
        }
      }
      if (companion != null) {
        companion.giveBack();
      }
    } catch (AbandonedError e) {
      log.info("{} has come back and ends", me);
    }
  }

  private boolean round() {
    boolean did = fireTimers();
    for (int i = 0; i < EVENTS_PER_ROUND; i++) {
      Runnable event = events.poll();
      if (event == null) {
        break;
      }
      did = true;
      guard(event);
    }
    LaneJob job = pollJob();
    if (job == null && !did) {
      job = lanes.steal(this);
    }
    if (job == null) {
      return did;
    }
    run(job);
    long until = System.nanoTime() + ROUND_NANOS;
    for (int i = 1; i < JOBS_PER_ROUND && System.nanoTime() - until < 0; i++) {
      job = pollJob();
      if (job == null) {
        break;
      }
      run(job);
    }
    return true;
  }

  private void run(LaneJob job) {
    guard(() -> job.start(this));
  }

  private void runCompanion(LaneThread me) {
    me.forgetCpuMark();
    boolean keeps;
    if (hasWork()) {
      keeps = companion().run(0, nothingToDo);
    } else {
      long wait = Math.min(MAX_PARK_NANOS, Math.max(0, timers.untilFirst(System.nanoTime())));
      parkedWithCompanion = true;
      parked = true;
      keeps = companion().run(wait, nothingToDo);
      parked = false;
      parkedWithCompanion = false;
    }
    if (!keeps) {
      me.lostCompanion();
    }
  }

  private boolean fireTimers() {
    boolean did = false;
    long now = timers.untilFirst(0) == Long.MAX_VALUE ? 0 : System.nanoTime();
    for (int i = 0; i < EVENTS_PER_ROUND; i++) {
      LaneTimer timer = timers.pollDue(now);
      if (timer == null) {
        break;
      }
      did = true;
      guard(timer.action);
    }
    return did;
  }

  private void rest(LaneThread me) {
    me.forgetCpuMark();
    for (int i = 0; i < SPINS; i++) {
      if (hasWork()) {
        return;
      }
      Thread.onSpinWait();
    }
    parked = true;
    long wait = Math.min(MAX_PARK_NANOS, timers.untilFirst(System.nanoTime()));
    if (wait > 0 && !hasWork() && !lanes.ended()) {
      LockSupport.parkNanos(this, wait);
    }
    parked = false;
  }

  /** The lane survives whatever a task throws. */
  @SuppressWarnings("CatchingUnchecked")
  private static void guard(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | LinkageError | AssertionError e) {
      log.error("A lane's task failed", e);
    } catch (VirtualMachineError e) {
      log.error("A lane's task failed: {}", e.toString());
    }
  }

  @Override
  public String toString() {
    return "lane " + index;
  }
}
