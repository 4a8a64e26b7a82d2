package dev.brink.mesh.config;

/**
 * The node's part of the edge cache.
 *
 * @param memoryBytes most memory outside the heap that stored responses take
 */
public record CacheConfig(long memoryBytes) {

  Builder toBuilder() {
    return new Builder().memoryBytes(memoryBytes);
  }

  /** Default: 128 MiB. */
  public static final class Builder {
    private long memoryBytes = 128L << 20;

    Builder() {}

    public Builder memoryBytes(long bytes) {
      memoryBytes = bytes;
      return this;
    }

    CacheConfig build() {
      return new CacheConfig(memoryBytes);
    }
  }
}
