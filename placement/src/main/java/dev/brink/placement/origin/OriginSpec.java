package dev.brink.placement.origin;

import static java.util.Objects.requireNonNull;

/**
 * An origin as configured.
 *
 * @param id unique in its pool: usually its address
 * @param weight its share beside the others, 1 to 10000
 */
public record OriginSpec(String id, int weight) {
  /** The greatest weight. */
  public static final int MAX_WEIGHT = 10_000;

  public OriginSpec {
    requireNonNull(id, "id");
    if (weight < 1 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "weight: " + weight + " (expected: 1 to " + MAX_WEIGHT + ")");
    }
  }

  /** With weight 1. */
  public static OriginSpec of(String id) {
    return new OriginSpec(id, 1);
  }
}
