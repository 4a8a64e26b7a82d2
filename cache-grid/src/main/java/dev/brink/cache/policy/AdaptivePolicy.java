package dev.brink.cache.policy;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Decides what a cache keeps, and learns while it does. Classic policies ({@link Expert}) and a
 * learned model of reuse compete on a sample of the requests; the one that serves the {@link Goal}
 * best decides for the whole cache, and can do so at once, for all of them follow its contents.
 *
 * <p>It knows keys and sizes only. Its owner calls {@link #use} for each request, {@link #admit}
 * for what it fetched after a miss, and drops what {@code admit} names as evicted. The size of an
 * object may be in any unit, the same as the capacity's.
 *
 * <p>Memory: about 80 bytes for each object held, 25 for each of those it remembers (four times as
 * many, at most a million), and about 3 MB. Time: 1 to 2 microseconds a request, more below a few
 * thousand objects, where the experts see every request; never a pause but for the doubling of its
 * tables, which {@link Builder#expectedObjects} avoids. What it does depends on the requests and
 * the seed only.
 *
 * <p>Not thread-safe: guard it with the lock of the cache. Uses may be told in batches.
 */
public final class AdaptivePolicy {
  /** Keys the reuse model follows. */
  private static final int TRACKED = 32_768;

  /** How many times the contents of the cache the followed keys stand for. */
  private static final int HORIZON = 16;

  private static final int MOST_HISTORY = 1 << 20;

  private final Goal goal;
  private final Engine engine;
  private final ReuseModel model = new ReuseModel(TRACKED);
  private final Tournament tournament;
  private int now;
  private long requests;
  private long hits;
  private long evictions;
  private long rejections;
  private long switches;

  private AdaptivePolicy(Builder builder) {
    goal = builder.goal;
    long capacity = builder.capacity;
    engine =
        new Engine(
            capacity,
            builder.expectedObjects,
            MOST_HISTORY,
            slots -> Tournament.rules(slots, capacity, model, builder.seed));
    tournament = new Tournament(capacity, model, builder.seed);
  }

  /**
   * Begins a policy for a cache that holds objects of that size in all.
   *
   * @throws IllegalArgumentException if the capacity is not positive
   */
  public static Builder builder(long capacity) {
    return new Builder(capacity);
  }

  /**
   * Records a request.
   *
   * @return whether the object is in the cache; if not, {@link #admit} may follow
   */
  public boolean use(long key) {
    int slot = engine.find(key);
    if (slot == Slots.NONE) {
      return false;
    }
    long bytes = engine.slots().bytes(slot);
    double value = (double) Slots.worth(engine.slots().packed(slot)) * bytes;
    now++;
    requests++;
    hits++;
    engine.use(slot, now);
    learn(key, bytes, value);
    return true;
  }

  /**
   * Records a request that missed, and what it brought; or, if the object is there, its new size.
   *
   * @param bytes its size: positive
   * @param costNanos how long it took to get; counts only for {@link Goal#LATENCY}
   * @param evicted gets the key of each object that is no longer in the cache, the new one's too if
   *     it is not worth its place
   * @return whether the object is in the cache now
   * @throws IllegalArgumentException if bytes is not positive
   */
  public boolean admit(long key, long bytes, long costNanos, LongConsumer evicted) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: > 0)");
    }
    double value = goal.value(bytes, (double) Math.max(1, costNanos));
    float worth = (float) (value / bytes);
    LongConsumer counting =
        gone -> {
          evictions++;
          evicted.accept(gone);
        };
    int slot = engine.find(key);
    if (slot != Slots.NONE) {
      return engine.update(slot, bytes, worth, counting);
    }
    now++;
    requests++;
    boolean kept = engine.admit(key, bytes, worth, now, counting);
    if (!kept) {
      rejections++;
    }
    learn(key, bytes, value);
    return kept;
  }

  /**
   * Tries whether an object that is not there would be kept if it came now: lets it in and out
   * again. Not a request, and nothing is given up for it; but what decides now takes it for a
   * newcomer, as {@link #admit} would, and so moves on with each that is tried.
   *
   * @param bytes its size: positive
   * @param costNanos as for {@link #admit}
   */
  public boolean tryOut(long key, long bytes, long costNanos) {
    if (engine.find(key) != Slots.NONE) {
      return false;
    }
    double value = goal.value(bytes, (double) Math.max(1, costNanos));
    return engine.tryOut(key, bytes, (float) (value / bytes), now);
  }

  private void learn(long key, long bytes, double value) {
    long hash = Index.mix(key);
    model.request(key, hash, now);
    if (tournament.request(key, hash, bytes, value, now)) {
      switches++;
      engine.activate(engine.rule(Tournament.number(tournament.leader())));
    }
    int count = engine.slots().count();
    tournament.fit(count);
    if (((long) count * HORIZON) >> model.tracker().sampleShift() > TRACKED * 2L) {
      model.tracker().thin();
    }
  }

  /** Whether the object is in the cache; not a request. */
  public boolean contains(long key) {
    return engine.find(key) != Slots.NONE;
  }

  /** Takes an object out of the cache, if it is there. */
  public void remove(long key) {
    int slot = engine.find(key);
    if (slot != Slots.NONE) {
      engine.remove(slot);
    }
  }

  /** What happened so far. */
  public PolicyStats stats() {
    Map<Expert, Double> ratios = new EnumMap<>(Expert.class);
    for (Expert expert : Expert.values()) {
      ratios.put(expert, tournament.hitRatio(expert));
    }
    return new PolicyStats(
        requests,
        hits,
        evictions,
        rejections,
        engine.slots().count(),
        engine.slots().totalBytes(),
        tournament.leader(),
        switches,
        1.0 / (1L << tournament.sampleShift()),
        Map.copyOf(ratios));
  }

  /** Sets up a policy. Defaults: object hits, no expectation, seed 1. */
  public static final class Builder {
    private static final int MOST_EXPECTED = 1 << 26;

    private final long capacity;
    private Goal goal = Goal.OBJECT_HITS;
    private int expectedObjects;
    private long seed = 1;

    private Builder(long capacity) {
      if (capacity <= 0) {
        throw new IllegalArgumentException("capacity: " + capacity + " (expected: > 0)");
      }
      this.capacity = capacity;
    }

    /** What the cache shall have most of. */
    public Builder goal(Goal goal) {
      this.goal = goal;
      return this;
    }

    /**
     * How many objects its tables have room for from the start.
     *
     * @throws IllegalArgumentException unless 0 to 67,108,864
     */
    public Builder expectedObjects(int objects) {
      if (objects < 0 || objects > MOST_EXPECTED) {
        throw new IllegalArgumentException(
            "expectedObjects: " + objects + " (expected: 0 to " + MOST_EXPECTED + ")");
      }
      this.expectedObjects = objects;
      return this;
    }

    /** The seed of its random choices. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    public AdaptivePolicy build() {
      return new AdaptivePolicy(this);
    }
  }
}
