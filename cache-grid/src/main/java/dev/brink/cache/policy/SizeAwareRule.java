package dev.brink.cache.policy;

import java.util.SplittableRandom;

/**
 * LRU that admits an object of that many bytes with probability {@code exp(-bytes / c)}, as
 * AdaptSize does: Berger, Sitaraman, Harchol-Balter: "AdaptSize: Orchestrating the Hot Object
 * Memory Cache in a Content Delivery Network" (NSDI 2017). Where AdaptSize finds {@code c} from a
 * model of LRU, this climbs towards the value with the most hits.
 */
final class SizeAwareRule implements Rule {
  private static final int PERIOD_PART = 4;
  private static final int LEAST_PERIOD = 1000;
  private static final double FIRST_STEP = 4;
  private static final double STEADINESS = 0.9;

  private final Slots slots;
  private final LruRule lru;
  private final SplittableRandom random;
  private final double largest;
  private double c;
  private double logStep = Math.log(FIRST_STEP);
  private double lastRatio;
  private int hits;
  private int requests;

  /**
   * @param lru told of everything before this is
   */
  SizeAwareRule(Slots slots, LruRule lru, long capacityBytes, long seed) {
    this.slots = slots;
    this.lru = lru;
    random = new SplittableRandom(seed);
    largest = capacityBytes;
    c = largest;
  }

  @Override
  public void resize(int count) {}

  @Override
  public void added(int slot, int evictionsSince) {
    climb();
  }

  @Override
  public void used(int slot) {
    hits++;
    climb();
  }

  private void climb() {
    if (++requests < Math.max(LEAST_PERIOD, slots.count() * PERIOD_PART)) {
      return;
    }
    double ratio = (double) hits / requests;
    if (ratio < lastRatio) {
      logStep = -logStep * STEADINESS;
    }
    c = Math.clamp(c / Math.exp(logStep), 1, largest);
    lastRatio = ratio;
    hits = 0;
    requests = 0;
  }

  @Override
  public void resized(int slot, long difference) {}

  @Override
  public void removed(int slot) {}

  @Override
  public int victim(int incoming) {
    if (incoming != NONE && random.nextDouble() >= Math.exp(-slots.bytes(incoming) / c)) {
      return incoming;
    }
    return lru.victim(incoming);
  }
}
