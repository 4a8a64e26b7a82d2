package dev.brink.mesh.config;

import dev.brink.cache.policy.Goal;

/**
 * The node's part of the edge cache.
 *
 * @param memoryBytes most memory outside the heap that stored responses take
 * @param diskBytes most bytes of files under the data directory; 0: nothing outlasts the process
 * @param goal what memory is to spare
 * @param copiesAhead whether copies of what is popular are offered to other nodes, and taken from
 *     them
 */
public record CacheConfig(long memoryBytes, long diskBytes, Goal goal, boolean copiesAhead) {
  /** The smallest disk that is of use. */
  public static final long LEAST_DISK_BYTES = 16L << 20;

  Builder toBuilder() {
    return new Builder()
        .memoryBytes(memoryBytes)
        .diskBytes(diskBytes)
        .goal(goal)
        .copiesAhead(copiesAhead);
  }

  /** Defaults: 128 MiB of memory, no disk, object hits, copies ahead. */
  public static final class Builder {
    private long memoryBytes = 128L << 20;
    private long diskBytes;
    private Goal goal = Goal.OBJECT_HITS;
    private boolean copiesAhead = true;

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

    public Builder copiesAhead(boolean yes) {
      copiesAhead = yes;
      return this;
    }

    CacheConfig build() {
      return new CacheConfig(memoryBytes, diskBytes, goal, copiesAhead);
    }
  }
}
