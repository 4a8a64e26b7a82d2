package dev.brink.placement;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Set;

/**
 * What a node says about its own load: rides on every answer and on a beat of 100 ms. Immutable.
 *
 * <p>It comes from another machine, so nothing in it is trusted: a value that makes no sense is
 * replaced by one that attracts no traffic, never refused with an exception.
 */
public final class LoadReport {
  private final String node;
  private final long sequence;
  private final int lanes;
  private final int busy;
  private final int queued;
  private final int overtime;
  private final long waitNanos;
  private final double utilisation;
  private final double slow;
  private final boolean draining;
  private final boolean unhealthy;
  private final boolean warmGiven;
  private final Set<String> warm;

  private LoadReport(Builder builder) {
    node = builder.node;
    sequence = builder.sequence;
    lanes = builder.lanes;
    busy = builder.busy;
    queued = builder.queued;
    overtime = builder.overtime;
    waitNanos = builder.waitNanos;
    utilisation = builder.utilisation;
    slow = builder.slow;
    draining = builder.draining;
    unhealthy = builder.unhealthy;
    warmGiven = builder.warmGiven;
    warm = builder.warm;
  }

  /**
   * Starts a report of an idle node with one lane.
   *
   * @param node the reporting node's id
   * @param sequence grows with each report of the node; an older one that arrives late is ignored
   */
  public static Builder builder(String node, long sequence) {
    return new Builder(node, sequence);
  }

  public String node() {
    return node;
  }

  public long sequence() {
    return sequence;
  }

  public int lanes() {
    return lanes;
  }

  public int busy() {
    return busy;
  }

  public int queued() {
    return queued;
  }

  /** As given; 0 where it was not. */
  public int overtime() {
    return overtime;
  }

  public long waitNanos() {
    return waitNanos;
  }

  /** As given; NaN where it was not. */
  public double utilisation() {
    return utilisation;
  }

  /** As given; 1 where it was not. */
  public double slow() {
    return slow;
  }

  public boolean draining() {
    return draining;
  }

  public boolean unhealthy() {
    return unhealthy;
  }

  /** Whether {@link #warm} was said; else the node's last warm set still holds. */
  public boolean warmGiven() {
    return warmGiven;
  }

  /** Ids of the function versions with a ready instance. */
  public Set<String> warm() {
    return warm;
  }

  @Override
  public String toString() {
    return "LoadReport[%s #%d, lanes=%d, busy=%d, queued=%d, waitNanos=%d, warm=%s%s]"
        .formatted(
            node,
            sequence,
            lanes,
            busy,
            queued,
            waitNanos,
            warmGiven ? warm.size() : "as before",
            draining ? ", draining" : "");
  }

  /** Not thread-safe. */
  public static final class Builder {
    private final String node;
    private final long sequence;
    private int lanes = 1;
    private int busy;
    private int queued;
    private int overtime;
    private long waitNanos;
    private double utilisation = Double.NaN;
    private double slow = 1;
    private boolean draining;
    private boolean unhealthy;
    private boolean warmGiven;
    private Set<String> warm = Set.of();

    private Builder(String node, long sequence) {
      this.node = requireNonNull(node, "node");
      this.sequence = sequence;
    }

    /** Threads that run guests. */
    @CanIgnoreReturnValue
    public Builder lanes(int lanes) {
      this.lanes = lanes;
      return this;
    }

    /** Lanes that run a guest now. */
    @CanIgnoreReturnValue
    public Builder busy(int busy) {
      this.busy = busy;
      return this;
    }

    /** Invocations that wait for a lane. */
    @CanIgnoreReturnValue
    public Builder queued(int queued) {
      this.queued = queued;
      return this;
    }

    /**
     * Runs that go on beside the lanes because they are long: threads that share the processors
     * with what the lanes run. Left out it is 0.
     */
    @CanIgnoreReturnValue
    public Builder overtime(int overtime) {
      this.overtime = overtime;
      return this;
    }

    /** The node's own estimate of the time until a lane is free for a new invocation. */
    @CanIgnoreReturnValue
    public Builder waitNanos(long waitNanos) {
      this.waitNanos = waitNanos;
      return this;
    }

    /**
     * The share of its lanes' time that was taken over the last seconds, 0 to 1. Left out, it is
     * what is busy now.
     */
    @CanIgnoreReturnValue
    public Builder utilisation(double utilisation) {
      this.utilisation = utilisation;
      return this;
    }

    /**
     * How much longer than elsewhere work takes there, by the node's own runs: {@link
     * Placement#ownSlow}. Left out it is 1, as usual.
     */
    @CanIgnoreReturnValue
    public Builder slow(double slow) {
      this.slow = slow;
      return this;
    }

    /** Whether the node finishes what it has and takes nothing new. */
    @CanIgnoreReturnValue
    public Builder draining(boolean draining) {
      this.draining = draining;
      return this;
    }

    /** Whether the node says that it can't be relied on: it gets nothing from others. */
    @CanIgnoreReturnValue
    public Builder unhealthy(boolean unhealthy) {
      this.unhealthy = unhealthy;
      return this;
    }

    /**
     * Ids of the function versions with a ready instance. Left out, the set of the report before
     * stays. The set is kept, not copied: it must not change any more. Handing in the same set
     * again is cheap.
     */
    @CanIgnoreReturnValue
    public Builder warm(Set<String> warm) {
      this.warm = requireNonNull(warm, "warm");
      this.warmGiven = true;
      return this;
    }

    public LoadReport build() {
      return new LoadReport(this);
    }
  }
}
