package dev.brink.exec.lane;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that runs guests, with what waits for it: jobs, which are bounded and which an idle
 * lane may take from a busy one; events of guests that live here, which no other lane may run; and
 * timers.
 *
 * <p>A turn that has used a processor for long while something waits goes into <b>overtime</b>: it
 * goes on on its thread, beside the lane, which gets another. When the turn is over its thread
 * waits for the lane and takes it back, and the other one ends. So everything but the inside of a
 * turn still happens on one thread at a time, the one that has the lane.
 */
public final class Lane {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final int EVENTS_PER_ROUND = 64;
  private static final int JOBS_PER_ROUND = 32;

  /** How long jobs run in a row before the companion has its turn. */
  private static final long ROUND_NANOS = 200_000;

  private static final long RETRY_NANOS = 1_000_000;

  /** When the lanes have ended, for what was queued before and has to hear of it. */
  private static final int LAST_ROUNDS = 1_024;

  private static final int SPINS = 50;
  private static final long MAX_PARK_NANOS = 1_000_000_000L;

  private final Lanes lanes;
  private final int index;
  private final LaneEvents events = new LaneEvents(this::guard);
  private final LaneJobs jobs;
  private final TimerHeap timers = new TimerHeap();
  private final @Nullable LaneCompanion companion;
  private final BooleanSupplier nothingToDo = this::hasNothingToDo;
  private volatile LaneThread worker;
  private volatile boolean parked;
  private volatile boolean parkedWithCompanion;
  private final AtomicLong companionRounds = new AtomicLong();
  private volatile long meanTurnNanos;
  private final LaneWatch watch;
  private int generation;

  Lane(Lanes lanes, int index, int bound, @Nullable LaneCompanion companion) {
    this.companion = companion;
    this.lanes = lanes;
    this.index = index;
    this.jobs = new LaneJobs(bound);
    this.watch = new LaneWatch(this, lanes, companion);
    this.worker = newThread(null);
  }

  void start() {
    worker.start();
  }

  // ---- what waits

  public int index() {
    return index;
  }

  /** Runs {@code event} on this lane, soon, in order; here if the lane has ended. Any thread. */
  public void post(Runnable event) {
    events.add(event);
    wake();
  }

  /** Queues {@code job}; {@code false} when the queue is full. Any thread. */
  public boolean offer(LaneJob job) {
    boolean taken = jobs.offer(job);
    if (taken) {
      wake();
    }
    return taken;
  }

  /**
   * Runs {@code action} at {@code dueNanos} of {@link System#nanoTime}, on this lane. To be called
   * there or in one of its turns.
   */
  public LaneTimer schedule(long dueNanos, Consumer<LaneTimer> action) {
    LaneTimer timer = timers.add(dueNanos, action);
    if (!isCurrent()) {
      post(Lane::lookAtTimers);
    }
    return timer;
  }

  /** Nothing to do: the lane looks at its timers in each round. */
  private static void lookAtTimers() {}

