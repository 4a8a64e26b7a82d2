package dev.brink.cache.policy;

/** The ways to choose what to evict, among which a policy finds the best for its requests. */
public enum Expert {
  /** Least recently used. */
  LRU,
  /** SIEVE (Zhang et al., NSDI 2024). */
  SIEVE,
  /** S3-FIFO (Yang et al., SOSP 2023). */
  S3_FIFO,
  /** W-TinyLFU (Einziger et al., ToS 2017). */
  W_TINY_LFU,
  /** Greedy-Dual-Size-Frequency (Cherkasova, 1998). */
  GDSF,
  /** LRU with size-aware admission, after AdaptSize (Berger et al., NSDI 2017). */
  SIZE_AWARE,
  /** The learned model of reuse. */
  REUSE_MODEL
}
