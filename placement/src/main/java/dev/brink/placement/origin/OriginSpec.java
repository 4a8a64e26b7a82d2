package dev.brink.placement.origin;

import static java.util.Objects.requireNonNull;

/**
 * An origin as configured.
 *
 * @param id unique in its pool: usually its address
 * @param weight its share beside the others, 1 to 10000
 * @param tier gets requests only while no origin of a lower tier is up, 0 to 100
 */
public record OriginSpec(String id, int weight, int tier) {
  /** The greatest weight. */
  public static final int MAX_WEIGHT = 10_000;

  /** The last tier. */
  public static final int MAX_TIER = 100;

  public OriginSpec {
    requireNonNull(id, "id");
    if (weight < 1 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "weight: " + weight + " (expected: 1 to " + MAX_WEIGHT + ")");
    }
    if (tier < 0 || tier > MAX_TIER) {
      throw new IllegalArgumentException("tier: " + tier + " (expected: 0 to " + MAX_TIER + ")");
    }
  }

  /** In the first tier. */
  public OriginSpec(String id, int weight) {
    this(id, weight, 0);
  }

  /** With weight 1, in the first tier. */
  public static OriginSpec of(String id) {
    return new OriginSpec(id, 1, 0);
  }
}
