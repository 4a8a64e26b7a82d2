package dev.brink.cache.policy;

import java.util.Arrays;

/**
 * Learns how long it takes until an object is used again, and from that how much a byte of cache is
 * worth that holds it.
 *
 * <p>Objects are in one class when they were used about as often, and when the time between their
 * last two uses was about as long. Time is counted in requests. For each class the model estimates
 * the hazard of a use at each age from the uses seen and from the objects still waiting, so that
 * those never used again count too (Kaplan, Meier: "Nonparametric Estimation from Incomplete
 * Observations", JASA 1958); classes with little data lean on those used as often. The value of an
 * object at an age is its Gittins index: the most hits per time in the cache over all times one
 * might stop waiting (Gittins: "Bandit Processes and Dynamic Allocation Indices", JRSS 1979). It is
 * kin to the hit density of Beckmann, Chen, Cidon: "LHD: Improving Cache Hit Rate by Maximizing Hit
 * Density" (NSDI 2018), but does not depend on what the cache happened to evict.
 *
 * <p>It learns from a sample of the keys ({@link Tracker}). Each request brings the next estimate
 * on by a bounded step, so there is never a pause.
 */
final class ReuseModel {
  static final int AGES = 56;
  static final int GAPS = 24;
  static final int LEVELS = 8;
  static final int CLASSES = LEVELS * GAPS;

  /** How many objects' worth of evidence the coarser estimate counts. */
  private static final double PRIOR = 20;

  /** Of what was seen, the part that still counts one round of estimates later. */
  private static final double KEPT = 0.98;

  private static final double SURE = 1e-4;
  private static final int SCAN_STEP = 16;

  /**
   * A class takes two microseconds to estimate. Where there are few keys, a round would consist of
   * little else; so once all are known, one request in so many estimates one.
   */
  private static final int FIT_PACE = 12;

  private static final double[] EDGES = edges();
  private static final double[] WIDTHS = widths();

  private final Tracker tracker;
  private final float[][] values = new float[CLASSES][AGES];
  private final float[][] hits = new float[CLASSES][AGES];
  private final float[][] left = new float[CLASSES][AGES];
  private final float[][] waiting = new float[CLASSES][AGES];
  private final double[] levelHits = new double[AGES];
  private final double[] levelTime = new double[AGES];
  private final double[] hazards = new double[AGES];
  private final double[] survival = new double[AGES];

  // Where the round of estimates is: first the scan of the tracker, then class by class.
  private int scanned;
  private int fitted = CLASSES;
  private int paced;
  private int known;
  private boolean manyKeys = true;

  ReuseModel(int tracked) {
    tracker = new Tracker(tracked, this::leave);
    for (int c = 0; c < CLASSES; c++) {
      for (int a = 0; a < AGES; a++) {
        values[c][a] = (float) ((1 + c / GAPS) / (1 + EDGES[a]));
      }
    }
  }

  /** The class of an object used for that many times, the last time after that long. */
  static int classOf(int uses, int gap) {
    if (uses <= 1) {
      return 0;
    }
    int level =
        uses == 2
            ? 1
            : uses == 3 ? 2 : uses <= 5 ? 3 : uses <= 8 ? 4 : uses <= 16 ? 5 : uses <= 40 ? 6 : 7;
    return level * GAPS + 1 + Math.min(GAPS - 2, log2(gap));
  }

  /** The value of a byte for an object of that class and age. */
  float value(int reuseClass, int age) {
    return values[reuseClass][ageBucket(age)];
  }

  Tracker tracker() {
    return tracker;
  }

  /** Learns from a request. */
  void request(long key, long hash, int now) {
    if (!tracker.samples(hash)) {
      return;
    }
    int slot = tracker.find(key);
    if (slot == Tracker.NONE) {
      tracker.add(key, now);
    } else {
      int age = now - tracker.lastUse(slot);
      hits[tracker.reuseClass(slot)][ageBucket(age)]++;
      tracker.use(slot, now, age);
    }
    step(now);
  }

