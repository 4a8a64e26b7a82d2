package dev.brink.cache.policy;

import java.util.SplittableRandom;

/**
 * Gives up the object with the least score among some: all when there are few, else a random sample
 * and the best of the samples before. A sample is a few short runs of slots, which are next to each
 * other in memory but unrelated otherwise.
 */
abstract class ScoredRule implements Rule {
  private static final int ALL = 128;
  private static final int RUNS = 8;
  private static final int RUN = 8;
  private static final int POOL = 16;

  private final Slots slots;
  private final SplittableRandom random;
  private final int[] pool = new int[POOL];
  private final double[] poolScores = new double[POOL];
  private int pooled;

  ScoredRule(Slots slots, long seed) {
    this.slots = slots;
    random = new SplittableRandom(seed);
  }

  /** What a slot is worth. */
  abstract double score(int slot);

  @Override
  public int victim(int incoming) {
    int top = slots.top();
    int keep = 0;
    for (int i = 0; i < pooled; i++) {
      if (slots.isUsed(pool[i])) {
        pool[keep] = pool[i];
        poolScores[keep++] = score(pool[i]);
      }
    }
    pooled = keep;
    if (top <= ALL) {
      sample(0, top);
    } else {
      for (int run = 0; run < RUNS || pooled == 0; run++) {
        int from = random.nextInt(top - RUN + 1);
        sample(from, from + RUN);
      }
    }
    if (incoming != NONE) {
      sample(incoming, incoming + 1);
    }
    return takeLeast();
  }

  private void sample(int from, int to) {
    for (int slot = from; slot < to; slot++) {
      if (slots.isUsed(slot)) {
        offer(slot, score(slot));
      }
    }
  }

  private void offer(int slot, double score) {
    int at = pooled;
    if (pooled == POOL) {
      at = worst();
      if (score >= poolScores[at]) {
        return;
      }
    }
    for (int i = 0; i < pooled; i++) {
      if (pool[i] == slot) {
        return;
      }
    }
    pool[at] = slot;
    poolScores[at] = score;
    pooled = Math.max(pooled, at + 1);
  }

  private int worst() {
    int worst = 0;
    for (int i = 1; i < POOL; i++) {
      if (poolScores[i] > poolScores[worst]) {
        worst = i;
      }
    }
    return worst;
  }

  private int takeLeast() {
    int least = 0;
    for (int i = 1; i < pooled; i++) {
      if (poolScores[i] < poolScores[least]) {
        least = i;
      }
    }
    int slot = pool[least];
    pooled--;
    pool[least] = pool[pooled];
    poolScores[least] = poolScores[pooled];
    return slot;
  }
}
