package dev.brink.placement.origin;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
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
  private final String name;
  private final BalancingPolicy policy;
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
   * @param usable the healthy ones, or all when none is
   * @param rotation the order in which usable ones take turns
   * @param ends whether somebody's ejection ends, at {@code endsAtNanos}
   */
  private record View(
      List<OriginSlot> all,
      List<OriginSlot> usable,
      List<OriginSlot> rotation,
      boolean ends,
      long endsAtNanos) {

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
      List<OriginSlot> usable = healthy.isEmpty() ? all : List.copyOf(healthy);
      return new View(all, usable, Rotation.of(usable), ends, ends ? nowNanos + left : 0);
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
    this.policy = requireNonNull(policy, "policy");
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

  private static List<OriginSlot> slots(List<OriginSpec> origins, List<OriginSlot> before) {
    if (origins.isEmpty()) {
      throw new IllegalArgumentException("origins: [] (expected: at least one)");
    }
    var known = new HashMap<String, OriginSlot>();
    before.forEach(slot -> known.put(slot.id(), slot));
    var slots = new HashMap<String, OriginSlot>();
    var inOrder = new ArrayList<OriginSlot>();
    for (OriginSpec origin : origins) {
      OriginSlot slot = known.getOrDefault(origin.id(), new OriginSlot(origin));
      if (slots.put(origin.id(), slot) != null) {
        throw new IllegalArgumentException("origins: " + origin.id() + " (expected: each id once)");
      }
      inOrder.add(slot);
    }
    for (OriginSpec origin : origins) {
      requireNonNull(slots.get(origin.id())).weight(origin.weight());
    }
    return List.copyOf(inOrder);
  }

  /**
   * An origin for the next request. When none is healthy, any: a try is better than a sure refusal.
   */
  public OriginSlot pick(long nowNanos) {
    return requireNonNull(pick(nowNanos, Set.of()));
  }

  /**
   * An origin for another attempt.
   *
   * @param exclude those already tried
   * @return one that is not healthy rather than none; {@code null} when every origin has been tried
   */
  public @Nullable OriginSlot pick(long nowNanos, Set<OriginSlot> exclude) {
    View seen = current(nowNanos);
    OriginSlot picked =
        switch (policy) {
          case ROUND_ROBIN -> next(seen.rotation, exclude);
          case LEAST_REQUESTS -> leastLoaded(seen.usable, exclude);
        };
    return picked == null && seen.usable.size() < seen.all.size()
        ? leastLoaded(seen.all, exclude)
        : picked;
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

  private int turn(int size) {
    return Integer.remainderUnsigned(turn.getAndIncrement(), size);
  }

  private @Nullable OriginSlot next(List<OriginSlot> rotation, Set<OriginSlot> exclude) {
    int start = turn(rotation.size());
    for (int i = 0; i < rotation.size(); i++) {
      int at = start + i;
      OriginSlot slot = rotation.get(at < rotation.size() ? at : at - rotation.size());
      if (exclude.isEmpty() || !exclude.contains(slot)) {
        return slot;
      }
    }
    return null;
  }

  private @Nullable OriginSlot leastLoaded(List<OriginSlot> slots, Set<OriginSlot> exclude) {
    int start = turn(slots.size());
    OriginSlot least = null;
    long leastActive = 0;
    for (int i = 0; i < slots.size(); i++) {
      int at = start + i;
      OriginSlot slot = slots.get(at < slots.size() ? at : at - slots.size());
      if (!exclude.isEmpty() && exclude.contains(slot)) {
        continue;
      }
      long withOneMore = slot.active() + 1L;
      if (least == null || withOneMore * least.weight() < leastActive * slot.weight()) {
        least = slot;
        leastActive = withOneMore;
      }
    }
    return least;
  }

  /** A request leaves for the origin; {@link #finished} must follow. */
  public void started(OriginSlot slot) {
    slot.started();
    active.incrementAndGet();
  }

  /** A request that was {@link #started} has ended. */
  public void finished(OriginSlot slot, Outcome outcome, long nowNanos) {
    slot.ended();
    active.decrementAndGet();
    switch (outcome) {
      case SUCCESS -> {
        if (slot.succeeded(nowNanos)) {
          synchronized (change) {
            slot.proved();
          }
        }
      }
      case FAILURE -> {
        if (slot.failed(settings, nowNanos)) {
          eject(slot, nowNanos);
        }
      }
      case ABANDONED -> {}
    }
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
      if (slot.checked(ok, settings)) {
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
