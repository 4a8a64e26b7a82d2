package dev.brink.exec.lane;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One thread of a lane, and the turn it is in. A lane gets another when a turn cannot be ended. */
final class LaneThread {
  private static final int OUT = 0;
  private static final int IN = 1;
  private static final int ABANDONED = 2;

  /** Turns shorter than this are charged their wall time: asking for processor time costs more. */
  private static final long SHORT_TURN_NANOS = 100_000;

  final Thread thread;
  private final Lane lane;
  private final AtomicInteger state = new AtomicInteger(OUT);
  private volatile @Nullable Watched current;
  private volatile long turn;
  private volatile long cpuStart;
  private volatile long allocatedStart;
  private boolean hasCompanion;
  private long turns;
  private long startNanos;
  private long cpuMark = -1;
  private long lastCpuNanos;
  private long lastAllocatedBytes;
  private long lastWallNanos;

  private long seenTurn = -1;
  private long endingTurn = -1;
  private long endingSince;

  LaneThread(Lane lane, String name, Runnable loop) {
    this.lane = lane;
    this.thread = new Carrier(lane, name, loop);
    thread.setDaemon(true);
  }

  /** A thread that knows its lane. */
  private static final class Carrier extends FastThreadLocalThread {
    private final Lane lane;

    Carrier(Lane lane, String name, Runnable loop) {
      super(null, loop, name);
      this.lane = lane;
    }
  }

  /** The lane whose thread the calling thread is or was. */
  static @Nullable Lane laneOfCurrentThread() {
    return Thread.currentThread() instanceof Carrier carrier ? carrier.lane : null;
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
    turn = ++turns;
    state.set(IN);
    current = watched;
  }

  void leave() {
    current = null;
    if (!state.compareAndSet(IN, OUT)) {
      throw new AbandonedError();
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
    lastWallNanos = wall;
    lastAllocatedBytes = ThreadMeter.allocatedBytes() - allocatedStart;
    if (hasCompanion) {
      hasCompanion = lane.companion().resume();
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

  long lastWallNanos() {
    return lastWallNanos;
  }

  /** On the watchdog's thread. Returns the turn to give up, if its time to end has passed. */
  @Nullable Watched inspect(long nowNanos, long graceNanos) {
    long seen = turn;
    Watched watched = current;
    if (watched == null) {
      return null;
    }
    if (seen != seenTurn) {
      seenTurn = seen;
      return null;
    }
    if (endingTurn == seen) {
      boolean stuck = nowNanos - endingSince > graceNanos;
      return stuck && state.compareAndSet(IN, ABANDONED) ? watched : null;
    }
    long cpu = ThreadMeter.cpuNanos(thread) - cpuStart;
    long allocated = ThreadMeter.allocatedBytes(thread) - allocatedStart;
    if (turn == seen && watched.over(cpu, allocated, nowNanos)) {
      endingTurn = seen;
      endingSince = nowNanos;
    }
    return null;
  }

  /** Whether the same turn was under way at the watchdog's last look. */
  boolean longTurn() {
    return current != null && turn == seenTurn;
  }

  @Override
  public String toString() {
    return thread.getName() + " of " + lane;
  }
}
