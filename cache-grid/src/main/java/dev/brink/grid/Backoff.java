package dev.brink.grid;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Growing waits between attempts: each twice the one before, give or take a fifth. Not thread-safe.
 */
final class Backoff {
  private static final double LONGEST = 1e9;

  private final Duration first;
  private final Duration most;
  private final RandomGenerator random;
  private int attempts;

  Backoff(Duration first, Duration most, RandomGenerator random) {
    this.first = first;
    this.most = most;
    this.random = random;
  }

  Duration next() {
    double jitter = 0.8 + 0.4 * random.nextDouble();
    double factor = Math.min(Math.pow(2, Math.min(attempts++, 30)) * jitter, LONGEST);
    Duration wait = Duration.ofMillis((long) (factor * Math.toIntExact(first.toMillis())));
    return wait.compareTo(most) < 0 ? wait : most;
  }

  void reset() {
    attempts = 0;
  }
}
