package dev.brink.placement.origin;

import java.math.BigInteger;
import java.util.List;

/**
 * The order of a smooth weighted round robin, worked out ahead, so that a pick is one step of a
 * counter: as nginx does it, each turn every origin gains its weight, and the one with the most is
 * taken and pays the sum.
 */
final class Rotation {
  private static final int MAX_TURNS = 4096;

  private Rotation() {}

  /** One full round: each origin as often as its weight says, at least once, evenly spread. */
  static List<OriginSlot> of(List<OriginSlot> slots) {
    int[] weights = reduced(slots);
    int sum = 0;
    for (int weight : weights) {
      sum += weight;
    }
    var order = new OriginSlot[sum];
    var gained = new int[weights.length];
    for (int turn = 0; turn < sum; turn++) {
      int most = 0;
      for (int i = 0; i < weights.length; i++) {
        gained[i] += weights[i];
        if (gained[i] > gained[most]) {
          most = i;
        }
      }
      gained[most] -= sum;
      order[turn] = slots.get(most);
    }
    return List.of(order);
  }

  /** The weights by their greatest common divisor, and scaled down where a round were too long. */
  private static int[] reduced(List<OriginSlot> slots) {
    int[] weights = slots.stream().mapToInt(OriginSlot::weight).toArray();
    var divisor = BigInteger.ZERO;
    long sum = 0;
    for (int weight : weights) {
      divisor = divisor.gcd(BigInteger.valueOf(weight));
      sum += weight;
    }
    long turns = weights.length == 0 ? 0 : sum / divisor.longValue();
    for (int i = 0; i < weights.length; i++) {
      weights[i] =
          turns <= MAX_TURNS
              ? weights[i] / divisor.intValue()
              : (int) Math.max(1, Math.round((double) weights[i] * MAX_TURNS / sum));
    }
    return weights;
  }
}
