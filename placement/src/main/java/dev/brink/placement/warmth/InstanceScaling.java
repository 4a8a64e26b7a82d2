package dev.brink.placement.warmth;

import java.time.Duration;

/**
 * How many instances a function wants: enough for the calls of the last six seconds at 70 % use, or
 * to work off within 100 ms what is queued, whichever is more; fewer only once nothing more was
 * wanted for a while. Not thread-safe.
 */
public final class InstanceScaling {
  private static final double USE = 0.7;
  private static final double DRAIN_NANOS = 100e6;
  private static final long RATE_SLOT_NANOS = 500_000_000L;
  private static final int RATE_SLOTS = 12;
  private static final int WANT_SLOTS = 12;

  private final Slots calls = new Slots(RATE_SLOTS, RATE_SLOT_NANOS);
  private final Slots wants;

  /** Down over 60 seconds. */
  public InstanceScaling() {
    this(Duration.ofSeconds(60));
  }

  /**
   * One that has seen nothing.
   *
   * @param down how long what was wanted once stays so, more than 0
   */
  public InstanceScaling(Duration down) {
    if (down.isNegative() || down.isZero() || down.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("down: " + down + " (expected: more than 0, up to 1 d)");
    }
    wants = new Slots(WANT_SLOTS, Math.max(1, down.toNanos() / WANT_SLOTS));
  }

  /**
   * Looks once more, a few times per second.
   *
   * @param newCalls calls since the last time
   * @param queued calls that wait
   * @param execNanos the mean run time of one
   * @return instances wanted, 0 when nothing was called for a minute
   */
  public int want(long nowNanos, long newCalls, int queued, long execNanos) {
    calls.add(nowNanos, newCalls);
    double perNano = (double) calls.sum() / (RATE_SLOT_NANOS * RATE_SLOTS);
    double forRate = Math.ceil(perNano * execNanos / USE);
    double forQueue = Math.ceil(queued * (double) execNanos / DRAIN_NANOS);
    long want = (long) Math.min(Math.max(forRate, forQueue), 1 << 20);
    wants.most(nowNanos, newCalls > 0 ? Math.max(1, want) : want);
    return (int) wants.max();
  }

  /** The last few spans of time, each with a number. */
  private static final class Slots {
    private final long[] values;
    private final long slotNanos;
    private long current;
    private boolean started;

    Slots(int count, long slotNanos) {
      this.values = new long[count];
      this.slotNanos = slotNanos;
    }

    void add(long nowNanos, long value) {
      values[at(nowNanos)] += value;
    }

    void most(long nowNanos, long value) {
      int at = at(nowNanos);
      values[at] = Math.max(values[at], value);
    }

    long sum() {
      long sum = 0;
      for (long value : values) {
        sum += value;
      }
      return sum;
    }

    long max() {
      long max = 0;
      for (long value : values) {
        max = Math.max(max, value);
      }
      return max;
    }

    private int at(long nowNanos) {
      long slot = Math.floorDiv(nowNanos, slotNanos);
      long passed = started ? Math.min(slot - current, values.length) : values.length;
      for (long i = 0; i < passed; i++) {
        values[Math.floorMod(slot - i, values.length)] = 0;
      }
      current = started ? Math.max(slot, current) : slot;
      started = true;
      return Math.floorMod(current, values.length);
    }
  }
}