  private void leave(int reuseClass, int age) {
    left[reuseClass][ageBucket(age)]++;
  }

  private void step(int now) {
    if (fitted < CLASSES) {
      if (manyKeys || ++paced % FIT_PACE == 0) {
        fitNext();
      }
      return;
    }
    int end = Math.min(scanned + SCAN_STEP, tracker.top());
    for (; scanned < end; scanned++) {
      if (tracker.isUsed(scanned)) {
        waiting[tracker.reuseClass(scanned)][ageBucket(now - tracker.lastUse(scanned))]++;
      }
    }
    if (scanned >= tracker.top()) {
      manyKeys = tracker.top() > known || tracker.sampleShift() > 0;
      known = tracker.top();
      scanned = 0;
      fitted = 0;
    }
  }

  /** Estimates the next class; the first of each level brings the level's own estimate along. */
  private void fitNext() {
    int c = fitted++;
    int level = c / GAPS;
    if (c % GAPS == 0) {
      fitLevel(level);
    }
    double atRisk = 0;
    for (int a = AGES - 1; a >= 0; a--) {
      double here = hits[c][a] + left[c][a] + waiting[c][a];
      double time = (atRisk + here / 2) * WIDTHS[a];
      atRisk += here;
      double prior = (levelHits[a] + 0.5) / (levelTime[a] + 2 * EDGES[a]);
      hazards[a] = (hits[c][a] + PRIOR * prior * WIDTHS[a]) / (time + PRIOR * WIDTHS[a]);
      hits[c][a] *= (float) KEPT;
      left[c][a] *= (float) KEPT;
      waiting[c][a] = 0;
    }
    index(values[c]);
  }

  private void fitLevel(int level) {
    Arrays.fill(levelHits, 0);
    Arrays.fill(levelTime, 0);
    for (int c = level * GAPS; c < (level + 1) * GAPS; c++) {
      double atRisk = 0;
      for (int a = AGES - 1; a >= 0; a--) {
        double here = hits[c][a] + left[c][a] + waiting[c][a];
        levelHits[a] += hits[c][a];
        levelTime[a] += (atRisk + here / 2) * WIDTHS[a];
        atRisk += here;
      }
    }
  }

  /** The Gittins index at each age, the hazard being constant within an age's bucket. */
  private void index(float[] result) {
    for (int a = 0; a < AGES; a++) {
      survival[a] = Math.exp(-hazards[a] * WIDTHS[a]);
    }
    for (int from = 0; from < AGES; from++) {
      double alive = 1;
      double time = 0;
      double bestHits = 0;
      double bestTime = 1;
      for (int a = from; a < AGES && alive > SURE; a++) {
        double still = alive * survival[a];
        time += (alive - still) / hazards[a];
        alive = still;
        if ((1 - alive) * bestTime > bestHits * time) {
          bestHits = 1 - alive;
          bestTime = time;
        }
      }
      result[from] = (float) (bestHits / bestTime);
    }
  }

  /** Two buckets for each doubling of the age. */
  static int ageBucket(int age) {
    if (age <= 1) {
      return age < 0 ? AGES - 1 : 0;
    }
    int log = log2(age);
    return Math.min(AGES - 1, 2 * log + ((age >>> (log - 1)) & 1));
  }

  private static int log2(int value) {
    return value < 1 ? 0 : 31 - Integer.numberOfLeadingZeros(value);
  }

  private static double[] edges() {
    double[] edges = new double[AGES + 1];
    for (int a = 0; a <= AGES; a++) {
      edges[a] = (1L << (a / 2)) * ((a & 1) == 0 ? 1 : 1.5);
    }
    return edges;
  }

  private static double[] widths() {
    double[] widths = new double[AGES];
    for (int a = 0; a < AGES; a++) {
      widths[a] = EDGES[a + 1] - EDGES[a];
    }
    return widths;
  }
}
