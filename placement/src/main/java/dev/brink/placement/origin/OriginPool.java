package dev.brink.placement.origin;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Origins that can answer the same requests: picks one for each, and keeps account of who fails.
 *
 * <p>A request's life is {@link #pick}, {@link #started}, {@link #finished}; for a retry {@link
 * #beginRetry} comes first and {@link #endRetry} last. Thread-safe; a pick takes no lock and
 * allocates nothing as long as no origin's standing changes. Times are {@code System.nanoTime}'s
 * scale, passed in.
 */
public final class OriginPool {
  /** What a failure counts as, so that one that fails fast does not seem fast. */
  private static final long FAILURE_NANOS = 5_000_000_000L;

  private final String name;
  private final Picker picker;
  private final Outliers outliers = new Outliers();
  private final HealthSettings settings;
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicInteger retries = new AtomicInteger();
  private final Object change = new Object();
  private volatile View view;

  /**
   * Who can be picked, as long as nobody's standing changes.
   *
   * @param all in the order given
   * @param tiers the healthy ones by tier, the first to be used first; all when none is
   * @param ends whether somebody's ejection ends, at {@code endsAtNanos}
   */
  private record View(List<OriginSlot> all, List<Lineup> tiers, boolean ends, long endsAtNanos) {

    boolean holds(long nowNanos) {
      return !ends || nowNanos - endsAtNanos < 0;
    }

    static View of(List<OriginSlot> all, long nowNanos) {
      var healthy = new ArrayList<OriginSlot>();
      boolean ends = false;
      long left = Long.MAX_VALUE;
      for (OriginSlot slot : all) {
        switch (slot.health(nowNanos)) {
          case HEALTHY -> healthy.add(slot);
          case EJECTED -> {
            ends = true;
            left = Math.min(left, slot.ejectedUntilNanos() - nowNanos);
          }
          case UNHEALTHY -> {}
        }
      }
      return new View(
          all, tiers(healthy.isEmpty() ? all : healthy), ends, ends ? nowNanos + left : 0);
    }

    private static List<Lineup> tiers(List<OriginSlot> slots) {
      var byTier = new TreeMap<Integer, List<OriginSlot>>();
      for (OriginSlot slot : slots) {
        byTier.computeIfAbsent(slot.tier(), _ -> new ArrayList<>()).add(slot);
      }
      return byTier.values().stream().map(List::copyOf).map(Lineup::of).toList();
    }
  }

  /**
   * A pool whose origins all count as up until found otherwise.
   *
   * @param name for people
   * @param origins at least one, with distinct ids
   */
  public static OriginPool create(
      String name, List<OriginSpec> origins, BalancingPolicy policy, HealthSettings settings) {
    return new OriginPool(name, origins, policy, settings);
  }

  private OriginPool(
      String name, List<OriginSpec> origins, BalancingPolicy policy, HealthSettings settings) {
    this.name = requireNonNull(name, "name");
    this.picker = Picker.of(requireNonNull(policy, "policy"));
    this.settings = requireNonNull(settings, "settings");
    this.view = View.of(slots(origins, List.of()), 0);
  }

  public String name() {
    return name;
  }

  /** All origins in the order given, whatever their standing. */
  public List<OriginSlot> slots() {
    return view.all;
  }

  /** Replaces the list of origins; one whose id stays keeps its slot and its standing. */
  public void update(List<OriginSpec> origins, long nowNanos) {
    synchronized (change) {
      view = View.of(slots(origins, view.all), nowNanos);
    }
  }

  private List<OriginSlot> slots(List<OriginSpec> origins, List<OriginSlot> before) {
    if (origins.isEmpty()) {
      throw new IllegalArgumentException("origins: [] (expected: at least one)");
    }
    var known = new HashMap<String, OriginSlot>();
    before.forEach(slot -> known.put(slot.id(), slot));
    var slots = new HashMap<String, OriginSlot>();
    var inOrder = new ArrayList<OriginSlot>();
    for (OriginSpec origin : origins) {
      OriginSlot slot = known.getOrDefault(origin.id(), new OriginSlot(origin, settings));
      if (slots.put(origin.id(), slot) != null) {
        throw new IllegalArgumentException("origins: " + origin.id() + " (expected: each id once)");
      }
      inOrder.add(slot);
    }
    for (OriginSpec origin : origins) {
      requireNonNull(slots.get(origin.id())).configure(origin);
    }
    return List.copyOf(inOrder);
  }

  /** A key for {@link #pick(long, long, Set)}, from a client's address or another text. */
  public static long key(CharSequence text) {
    return Mix.of(text);
  }

  /** As {@link #pick(long, long, Set)}, for the first attempt of a request without a key. */
  public OriginSlot pick(long nowNanos) {
    return requireNonNull(pick(nowNanos, Set.of()));
  }

