package dev.brink.mesh.dns;

import dev.brink.mesh.nearest.ClientPrefix;
import java.net.InetAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many datagrams a network may be sent: so many a second, and a burst of two seconds' worth. A
 * sender's address is easily forged over UDP; without a bound the responder could be turned against
 * who really has it. A fixed table: two networks that fall on one place share its rate. The place
 * is drawn anew at each start. Thread-safe, lock-free.
 */
final class ResponseRate {
  private static final int PLACE_BITS = 14;
  private static final int PLACE_SHIFT = Long.SIZE - PLACE_BITS;
  private static final long BURST_SECONDS = 2;

  private final long nanosPerAnswer;
  private final long burstNanos;
  private final long seed = ThreadLocalRandom.current().nextLong() | 1;

  /** When the bucket of a network would be full, in the manner of GCRA. */
  private final AtomicLongArray fullAt = new AtomicLongArray(1 << PLACE_BITS);

  private final long originNanos;

  ResponseRate(int perSecond, long nowNanos) {
    nanosPerAnswer = TimeUnit.SECONDS.toNanos(1) / perSecond;
    burstNanos = TimeUnit.SECONDS.toNanos(BURST_SECONDS);
    originNanos = nowNanos;
  }

  /** Takes one answer's worth; {@code false} when there is none. */
  boolean take(InetAddress to, long nowNanos) {
    long mixed = (ClientPrefix.of(to).packed() + 1) * seed;
    int place = (int) (((mixed ^ (mixed >>> 32)) * 0x9E3779B97F4A7C15L) >>> PLACE_SHIFT);
    long now = nowNanos - originNanos;
    while (true) {
      long seen = fullAt.get(place);
      long next = Math.max(seen, now) + nanosPerAnswer;
      if (next - now > burstNanos) {
        return false;
      }
      if (fullAt.compareAndSet(place, seen, next)) {
        return true;
      }
    }
  }
}
