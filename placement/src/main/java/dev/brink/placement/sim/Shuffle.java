package dev.brink.placement.sim;

import java.util.random.RandomGenerator;

/** Numbers in random order. */
final class Shuffle {
  private Shuffle() {}

  /** 0 to n - 1, each once (Fisher and Yates). */
  static int[] order(int n, RandomGenerator random) {
    var order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
