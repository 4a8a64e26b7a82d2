package dev.brink.cache.policy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;

/**
 * Prints what a request costs {@link AdaptivePolicy}, in processor time, so that a busy machine
 * does not show; see docs/cache-policy.md.
 */
final class PolicyFigures {
  private static final int REQUESTS = 500_000;
  private static final int OBJECTS_PER_HELD = 10;

  private PolicyFigures() {}

  public static void main(String[] arguments) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (int held : new int[] {100, 1_000, 10_000, 100_000}) {
      Workload work = Workload.zipf("", REQUESTS, held * OBJECTS_PER_HELD, 0.9, 0, 1);
      AdaptivePolicy policy = AdaptivePolicy.builder(held).expectedObjects(held).build();
      replay(work, policy);
      long before = threads.getCurrentThreadCpuTime();
      int hits = replay(work, policy);
      double nanos = (double) (threads.getCurrentThreadCpuTime() - before) / REQUESTS;
      System.out.printf(
          Locale.ROOT,
          "%,d objects held: %.0f ns a request, %.1f %% hits%n",
          policy.stats().objects(),
          nanos,
          100.0 * hits / REQUESTS);
    }
  }

  private static int replay(Workload work, AdaptivePolicy policy) {
    int hits = 0;
    for (long key : work.keys()) {
      if (policy.use(key)) {
        hits++;
      } else {
        boolean _ = policy.admit(key, 1, 1, gone -> {});
      }
    }
    return hits;
  }
}
