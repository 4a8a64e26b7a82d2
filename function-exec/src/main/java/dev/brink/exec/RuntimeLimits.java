package dev.brink.exec;

import java.time.Duration;

/**
 * What a runtime as a whole may have, and of that the functions of one {@linkplain
 * FunctionBundle#owner owner}. What has none is held to the runtime's limits alone. An invocation
 * beyond is refused with {@link FunctionException.Code#QUEUE_FULL} or {@link
 * FunctionException.Code#OWNER_BUSY}.
 *
 * @param queued invocations that wait for a lane
 * @param queuedPerOwner of these, those of one owner
 * @param unfinished invocations that are queued, run or wait for I/O
 * @param unfinishedPerOwner of these, those of one owner
 * @param instances instances with invocations under way
 * @param instancesPerOwner of these, those of one owner
 * @param recycleAfter the age at which an instance is replaced by a new one, at most 365 days
 * @param recycleRuns the invocations after which it is; both are a little less for some, so that
 *     not all are replaced at once
 * @param heapPercent how much of the JVM's largest heap may be held after a collection; beyond it
 *     instances that allocated much are replaced; 100: any
 * @param stuckThreads threads whose guests could not be stopped from which on the runtime is {@link
 *     RuntimeHealth#unhealthy() unhealthy}; 0: as many as it has lanes
 * @param idleAfter how long an instance stays that nobody calls; up to half as long again may pass
 *     until it goes; zero: for ever
 */
public record RuntimeLimits(
    int queued,
    int queuedPerOwner,
    int unfinished,
    int unfinishedPerOwner,
    int instances,
    int instancesPerOwner,
    Duration recycleAfter,
    int recycleRuns,
    int heapPercent,
    int stuckThreads,
    Duration idleAfter) {
  private static final Duration OLDEST = Duration.ofDays(365);

  /** What {@link Builder} says. */
  public static final RuntimeLimits DEFAULT = builder().build();

  public RuntimeLimits {
    atLeast(1, "queued", queued);
    atLeast(1, "queuedPerOwner", queuedPerOwner);
    atLeast(1, "unfinished", unfinished);
    atLeast(1, "unfinishedPerOwner", unfinishedPerOwner);
    atLeast(1, "instances", instances);
    atLeast(1, "instancesPerOwner", instancesPerOwner);
    if (recycleAfter.isNegative() || recycleAfter.isZero() || recycleAfter.compareTo(OLDEST) > 0) {
      throw new IllegalArgumentException(
          "recycleAfter: " + recycleAfter + " (expected: > 0, at most " + OLDEST + ")");
    }
    atLeast(1, "recycleRuns", recycleRuns);
    if (heapPercent < 10 || heapPercent > 100) {
      throw new IllegalArgumentException("heapPercent: " + heapPercent + " (expected: 10 to 100)");
    }
    atLeast(0, "stuckThreads", stuckThreads);
    if (idleAfter.isNegative() || idleAfter.compareTo(OLDEST) > 0) {
      throw new IllegalArgumentException(
          "idleAfter: " + idleAfter + " (expected: >= 0, at most " + OLDEST + ")");
    }
  }

  private static void atLeast(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** These, to be changed. */
  public Builder toBuilder() {
    return new Builder()
        .queued(queued)
        .queuedPerOwner(queuedPerOwner)
        .unfinished(unfinished)
        .unfinishedPerOwner(unfinishedPerOwner)
        .instances(instances)
        .instancesPerOwner(instancesPerOwner)
        .recycleAfter(recycleAfter)
        .recycleRuns(recycleRuns)
        .heapPercent(heapPercent)
        .stuckThreads(stuckThreads)
        .idleAfter(idleAfter);
  }

  /**
   * Collects limits. Defaults: 2,048 queued and 8,192 unfinished invocations, 2,048 instances, and
   * half of each for one owner; an instance is replaced after an hour or a million invocations, and
   * earlier when 85 % of the heap are held; unhealthy when as many threads are stuck as there are
   * lanes, since functions have half of the processors then at most; an instance that nobody calls
   * stays for ten minutes. Not thread-safe.
   */
  public static final class Builder {
    private int queued = 2_048;
    private int queuedPerOwner = 1_024;
    private int unfinished = 8_192;
    private int unfinishedPerOwner = 4_096;
    private int instances = 2_048;
    private int instancesPerOwner = 1_024;
    private Duration recycleAfter = Duration.ofHours(1);
    private int recycleRuns = 1_000_000;
    private int heapPercent = HeapMark.SHORT.percent();
    private int stuckThreads;
    private Duration idleAfter = Duration.ofMinutes(10);

    private Builder() {}

    public Builder queued(int invocations) {
      queued = invocations;
      return this;
    }

    public Builder queuedPerOwner(int invocations) {
      queuedPerOwner = invocations;
      return this;
    }

    public Builder unfinished(int invocations) {
      unfinished = invocations;
      return this;
    }

    public Builder unfinishedPerOwner(int invocations) {
      unfinishedPerOwner = invocations;
      return this;
    }

    public Builder instances(int most) {
      instances = most;
      return this;
    }

    public Builder instancesPerOwner(int most) {
      instancesPerOwner = most;
      return this;
    }

    public Builder recycleAfter(Duration age) {
      recycleAfter = age;
      return this;
    }

    public Builder recycleRuns(int invocations) {
      recycleRuns = invocations;
      return this;
    }

    public Builder heapPercent(int percent) {
      heapPercent = percent;
      return this;
    }

    public Builder stuckThreads(int threads) {
      stuckThreads = threads;
      return this;
    }

    public Builder idleAfter(Duration unused) {
      idleAfter = unused;
      return this;
    }

    /**
     * The limits.
     *
     * @throws IllegalArgumentException when one makes no sense
     */
    public RuntimeLimits build() {
      return new RuntimeLimits(
          queued,
          queuedPerOwner,
          unfinished,
          unfinishedPerOwner,
          instances,
          instancesPerOwner,
          recycleAfter,
          recycleRuns,
          heapPercent,
          stuckThreads,
          idleAfter);
    }
  }
}
