package dev.brink.exec.lane;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a lane, and the turn it is in. A lane gets another thread when a turn goes into
 * overtime, and this one comes back to the lane when the turn is over; and when a turn cannot be
 * ended, in which case this one is given up.
 */
final class LaneThread {
  private static final int OUT = 0;
  private static final int IN = 1;

  /** In a turn, beside the lane, which has another thread. */
  private static final int AWAY = 2;

  private static final int ABANDONED = 3;
  private static final int STATE_BITS = 2;
  private static final int STATE = (1 << STATE_BITS) - 1;

  /** Turns shorter than this are charged their wall time: asking for processor time costs more. */
  private static final long SHORT_TURN_NANOS = 100_000;

  final Thread thread;
  private final Lane lane;

  /** Which turn, and how it stands; so nothing is done to a turn that was meant for another. */
  private final AtomicLong state = new AtomicLong(OUT);

  /** Made ahead, since a turn may end for want of memory. */
  private final Runnable takeLane;

  private final Runnable tellAbandoned;
  private volatile @Nullable Watched abandoned;
  private volatile @Nullable Watched current;
  private volatile long cpuStart;
  private volatile long allocatedStart;
  private boolean hasCompanion;
  private long turns;
  private long startNanos;
  private long cpuMark = -1;
  private long lastCpuNanos;
  private long lastOwnNanos;
  private long lastAllocatedBytes;
  private long lastSharedNanos;
  private long lastHeldNanos;
  private volatile long awaySinceNanos;

  private volatile long seenCpuNanos;
  private volatile long seenTurn = -1;
  private volatile long settledTurn = -1;
  private long endingTurn = -1;
  private long endingSince;

  LaneThread(Lane lane, String name, Consumer<LaneThread> loop) {
    this.lane = lane;
    this.thread = new Carrier(this, name, () -> run(loop));
    this.takeLane = () -> lane.handOver(this);
    this.tellAbandoned = this::tellAbandoned;
    thread.setDaemon(true);
  }

