package dev.brink.cache.policy;

import java.util.Arrays;

/**
 * Uses by worth per byte, on top of what was given up last: Cherkasova: "Improving WWW Proxies
 * Performance with Greedy-Dual-Size-Frequency Caching Policy" (HP Laboratories, 1998).
 */
final class GdsfRule extends ScoredRule {
  private final Slots slots;
  private double[] priorities;
  private int[] uses;
  private double clock;

  GdsfRule(Slots slots, long seed) {
    super(slots, seed);
    this.slots = slots;
    priorities = new double[slots.capacity()];
    uses = new int[slots.capacity()];
  }

  @Override
  double score(int slot) {
    return priorities[slot];
  }

  @Override
  public void resize(int count) {
    priorities = Arrays.copyOf(priorities, count);
    uses = Arrays.copyOf(uses, count);
  }

  @Override
  public void added(int slot, int evictionsSince) {
    uses[slot] = 0;
    used(slot);
  }

  @Override
  public void used(int slot) {
    uses[slot]++;
    priorities[slot] = clock + uses[slot] * (double) Slots.worth(slots.packed(slot));
  }

  @Override
  public void resized(int slot, long difference) {}

  @Override
  public void removed(int slot) {}

  @Override
  public int victim(int incoming) {
    int slot = super.victim(incoming);
    if (slot != incoming) {
      clock = Math.max(clock, priorities[slot]);
    }
    return slot;
  }
}
