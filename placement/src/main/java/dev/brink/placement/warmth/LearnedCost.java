package dev.brink.placement.warmth;

import java.time.Duration;
import java.util.Arrays;

/**
 * Looks at the last 64 idle times and takes the window that would have cost least over them: a cold
 * start for each that ended outside of it, and the time an instance was held for nothing.
 *
 * <p>Two things keep it from believing too much in little: twelve made-up idle times from 15
 * seconds to 8.5 hours, evenly spread over the logarithm, that together count as one real one; and
 * a window is widened by its length over the number of idle times in it, as far as one more of them
 * would be expected beyond the farthest seen.
 */
final class LearnedCost implements WarmthPolicy {
  private static final int REMEMBERED = 64;
  private static final int PRIOR = 12;
  private static final long PRIOR_FIRST_NANOS = Duration.ofSeconds(15).toNanos();

  /** A window ends by this part of its end later than the last idle time in it, or more. */
  private static final int LEAST_WIDTH = 64;

  /** Unloading for less is not worth the work of making an instance again. */
  private static final long LEAST_START_NANOS = Duration.ofMinutes(1).toNanos();

  /** A window is worked out anew once a sixteenth of the idle times are new. */
  private static final int LEARN_PART = 16;

  /** A change of the price by less does not make a window be worked out again. */
  private static final double SAME_PRICE = 0.1;

  private final long longestNanos;
  private final long[] ring = new long[REMEMBERED];
  private int seen;
  private int unlearned;
  private long idleSinceNanos;
  private IdleWindow window = IdleWindow.NONE;
  private IdleWindow learned = IdleWindow.NONE;
  private double learnedAtPrice = Double.NaN;

  LearnedCost(long longestNanos) {
    this.longestNanos = longestNanos;
  }

  @Override
  public void idle(long nowNanos, WarmthSignals signals) {
    idleSinceNanos = nowNanos;
    double price = signals.coldWorthNanos();
    if (!(Math.abs(price - learnedAtPrice) <= SAME_PRICE * learnedAtPrice)) {
      learned = new Costs(price).cheapest();
      learnedAtPrice = price;
      unlearned = 0;
    }
    window = learned.earlier(signals.leadNanos());
  }

  @Override
  public Hold hold(long nowNanos) {
    return window.at(idleSinceNanos, nowNanos);
  }

  @Override
  public void busy(long nowNanos) {
    long gap = nowNanos - idleSinceNanos;
    if (gap > 0) {
      ring[seen++ % REMEMBERED] = gap;
      seen = seen == 2 * REMEMBERED ? REMEMBERED : seen;
      if (++unlearned >= Math.min(seen, REMEMBERED) / LEARN_PART) {
        learnedAtPrice = Double.NaN;
      }
    }
  }

  /** The idle times in order, with sums that give the cost of a window in a few steps. */
  private final class Costs {
    private final double price;
    private final long[] gaps;
    private final long[] times;
    private final double[] weightBelow;
    private final double[] timeBelow;

    Costs(double price) {
      this.price = price;
      gaps = Arrays.copyOf(ring, Math.min(seen, REMEMBERED));
      Arrays.sort(gaps);
      times = Arrays.copyOf(gaps, gaps.length + PRIOR);
      for (int i = 0; i < PRIOR; i++) {
        times[gaps.length + i] = PRIOR_FIRST_NANOS << i;
      }
      Arrays.sort(times);
      weightBelow = new double[times.length + 1];
      timeBelow = new double[times.length + 1];
      for (int i = 0, gap = 0; i < times.length; i++) {
        boolean real = gap < gaps.length && gaps[gap] == times[i];
        gap += real ? 1 : 0;
        double weight = real ? 1 : 1.0 / PRIOR;
        weightBelow[i + 1] = weightBelow[i] + weight;
        timeBelow[i + 1] = timeBelow[i] + weight * times[i];
      }
    }

    IdleWindow cheapest() {
      IdleWindow best = IdleWindow.NONE;
      double least = price * weightBelow[times.length];
      for (int first = -1; first < gaps.length; first++) {
        long start = first < 0 ? 0 : gaps[first];
        for (long end : times) {
          if (end >= start && (first < 0 || end <= longestNanos)) {
            IdleWindow candidate = widened(start, end).within(longestNanos);
            double cost = cost(candidate);
            if (cost < least) {
              least = cost;
              best = candidate;
            }
          }
        }
      }
      return best;
    }

    private IdleWindow widened(long start, long end) {
      int within = countBelow(gaps, end + 1) - countBelow(gaps, start);
      long more = within == 0 ? 0 : (end - start) / within;
      long earlier = start < LEAST_START_NANOS ? 0 : Math.max(0, start - more);
      return new IdleWindow(earlier, end + Math.max(more, end / LEAST_WIDTH));
    }

    private double cost(IdleWindow window) {
      int from = countBelow(times, window.startNanos());
      int to = countBelow(times, window.endNanos());
      double hits = weightBelow[to] - weightBelow[from];
      double beyond = weightBelow[times.length] - weightBelow[to];
      double idle =
          timeBelow[to]
              - timeBelow[from]
              - hits * window.startNanos()
              + beyond * (window.endNanos() - window.startNanos());
      return price * (weightBelow[times.length] - hits) + idle;
    }

    private static int countBelow(long[] sorted, long value) {
      int low = 0;
      int high = sorted.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (sorted[middle] < value) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }
}
