package dev.brink.exec.lane;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One thread of a lane, and the turn it is in. A lane gets another when a turn cannot be ended. */
final class LaneThread {
  private static final int OUT = 0;
  private static final int IN = 1;
  private static final int ABANDONED = 2;

  final Thread thread;
  private final Lane lane;
  private final AtomicInteger state = new AtomicInteger(OUT);
  private volatile @Nullable Watched current;
  private volatile long turn;
  private volatile long cpuStart;
  private volatile long allocatedStart;
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
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(loop);
  }

  void enter(Watched watched) {
    long cpu = cpuMark >= 0 ? cpuMark : ThreadMeter.cpuNanos();
    cpuStart = cpu;
    allocatedStart = ThreadMeter.allocatedBytes();
    startNanos = System.nanoTime();
    turn = ++turns;
    state.set(IN);
    current = watched;
  }

  void leave() {
    current = null;
    if (!state.compareAndSet(IN, OUT)) {
      throw new AbandonedError();
    }
    long cpu = ThreadMeter.cpuNanos();
    cpuMark = cpu;
    lastCpuNanos = cpu - cpuStart;
    lastAllocatedBytes = ThreadMeter.allocatedBytes() - allocatedStart;
    lastWallNanos = System.nanoTime() - startNanos;
  }

  /** What passes until the next turn is not the guest's. */
  void forgetCpuMark() {
    cpuMark = -1;
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
