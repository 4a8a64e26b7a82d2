package dev.brink.placement.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** A made-up invocation trace. */
final class SyntheticTrace {
  private static final double BUSIEST_PER_MINUTE = 300;
  private static final double POWER = 1.1;
  private static final double[] SHARES = {0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 1};
  private static final double[] NORMAL = {-3.3, -2.326, -0.674, 0, 0.674, 1.282, 2.326, 3.3};

  private SyntheticTrace() {}

  static List<TracedFunction> functions(int functions, int minutes, long seed) {
    var random = new SplittableRandom(seed);
    List<TracedFunction> all = new ArrayList<>();
    for (int f = 0; f < functions; f++) {
      double perMinute = BUSIEST_PER_MINUTE / Math.pow(f + 1, POWER);
      double medianMillis = 20 * Math.exp(1.2 * random.nextGaussian());
      double sigma = 0.2 + 0.8 * random.nextDouble();
      all.add(
          new TracedFunction(
              String.format(Locale.ROOT, "synthetic-%03d", f),
              "app-" + f / 3,
              "http",
              counts(minutes, perMinute, random),
              medianMillis * Math.exp(sigma * sigma / 2),
              logNormal(medianMillis, sigma),
              Math.max(4, 40 * Math.exp(0.8 * random.nextGaussian()))));
    }
    return all;
  }

  private static int[] counts(int minutes, double perMinute, SplittableRandom random) {
    int kind = random.nextInt(3);
    int period = 3 + random.nextInt(40);
    int phase = random.nextInt(period);
    var counts = new int[minutes];
    for (int m = 0; m < minutes; m++) {
      double mean =
          switch (kind) {
            case 0 -> perMinute;
            case 1 -> perMinute * (1 + Math.sin(2 * Math.PI * (m + phase) / period));
            default -> (m + phase) % period < 1 + period / 5 ? perMinute * 4 : perMinute / 4;
          };
      counts[m] = poisson(mean, random);
    }
    return counts;
  }

  private static Quantiles logNormal(double median, double sigma) {
    var values = new double[NORMAL.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = median * Math.exp(sigma * NORMAL[i]);
    }
    return new Quantiles(SHARES, values);
  }

  /** By counting exponential gaps, or the normal approximation where the mean is large. */
  private static int poisson(double mean, SplittableRandom random) {
    if (mean > 100) {
      return (int) Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
    double left = Math.exp(-mean);
    int count = -1;
    for (double product = 1; product > left; count++) {
      product *= random.nextDouble();
    }
    return count;
  }
}
