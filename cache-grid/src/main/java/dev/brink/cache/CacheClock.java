package dev.brink.cache;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The cache's hybrid clock: milliseconds in 48 bits and their fraction in 16, so that what happens
 * within one has an order between caches too, as far as their clocks agree. Never twice the same,
 * and later than every stamp it has seen. Thread-safe.
 */
final class CacheClock {
  static final int FRACTION_BITS = 16;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long MAX_DRIFT_MILLIS = 60_000;

  private final InstantSource time;
  private final AtomicLong last = new AtomicLong();

  CacheClock(InstantSource time) {
    this.time = time;
  }

  /** The time of day. */
  long millis() {
    return time.millis();
  }

  /** The first stamp of a millisecond. */
  static long beginning(Instant moment) {
    return moment.toEpochMilli() << FRACTION_BITS;
  }

  private static long stamp(Instant moment) {
    long millis = moment.getEpochSecond() * 1000 + moment.getNano() / NANOS_PER_MILLI;
    long fraction = moment.getNano() % NANOS_PER_MILLI;
    return millis << FRACTION_BITS | (fraction << FRACTION_BITS) / NANOS_PER_MILLI;
  }

  /** A stamp later than all before. */
  long now() {
    long wall = stamp(time.instant());
    return last.updateAndGet(before -> Math.max(wall, before + 1));
  }

  /** Makes the stamps to come later than this one, unless it is from a clock that is far off. */
  void observe(long stamp) {
    if ((stamp >>> FRACTION_BITS) - time.millis() <= MAX_DRIFT_MILLIS) {
      last.accumulateAndGet(stamp, Math::max);
    }
  }

  /** Makes the stamps to come later than this one, whatever clock it is from. */
  void advance(long stamp) {
    last.accumulateAndGet(stamp, Math::max);
  }

  /** No stamp was later than this. */
  long latest() {
    return last.get();
  }
}