  /** As {@link #pick(long, long, Set)}, without a key. */
  public @Nullable OriginSlot pick(long nowNanos, Set<OriginSlot> exclude) {
    return pick(nowNanos, Mix.of(turn.get()), exclude);
  }

  /**
   * An origin for a request's next attempt. Tiers are tried in order. When no origin is healthy,
   * any is used: a try is better than a sure refusal.
   *
   * @param key decides in policies by hash, see {@link #key}
   * @param exclude those already tried
   * @return one that is not healthy rather than none; {@code null} when every origin has been tried
   */
  public @Nullable OriginSlot pick(long nowNanos, long key, Set<OriginSlot> exclude) {
    View seen = current(nowNanos);
    int now = turn.getAndIncrement();
    for (int i = 0; i < seen.tiers.size(); i++) {
      OriginSlot picked = picker.pick(seen.tiers.get(i), key, now, nowNanos, exclude);
      if (picked != null) {
        return picked;
      }
    }
    return CostPickers.least(seen.all, now, Cost.REQUESTS, nowNanos, exclude);
  }

  private View current(long nowNanos) {
    View seen = view;
    if (seen.holds(nowNanos)) {
      return seen;
    }
    synchronized (change) {
      View now = view;
      if (!now.holds(nowNanos)) {
        now = View.of(now.all, nowNanos);
        view = now;
      }
      return now;
    }
  }

  /** A request leaves for the origin; {@link #finished} must follow. */
  public void started(OriginSlot slot) {
    slot.started();
    active.incrementAndGet();
  }

  /** As {@link #finished(OriginSlot, Outcome, long, long)}, where no time was measured. */
  public void finished(OriginSlot slot, Outcome outcome, long nowNanos) {
    finished(slot, outcome, 0, nowNanos);
  }

  /**
   * A request that was {@link #started} has ended.
   *
   * @param latencyNanos until the answer began; 0 for not known
   */
  public void finished(OriginSlot slot, Outcome outcome, long latencyNanos, long nowNanos) {
    slot.ended();
    active.decrementAndGet();
    switch (outcome) {
      case SUCCESS -> {
        if (latencyNanos > 0) {
          slot.latency().answered(latencyNanos, nowNanos);
        }
        slot.count(false);
        if (slot.succeeded(nowNanos)) {
          synchronized (change) {
            slot.proved(nowNanos);
          }
        }
      }
      case FAILURE -> {
        slot.latency().answered(Math.max(latencyNanos, FAILURE_NANOS), nowNanos);
        slot.count(true);
        if (slot.failed(settings, nowNanos)) {
          eject(slot, nowNanos);
        }
      }
      case ABANDONED -> {}
    }
    if (outliers.due(nowNanos)) {
      for (OriginSlot outlier : outliers.among(view.all)) {
        eject(outlier, nowNanos);
      }
    }
  }

  /** A round trip to the origin took so long: a connection was made, or a probe answered. */
  public void roundTrip(OriginSlot slot, long nanos) {
    slot.latency().roundTrip(nanos);
  }

  private void eject(OriginSlot slot, long nowNanos) {
    synchronized (change) {
      List<OriginSlot> all = view.all;
      if (all.contains(slot) && !slot.ejected(nowNanos) && mayEject(all, nowNanos)) {
        slot.eject(settings, nowNanos);
        view = View.of(all, nowNanos);
      }
    }
  }

  private boolean mayEject(List<OriginSlot> all, long nowNanos) {
    if (all.size() < 2 || settings.maxEjectedShare() == 0) {
      return false;
    }
    long ejected = all.stream().filter(slot -> slot.ejected(nowNanos)).count();
    return ejected + 1 <= Math.max(1, (int) (settings.maxEjectedShare() * all.size()));
  }

  /** An active check of the origin has ended. */
  public void checked(OriginSlot slot, boolean ok, long nowNanos) {
    synchronized (change) {
      if (slot.checked(ok, settings, nowNanos)) {
        view = View.of(view.all, nowNanos);
      }
    }
  }

  /** Requests in flight to all origins. */
  public int active() {
    return active.get();
  }

  /** Asks the budget for one more attempt; {@code true} must be followed by {@link #endRetry}. */
  public boolean beginRetry() {
    int now;
    do {
      now = retries.get();
      if (now >= Math.max(settings.minRetries(), (int) (settings.retryShare() * active.get()))) {
        return false;
      }
    } while (!retries.compareAndSet(now, now + 1));
    return true;
  }

  /** The attempt that {@link #beginRetry} allowed has ended. */
  public void endRetry() {
    retries.decrementAndGet();
  }
}
