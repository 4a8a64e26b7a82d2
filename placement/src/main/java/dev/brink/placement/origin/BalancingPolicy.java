package dev.brink.placement.origin;

/**
 * How an {@link OriginPool} spreads requests. All heed weights, tiers and ejection, and all but
 * {@link #IP_HASH} slow start.
 */
public enum BalancingPolicy {
  /**
   * Smooth weighted round robin: shares follow the weights, no origin gets its share in a burst.
   */
  ROUND_ROBIN,
  /** Any, in proportion to the weights. */
  RANDOM,
  /** The origin with the fewest requests in flight by weight; equals take turns. */
  LEAST_REQUESTS,
  /**
   * The less loaded of two drawn at random: Mitzenmacher, "The Power of Two Choices in Randomized
   * Load Balancing", IEEE TPDS 2001.
   */
  TWO_CHOICES,
  /**
   * Of two drawn at random the one with the lower product of requests in flight and latency, whose
   * average rises at once and falls slowly: Finagle's {@code PeakEwma}. A failure counts as five
   * seconds.
   */
  PEAK_EWMA,
  /**
   * The least round-trip time plus the time that the requests in flight there are expected to take.
   */
  LOWEST_RTT,
  /**
   * The same origin for the same key, usually the client's address, as long as it is up: rendezvous
   * hashing by weight (Thaler and Ravishankar, IEEE/ACM ToN 1998). A returned origin has all of its
   * keys again at once: with a growing share they would move to and fro.
   */
  IP_HASH,
  /**
   * The same origin for the same key unless it has over 1.25 times its share of the requests in
   * flight; then the next on the ring: Mirrokni, Thorup and Zadimoghaddam, "Consistent Hashing with
   * Bounded Loads", SODA 2018.
   */
  CONSISTENT_HASH
}
