package dev.brink.mesh.config;

import dev.brink.cache.policy.Goal;

/**
 * The node's part of the edge cache.
 *
 * @param memoryBytes most memory outside the heap that stored responses take
 * @param diskBytes most bytes of files under the data directory; 0: nothing outlasts the process
 * @param goal what memory is to spare
 */
public record CacheConfig(long memoryBytes, long diskBytes, Goal goal) {
  /** The smallest disk that is of use. */
  public static final long LEAST_DISK_BYTES = 16L << 20;

  Builder toBuilder() {
    return new Builder().memoryBytes(memoryBytes).diskBytes(diskBytes).goal(goal);
  }

  /** Defaults: 128 MiB of memory, no disk, object hits. */
  public static final class Builder {
    private long memoryBytes = 128L << 20;
    private long diskBytes;
    private Goal goal = Goal.OBJECT_HITS;

    Builder() {}

    public Builder memoryBytes(long bytes) {
      memoryBytes = bytes;
      return this;
    }

    /** At least 16 MiB, or 0. */
    public Builder diskBytes(long bytes) {
      diskBytes = bytes;
      return this;
    }

    public Builder goal(Goal newGoal) {
      goal = newGoal;
      return this;
    }

    CacheConfig build() {
      return new CacheConfig(memoryBytes, diskBytes, goal);
    }
  }
}
