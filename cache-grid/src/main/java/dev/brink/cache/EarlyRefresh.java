package dev.brink.cache;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * Whether what is still fresh is fetched anew because of a use, while nobody waits for it. Each use
 * throws a die that is the likelier to say so the nearer the end and the longer a fetch takes. So
 * what is asked for often is there again, on each node where it is, before it would be missed, and
 * what is seldom asked for costs nothing; what is immutable is left. Vattani, Chierichetti,
 * Lowenstein: "Optimal Probabilistic Cache Stampede Prevention" (VLDB 2015).
 */
final class EarlyRefresh {
  /** How many times as early as would be just in time: a fetch may take longer than the last. */
  private static final double EARLINESS = 2;

  /** What has come within three times of what it has left is not asked for again yet. */
  private static final int RESIDENCE = 3;

  /** How long the source of another node's copy takes is not known here: this, or a 20th of it. */
  private static final double COPY_NANOS = 5e8;

  private static final double COPY_PART = 20;

  private EarlyRefresh() {}

  /**
   * Whether a use at that moment shall bring it on.
   *
   * @param copy tells whether it is asked of another node, and not of its source
   */
  static boolean due(Head head, long nowMillis, BooleanSupplier copy) {
    Freshness freshness = head.freshness();
    long here = nowMillis - head.receivedMillis();
    long left = (freshness.lifetimeSeconds() - freshness.initialAgeSeconds()) * 1000 - here;
    if (left <= 0 || here < RESIDENCE * left) {
      return false;
    }
    double die = -Math.log(1 - ThreadLocalRandom.current().nextDouble());
    double leftNanos = left * 1e6;
    boolean due =
        leftNanos <= EARLINESS * head.fetchNanos() * die
            || (leftNanos <= Math.min(COPY_NANOS, (here + left) * 1e6 / COPY_PART) * die
                && copy.getAsBoolean());
    return due && !head.immutable();
  }
}
