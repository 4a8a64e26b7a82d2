package dev.brink.placement.origin;

/** How an {@link OriginPool} spreads requests. More may come. */
public enum BalancingPolicy {
  /**
   * Smooth weighted round robin: shares follow the weights, no origin gets its share in a burst.
   */
  ROUND_ROBIN,
  /** The origin with the fewest requests in flight by weight; equals take turns. */
  LEAST_REQUESTS
}
