package dev.brink.placement;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** The two groups of a function's requests that are compared. Thread-safe. */
final class Cohorts {
  private final AtomicInteger drawn = new AtomicInteger();
  private final Group placed = new Group();
  private final Group control = new Group();

  private static final class Group {
    private final LongAdder count = new LongAdder();
    private final DoubleAdder sum = new DoubleAdder();
    private final DoubleAdder squares = new DoubleAdder();

    void add(double nanos) {
      count.increment();
      sum.add(nanos);
      squares.add(nanos * nanos);
    }

    double mean() {
      long n = count.sum();
      return n == 0 ? 0 : sum.sum() / n;
    }

    /** The variance of the mean. */
    double variance() {
      long n = count.sum();
      double mean = mean();
      return n < 2
          ? Double.POSITIVE_INFINITY
          : Math.max(0, squares.sum() / n - mean * mean) / (n - 1);
    }
  }

  /** Draws the next request's group. */
  Choice.Cohort draw(double controlShare, long salt) {
    return Lot.share(drawn.getAndIncrement(), salt) < controlShare
        ? Choice.Cohort.CONTROL
        : Choice.Cohort.PLACED;
  }

  void answered(Choice.Cohort cohort, long nanos) {
    switch (cohort) {
      case NONE -> {}
      case PLACED -> placed.add((double) nanos);
      case CONTROL -> control.add((double) nanos);
    }
  }

  Counterfactual compared(String function) {
    return new Counterfactual(
        function,
        placed.count.sum(),
        placed.mean(),
        control.count.sum(),
        control.mean(),
        Math.sqrt(placed.variance() + control.variance()));
  }
}