  /** Starts it, once. The lanes count it until it ends. */
  void start() {
    lane.lanes().threadBegins();
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      lane.lanes().threadEnds();
      throw e;
    }
  }

  private void run(Consumer<LaneThread> loop) {
    try {
      loop.accept(this);
    } finally {
      if (is(ABANDONED)) {
        lane.lanes().abandonedEnds();
      }
      lane.lanes().threadEnds();
    }
  }

  /** A thread that knows what it is. */
  private static final class Carrier extends FastThreadLocalThread {
    private final LaneThread self;

    Carrier(LaneThread self, String name, Runnable loop) {
      super(null, loop, name);
      this.self = self;
    }
  }

  /** The calling thread, if it is or was one of a lane's. */
  static @Nullable LaneThread current() {
    return Thread.currentThread() instanceof Carrier carrier ? carrier.self : null;
  }

  Lane lane() {
    return lane;
  }

  void enter(Watched watched) {
    if (hasCompanion) {
      lane.companion().lend();
    }
    startNanos = System.nanoTime();
    if (cpuMark < 0) {
      cpuMark = ThreadMeter.cpuNanos();
    }
    cpuStart = cpuMark;
    allocatedStart = ThreadMeter.allocatedBytes();
    turns++;
    state.set(turns << STATE_BITS | IN);
    current = watched;
  }

  void leave() {
    current = null;
    boolean stayed = endTurn();
    if (!stayed) {
      lane.comeBack(this);
    }
    long wall = System.nanoTime() - startNanos;
    if (wall < SHORT_TURN_NANOS) {
      lastCpuNanos = wall;
      cpuMark += wall;
    } else {
      long cpu = ThreadMeter.cpuNanos();
      lastCpuNanos = Math.clamp(cpu - cpuMark, 0, wall);
      cpuMark = cpu;
    }
    lastSharedNanos = stayed ? 0 : wall - lastCpuNanos;
    lastOwnNanos = wall - lastSharedNanos;
    lastHeldNanos = stayed ? wall : Math.max(0, awaySinceNanos - startNanos);
    lastAllocatedBytes = ThreadMeter.allocatedBytes() - allocatedStart;
    if (hasCompanion) {
      hasCompanion = lane.companion().resume();
    }
  }

  /** Returns whether the turn had the lane to its end. */
  private boolean endTurn() {
    while (true) {
      if (change(turns, IN, OUT)) {
        return true;
      }
      if (change(turns, AWAY, OUT)) {
        return false;
      }
      if (is(ABANDONED)) {
        throw new AbandonedError();
      }
    }
  }

  private boolean change(long ofTurn, int from, int to) {
    return state.compareAndSet(ofTurn << STATE_BITS | from, ofTurn << STATE_BITS | to);
  }

  private boolean is(int what) {
    return (state.get() & STATE) == what;
  }

  /** The number of the turn that began last. Any thread. */
  long turn() {
    return state.get() >> STATE_BITS;
  }

  /** Gives the lane to this thread. On the thread that has it. */
  Runnable takeLane() {
    return takeLane;
  }

  /** Tells the turn that it was given up. On the lane. */
  Runnable tellsAbandoned() {
    return tellAbandoned;
  }

  private void tellAbandoned() {
    Watched stuck = abandoned;
    if (stuck != null) {
      stuck.abandoned(lane);
    }
  }

  /** What passes until the next turn is not the guest's. */
  void forgetCpuMark() {
    cpuMark = -1;
  }

  /** Whether this thread runs the lane's companion; tries to, if it does not. */
  boolean hasCompanion() {
    if (!hasCompanion && lane.wantsCompanion()) {
      hasCompanion = lane.companion().borrow();
    }
    return hasCompanion;
  }

  /** The companion took itself away. */
  void lostCompanion() {
    hasCompanion = false;
  }

  boolean busy() {
    return current != null;
  }

  long lastCpuNanos() {
    return lastCpuNanos;
  }

  long lastAllocatedBytes() {
    return lastAllocatedBytes;
  }

  /** How long the last turn took, without waiting in overtime. */
  long lastOwnNanos() {
    return lastOwnNanos;
  }

  /** How long the last turn held the lane. */
  long lastHeldNanos() {
    return lastHeldNanos;
  }

  /** For how long the last turn, in overtime, waited for a processor, or for the lane. */
  long lastSharedNanos() {
    return lastSharedNanos;
  }

  /** For how long the turn under way has waited for a processor, if in overtime. On this thread. */
  long sharedNanos() {
    return isAway()
        ? Math.max(0, System.nanoTime() - startNanos - (ThreadMeter.cpuNanos() - cpuMark))
        : 0;
  }

  // ---- overtime, on the watchdog's thread

  /** Whether the turn has gone on beside the lane. */
  boolean isAway() {
    return is(AWAY);
  }

  /** Lets the turn, which the last look saw, go on beside the lane; unless it has just ended. */
  boolean goAway(long nowNanos) {
    awaySinceNanos = nowNanos;
    return change(seenTurn, IN, AWAY);
  }

  /** The lane has got another thread for the turn that went away, or has not. */
  void settle() {
    settledTurn = seenTurn;
    LockSupport.unpark(thread);
  }

  /** Whether that is decided for the last turn, which went away. On this thread. */
  boolean settled() {
    return settledTurn == turns;
  }

  /** The lane did not get another thread. Returns whether the turn is not over by now. */
  boolean stay() {
    return change(seenTurn, AWAY, IN);
  }

  /** Processor time of the turn under way at the last look; 0 for one that looked short. */
  long seenCpuNanos() {
    return longTurn() ? seenCpuNanos : 0;
  }

  /** Returns the turn to give up, if its time to end has passed. */
  @Nullable Watched inspect(long nowNanos, long graceNanos) {
    long seen = turn();
    Watched watched = current;
    if (watched == null) {
      return null;
    }
    if (seen != seenTurn) {
      seenCpuNanos = 0;
      seenTurn = seen;
      return null;
    }
    if (endingTurn == seen) {
      boolean stuck = nowNanos - endingSince > graceNanos;
      return stuck && giveUp(seen, watched) ? watched : null;
    }
    long cpu = ThreadMeter.cpuNanos(thread) - cpuStart;
    seenCpuNanos = cpu;
    long allocated = ThreadMeter.allocatedBytes(thread) - allocatedStart;
    if (!runs(seen)) {
      return null;
    }
    BooleanSupplier end = watched.over(cpu, allocated, nowNanos);
    if (end != null && runs(seen) && end.getAsBoolean()) {
      endingTurn = seen;
      endingSince = nowNanos;
    }
    return null;
  }

  /** Whether that turn has not ended, so that nothing of it is charged. */
  private boolean runs(long ofTurn) {
    long now = state.get();
    return now == (ofTurn << STATE_BITS | IN) || now == (ofTurn << STATE_BITS | AWAY);
  }

  private boolean giveUp(long seen, Watched watched) {
    abandoned = watched;
    return change(seen, IN, ABANDONED) || change(seen, AWAY, ABANDONED);
  }

  /** Whether the same turn was under way at the watchdog's last look. */
  boolean longTurn() {
    return current != null && turn() == seenTurn;
  }

  @Override
  public String toString() {
    return thread.getName() + " of " + lane;
  }
}
