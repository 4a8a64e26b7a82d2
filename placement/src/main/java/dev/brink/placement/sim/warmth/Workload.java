package dev.brink.placement.sim.warmth;

import dev.brink.placement.sim.warmth.CalledFunction.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Made-up callers: 100 functions each, whose mean time between calls is spread evenly over the
 * logarithm from half a minute to three hours, and whose memory is log-normal around 50 MB.
 */
enum Workload {
  /** Calls that know nothing of each other. */
  POISSON {
    @Override
    List<Double> minutes(SplittableRandom random, double period, double length) {
      return arrivals(length, () -> exponential(random, period));
    }
  },
  /** A clock, exact or with up to 2 or 10 % of jitter. */
  PERIODIC {
    @Override
    List<Double> minutes(SplittableRandom random, double period, double length) {
      double jitter = new double[] {0, 0.02, 0.1}[random.nextInt(3)];
      return arrivals(length, () -> period * (1 + jitter * (2 * random.nextDouble() - 1)));
    }
  },
  /** Bursts of six or seven calls on average, close together, and long silence between. */
  BURSTY {
    @Override
    List<Double> minutes(SplittableRandom random, double period, double length) {
      return arrivals(
          length,
          () ->
              random.nextDouble() < 0.15
                  ? exponential(random, 5 * period)
                  : exponential(random, period / 10));
    }
  },
  /** Waves of four hours: nobody calls at low tide. */
  DIURNAL {
    @Override
    List<Double> minutes(SplittableRandom random, double period, double length) {
      double phase = random.nextDouble();
      return arrivals(length, () -> exponential(random, period / 2)).stream()
          .filter(
              at ->
                  random.nextDouble()
                      < 0.5 - 0.5 * Math.cos(2 * Math.PI * (at / WAVE_MINUTES + phase)))
          .toList();
    }
  };

  private static final int FUNCTIONS = 100;
  private static final double WAVE_MINUTES = 240;
  private static final double SHORTEST = 0.5;
  private static final double LONGEST = 180;
  private static final double CALL_MINUTES = 0.002;

  private interface Gap {
    double next();
  }

  abstract List<Double> minutes(SplittableRandom random, double period, double length);

  List<CalledFunction> functions(long seed, int minutes) {
    var random = new SplittableRandom(seed * 31 + List.of(values()).indexOf(this));
    return IntStream.range(0, FUNCTIONS)
        .mapToObj(i -> function(name() + i, random.split(), minutes))
        .toList();
  }

  private CalledFunction function(String id, SplittableRandom random, int minutes) {
    double memoryMb = 50 * Math.exp(random.nextGaussian());
    double period = SHORTEST * Math.pow(LONGEST / SHORTEST, random.nextDouble());
    var busy = new ArrayList<Span>();
    double free = 0;
    for (double at : minutes(random, period, minutes)) {
      if (at >= free) {
        free = at + CALL_MINUTES;
        busy.add(new Span(nanos(at), nanos(free)));
      }
    }
    return new CalledFunction(id.toLowerCase(Locale.ROOT), memoryMb, busy);
  }

  private static List<Double> arrivals(double length, Gap gap) {
    var arrivals = new ArrayList<Double>();
    for (double at = gap.next(); at < length; at += gap.next()) {
      arrivals.add(at);
    }
    return arrivals;
  }

  private static double exponential(SplittableRandom random, double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  private static long nanos(double minutes) {
    return (long) (minutes * CalledFunction.MINUTE);
  }
}
