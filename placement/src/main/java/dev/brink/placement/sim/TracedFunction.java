package dev.brink.placement.sim;

import java.util.Arrays;

/**
 * A function of an invocation trace: how often it was called in each minute, how long it ran, and
 * how much memory it took. Immutable.
 */
public final class TracedFunction {
  private final String id;
  private final String app;
  private final String trigger;
  private final int[] perMinute;
  private final Quantiles durationMillis;
  private final double averageMillis;
  private final double memoryMb;

  TracedFunction(
      String id,
      String app,
      String trigger,
      int[] perMinute,
      double averageMillis,
      Quantiles durationMillis,
      double memoryMb) {
    this.id = id;
    this.app = app;
    this.trigger = trigger;
    this.perMinute = perMinute;
    this.averageMillis = averageMillis;
    this.durationMillis = durationMillis;
    this.memoryMb = memoryMb;
  }

  /** Unique in the trace. */
  public String id() {
    return id;
  }

  /** The application it belongs to. */
  public String app() {
    return app;
  }

  /** What calls it: {@code http}, {@code timer}, {@code queue}, … */
  public String trigger() {
    return trigger;
  }

  /** How many minutes the trace has. */
  public int minutes() {
    return perMinute.length;
  }

  /** Calls in a minute of the trace, the first being 0. */
  public int invocations(int minute) {
    return perMinute[minute];
  }

  /** Calls in all minutes. */
  public long invocations() {
    return Arrays.stream(perMinute).asLongStream().sum();
  }

  /** The mean run time in milliseconds, at least 0. */
  public double averageMillis() {
    return averageMillis;
  }

  /** The run time in milliseconds below which a share of the runs stayed. */
  public double durationMillis(double share) {
    return durationMillis.at(share);
  }

  /** The memory it holds while warm, in megabytes: the median that was seen. */
  public double memoryMb() {
    return memoryMb;
  }

  @Override
  public String toString() {
    return "TracedFunction[%s, %s, %d calls, %.1f ms, %.0f MB]"
        .formatted(id, trigger, invocations(), averageMillis, memoryMb);
  }
}