  // ---- turns

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
    long held = me.lastHeldNanos();
    long mean = meanTurnNanos;
    meanTurnNanos = mean + ((held - mean) >> 3);
    watch.turnEnded(held);
  }

  /** Processor time of the last turn. On this lane. */
  public long lastCpuNanos() {
    return worker.lastCpuNanos();
  }

  /** Bytes allocated by the last turn. On this lane. */
  public long lastAllocatedBytes() {
    return worker.lastAllocatedBytes();
  }

  /**
   * How long the last turn took, without what it waited because it was in overtime. On this lane.
   */
  public long lastOwnNanos() {
    return worker.lastOwnNanos();
  }

  /**
   * For how long the last turn waited for a processor or for the lane because it was in overtime; 0
   * otherwise. On this lane.
   */
  public long lastSharedNanos() {
    return worker.lastSharedNanos();
  }

  /** The same of the turn under way, so far. In a turn of this lane. */
  public long sharedNanos() {
    LaneThread me = LaneThread.current();
    return me == null ? 0 : me.sharedNanos();
  }

  /** Whether the calling thread has the lane. */
  public boolean isCurrent() {
    return worker.thread.threadId() == Thread.currentThread().threadId();
  }

  /** Whether the calling thread is in a turn of this lane that has not been given up. */
  public boolean isInTurn() {
    LaneThread me = LaneThread.current();
    return me != null && me.lane().equals(this) && (isCurrent() || me.isAway());
  }

  Lanes lanes() {
    return lanes;
  }

  boolean of(Lanes these) {
    return lanes == these;
  }

  boolean busy() {
    return worker.busy();
  }

  /** How many turns its thread has begun; begins again with another thread. Any thread. */
  long turns() {
    return worker.turn();
  }

  /** How often its companion was run here. Any thread. */
  long companionRounds() {
    return companionRounds.getOpaque();
  }

  /** What the watchdog sees to. */
  LaneWatch watch() {
    return watch;
  }

  boolean parked() {
    return parked;
  }

  /** Whether jobs are queued. Any thread. */
  public boolean hasWaiting() {
    return jobs.count() > 0;
  }

  /** How much there is before a new job would start. */
  int backlog() {
    return jobs.count() + (busy() ? 1 : 0);
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
    return companion != null && !watch.keepsCompanionApart(System.nanoTime());
  }

  private boolean hasWork() {
    return !events.isEmpty() || !jobs.isEmpty();
  }

  private boolean hasNothingToDo() {
    return !hasWork() && !lanes.ended();
  }

  /** What waits to be begun here. */
  LaneJobs jobs() {
    return jobs;
  }

  /** Whether anything waits for the turn under way to end. */
  boolean somethingWaits(long nowNanos) {
    return hasWork() || timers.untilFirst(nowNanos) <= 0;
  }

  /** The thread that has the lane. */
  LaneThread worker() {
    return worker;
  }

  /** Posts what would be missed for ever, also when there is no memory for the moment. */
  public void postSurely(Runnable event) {
    while (true) {
      try {
        post(event);
        return;
      } catch (OutOfMemoryError e) {
        LockSupport.parkNanos(this, RETRY_NANOS);
      }
    }
  }

  // ---- on the watchdog's thread

  boolean stuckBehind() {
    return jobs.count() > 0 && worker.longTurn();
  }

  /** Gives the lane a new thread, which runs {@code first} first. Returns whether it has one. */
  boolean replace(LaneThread old, @Nullable Runnable first) {
    try {
      LaneThread next = newThread(first);
      worker = next;
      next.start();
      return true;
    } catch (OutOfMemoryError e) {
      worker = old;
      LockSupport.unpark(old.thread);
      stumbled("gets no other thread", e);
      return false;
    }
  }

  private LaneThread newThread(@Nullable Runnable first) {
    String name = "brink-lane-" + index + (generation == 0 ? "" : "-" + generation);
    generation++;
    return new LaneThread(this, name, me -> loop(me, first));
  }

  // ---- on the lane's thread

  private void loop(LaneThread me, @Nullable Runnable first) {
    try {
      if (first != null) {
        guard(first);
      }
      while (has(me) && !lanes.ended()) {
        step(me);
      }
      for (int i = 0; i < LAST_ROUNDS && has(me) && hasWork(); i++) {
        boolean _ = round(me);
      }
      if (companion != null) {
        companion.giveBack();
      }
      if (has(me)) {
        events.end();
      }
    } catch (AbandonedError e) {
      log.info("{} has come back and ends", me);
    }
  }

  /**
   * The lane needs its thread, whatever is thrown: what runs there is guarded, this is for the
   * rest.
   */
  private void step(LaneThread me) {
    try {
      boolean did = round(me);
      if (!has(me)) {
        return;
      }
      if (me.hasCompanion()) {
        runCompanion(me);
      } else if (!did) {
        rest(me);
      }
    } catch (RuntimeException | Error e) {
      stumbled("stumbled", e);
    }
  }

  /** Says so if there is room for that; but a thread that was given up must end. */
  private void stumbled(String how, Throwable why) {
    if (why instanceof AbandonedError end) {
      throw end;
    }
    try {
      log.error("{} {}: {}", this, how, why, why);
    } catch (VirtualMachineError | LinkageError e) {
      // The lane matters more.
    }
  }

  @SuppressWarnings("ReferenceEquality") // a thread has the lane or has not
  private boolean has(LaneThread me) {
    return worker == me;
  }

  /** The turn of {@code me}, which was in overtime, is over: waits until it has the lane again. */
  void comeBack(LaneThread me) {
    watch.comesBack();
    try {
      while (!me.settled()) {
        pause();
      }
      // Until here the lane may still look like this thread's, though another is about to get it.
      if (!has(me)) {
        postSurely(me.takeLane());
        while (!has(me)) {
          pause();
        }
      }
    } finally {
      watch.isBack();
    }
  }

  private void pause() {
    if (lanes.ended()) {
      throw new AbandonedError();
    }
    LockSupport.parkNanos(this, MAX_PARK_NANOS);
  }

  /** The calling thread, which has the lane, does nothing with it after this. */
  void handOver(LaneThread to) {
    worker = to;
    LockSupport.unpark(to.thread);
  }

  /** Returns whether it did anything. The lane may be another thread's afterwards. */
  private boolean round(LaneThread me) {
    boolean did = fireTimers();
    for (int i = 0; i < EVENTS_PER_ROUND; i++) {
      Runnable event = events.poll();
      if (event == null) {
        break;
      }
      did = true;
      guard(event);
      if (!has(me)) {
        return true;
      }
    }
    LaneJob job = jobs.poll();
    if (job == null && !did) {
      job = lanes.steal(this);
    }
    if (job == null) {
      return did;
    }
    run(job);
    long until = System.nanoTime() + ROUND_NANOS;
    for (int i = 1; i < JOBS_PER_ROUND && System.nanoTime() - until < 0; i++) {
      job = jobs.poll();
      if (job == null) {
        break;
      }
      run(job);
    }
    return true;
  }

  private void run(LaneJob job) {
    try {
      job.start(this);
    } catch (RuntimeException | Error e) {
      stumbled("failed in a task", e);
    }
  }

  private void runCompanion(LaneThread me) {
    me.forgetCpuMark();
    companionRounds.setOpaque(companionRounds.getPlain() + 1);
    boolean keeps;
    if (hasWork()) {
      keeps = companion().run(0, nothingToDo);
    } else {
      parkedWithCompanion = true;
      parked = true;
      long wait = Math.min(MAX_PARK_NANOS, Math.max(0, timers.untilFirst(System.nanoTime())));
      try {
        keeps = companion().run(wait, nothingToDo);
      } finally {
        parked = false;
        parkedWithCompanion = false;
      }
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
      guard(timer::fire);
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
  private void guard(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      stumbled("failed in a task", e);
    }
  }

  @Override
  public String toString() {
    return "lane " + index;
  }
}
