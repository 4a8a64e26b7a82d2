package dev.brink.placement.warmth;

import java.time.Duration;

/**
 * The hybrid histogram policy of Shahrad et al., with their numbers: minutes up to four hours;
 * ready from the 5th percentile of the idle times less 10 % to the 99th and 10 % more. Where the
 * histogram says little (the coefficient of variation of its bins is under 2) it keeps an instance
 * for four hours; where most idle times are longer than that, it forecasts the next one, by an
 * autoregression of first order instead of their ARIMA, with 15 % around it.
 */
final class HybridHistogram implements WarmthPolicy {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int BINS = 240;
  private static final double HEAD = 0.05;
  private static final double TAIL = 0.99;
  private static final double MARGIN = 0.1;
  private static final double FORECAST_MARGIN = 0.15;
  private static final double REPRESENTATIVE_CV = 2;
  private static final double MOSTLY = 0.5;

  private static final IdleWindow RANGE = new IdleWindow(0, BINS * MINUTE);

  private final int[] bins = new int[BINS];
  private final Forecast forecast = new Forecast();
  private int inRange;
  private long squares;
  private int beyond;
  private long idleSinceNanos;
  private IdleWindow window = IdleWindow.NONE;

  @Override
  public void idle(long nowNanos, WarmthSignals signals) {
    idleSinceNanos = nowNanos;
    window = window().earlier(signals.leadNanos());
  }

  @Override
  public Hold hold(long nowNanos) {
    return window.at(idleSinceNanos, nowNanos);
  }

  @Override
  public void busy(long nowNanos) {
    long gap = nowNanos - idleSinceNanos;
    if (gap <= 0) {
      return;
    }
    forecast.add((double) gap);
    if (gap >= BINS * MINUTE) {
      beyond++;
    } else {
      int bin = (int) (gap / MINUTE);
      squares += 2L * bins[bin] + 1;
      bins[bin]++;
      inRange++;
    }
  }

  private IdleWindow window() {
    if (beyond > MOSTLY * (inRange + beyond)) {
      return forecast.known() ? around(forecast.next()) : RANGE;
    }
    return representative() ? fromHistogram() : RANGE;
  }

  private boolean representative() {
    if (inRange == 0) {
      return false;
    }
    double mean = (double) inRange / BINS;
    double variance = Math.max(0, (double) squares / BINS - mean * mean);
    return Math.sqrt(variance) / mean >= REPRESENTATIVE_CV;
  }

  private IdleWindow fromHistogram() {
    int head = percentile(HEAD);
    int tail = percentile(TAIL) + 1;
    long start = ((long) (head * (1 - MARGIN))) * MINUTE;
    long end = (long) Math.ceil(tail * (1 + MARGIN)) * MINUTE;
    return new IdleWindow(start, end).within(BINS * MINUTE);
  }

  private int percentile(double share) {
    long below = 0;
    for (int bin = 0; bin < BINS; bin++) {
      below += bins[bin];
      if (below >= share * inRange) {
        return bin;
      }
    }
    return BINS - 1;
  }

  private static IdleWindow around(double gapNanos) {
    return new IdleWindow(
        (long) (gapNanos * (1 - FORECAST_MARGIN)), (long) (gapNanos * (1 + FORECAST_MARGIN)));
  }

  /** The next value of a series as {@code mean + r·(last − mean)}, r its lag-one correlation. */
  private static final class Forecast {
    private static final int LEAST = 3;
    private int count;
    private double mean;
    private double squared;
    private double lagged;
    private double last;

    void add(double value) {
      double before = mean;
      double beforeLast = last;
      count++;
      mean += (value - mean) / count;
      squared += (value - before) * (value - mean);
      lagged += count == 1 ? 0 : (beforeLast - before) * (value - mean);
      last = value;
    }

    boolean known() {
      return count >= LEAST;
    }

    double next() {
      double r = squared == 0 ? 0 : Math.clamp(lagged / squared, -1, 1);
      return Math.max(0, mean + r * (last - mean));
    }
  }
}
