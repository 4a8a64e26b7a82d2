package dev.brink.cache.policy;

import java.util.Arrays;
import java.util.List;

/**
 * Finds the best expert: each runs a small cache of its own on a sample of the keys ("miniature
 * simulation", Waldspurger, Saemundsson, Ahmad, Park: "Cache Modeling and Optimization using
 * Miniature Simulations", USENIX ATC 2017), and gains weight by what it misses less.
 *
 * <p>Weights follow fixed-share (Herbster, Warmuth: "Tracking the Best Expert", Machine Learning
 * 1998), whose weighted mean of the experts keeps near the expert best in any stretch. Their bound
 * is not this class's: weights change once a round, losses may be over 1, one expert starts ahead,
 * and the cache follows the leader, not the mean. The leader changes only when another is ahead by
 * a margin, for a change costs misses until the contents have followed.
 */
final class Tournament {
  private static final List<Expert> EXPERTS = List.of(Expert.values());

  /** Objects in a miniature at most, about. */
  private static final int MINIATURE = 1024;

  private static final int MOST_SHIFT = 20;
  private static final int ROUND = 256;

  /** sqrt(8 ln 7 / n), for stretches of some 40,000 sampled requests. */
  private static final double RATE = 0.02;

  private static final double SHARE = 1e-3;

  /** The reuse model starts ahead by this much, in nats: it was best in most trials. */
  private static final double HEAD_START = 3;

  private static final double MARGIN = 1;
  private static final double MOST_LOSS = 16;
  private static final double AVERAGING = 1.0 / 1024;

  private final long capacityBytes;
  private final ReuseModel model;
  private final long seed;
  private final Engine[] miniatures = new Engine[EXPERTS.size()];
  private final double[] weights = new double[EXPERTS.size()];
  private final double[] losses = new double[EXPERTS.size()];
  private final double[] hitRatios = new double[EXPERTS.size()];
  private int sampleShift;
  private int inRound;
  private double meanValue;
  private Expert leader = Expert.REUSE_MODEL;

  Tournament(long capacityBytes, ReuseModel model, long seed) {
    this.capacityBytes = capacityBytes;
    this.model = model;
    this.seed = seed;
    Arrays.fill(weights, Math.exp(-HEAD_START));
    weights[number(Expert.REUSE_MODEL)] = 1;
    normalize();
    restart();
  }

  /** The place of an expert among the rules. */
  static int number(Expert expert) {
    return EXPERTS.indexOf(expert);
  }

  /** All rules over the slots of the live cache, by {@link #number}. */
  static List<Rule> rules(Slots slots, long capacityBytes, ReuseModel model, long seed) {
    var lru = new LruRule(slots);
    return List.of(
        lru,
        new SieveRule(slots),
        new S3FifoRule(slots, capacityBytes),
        new TinyLfuRule(slots, capacityBytes),
        new GdsfRule(slots, seed),
        new SizeAwareRule(slots, lru, capacityBytes, seed),
        new DensityRule(slots, model, seed));
  }

  private List<Rule> rules(Expert expert, Slots slots, long capacity) {
    return switch (expert) {
      case LRU -> List.of(new LruRule(slots));
      case SIEVE -> List.of(new SieveRule(slots));
      case S3_FIFO -> List.of(new S3FifoRule(slots, capacity));
      case W_TINY_LFU -> List.of(new TinyLfuRule(slots, capacity));
      case GDSF -> List.of(new GdsfRule(slots, seed));
      case SIZE_AWARE -> {
        var lru = new LruRule(slots);
        yield List.of(lru, new SizeAwareRule(slots, lru, capacity, seed));
      }
      case REUSE_MODEL -> List.of(new DensityRule(slots, model, seed));
    };
  }

  /** Only these two look at what an object was before it was evicted. */
  private static int history(Expert expert) {
    return expert == Expert.S3_FIFO || expert == Expert.REUSE_MODEL ? 2 * MINIATURE : 0;
  }

  private void restart() {
    long capacity = Math.max(1, capacityBytes >> sampleShift);
    for (Expert expert : EXPERTS) {
      miniatures[number(expert)] =
          new Engine(capacity, 0, history(expert), slots -> rules(expert, slots, capacity));
    }
  }

  Expert leader() {
    return leader;
  }

  int sampleShift() {
    return sampleShift;
  }

  /** The share of the recent sampled value an expert's miniature had: 0 to 1. */
  double hitRatio(Expert expert) {
    return hitRatios[number(expert)];
  }

  /**
   * Lets the experts have a request.
   *
   * @param value of a hit
   * @return whether the leader is another one now
   */
  boolean request(long key, long hash, long bytes, double value, int now) {
    if (sampleShift > 0 && hash >>> (64 - sampleShift) != 0) {
      return false;
    }
    meanValue += (value - meanValue) * (meanValue == 0 ? 1 : AVERAGING);
    double relative = meanValue == 0 ? 1 : Math.min(MOST_LOSS, value / meanValue);
    float worth = (float) (value / bytes);
    for (int e = 0; e < miniatures.length; e++) {
      Engine miniature = miniatures[e];
      int slot = miniature.find(key);
      boolean hit = slot != Slots.NONE;
      if (hit) {
        miniature.use(slot, now);
      } else {
        losses[e] += relative;
        boolean _ = miniature.admit(key, bytes, worth, now, gone -> {});
      }
      hitRatios[e] += ((hit ? relative : 0) - hitRatios[e]) * AVERAGING;
    }
    return ++inRound >= ROUND && endRound();
  }

  private boolean endRound() {
    inRound = 0;
    double least = Arrays.stream(losses).min().orElse(0);
    for (int e = 0; e < weights.length; e++) {
      weights[e] *= Math.exp(-RATE * (losses[e] - least));
    }
    Arrays.fill(losses, 0);
    normalize();
    for (int e = 0; e < weights.length; e++) {
      weights[e] = (1 - SHARE) * weights[e] + SHARE / weights.length;
    }
    int best = number(leader);
    for (int e = 0; e < weights.length; e++) {
      if (weights[e] > weights[best]) {
        best = e;
      }
    }
    if (Math.log(weights[best] / weights[number(leader)]) < MARGIN) {
      return false;
    }
    leader = EXPERTS.get(best);
    return true;
  }

  private void normalize() {
    double sum = Arrays.stream(weights).sum();
    for (int e = 0; e < weights.length; e++) {
      weights[e] /= sum;
    }
  }

  /** Keeps the miniatures small when the live cache holds that many objects. */
  void fit(int residents) {
    if (residents >> sampleShift > 2 * MINIATURE && sampleShift < MOST_SHIFT) {
      sampleShift++;
      restart();
    }
  }
}
