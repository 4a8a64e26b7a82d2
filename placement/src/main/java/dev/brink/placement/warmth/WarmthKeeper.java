package dev.brink.placement.warmth;

import dev.brink.placement.warmth.WarmthAction.Cause;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps a node's functions as warm as is worth it: says on each beat which instances to make and
 * which to discard. Every policy is followed on every function, so that what each costs is known
 * and the cheapest can take over.
 *
 * <p>Not thread-safe: one beat at a time, some per second.
 */
public final class WarmthKeeper {
  /** A decision is as much as a beat late, and so is the account of what a call found. */
  private static final int BEATS_AHEAD = 2;

  private static final long MOST_BEAT_NANOS = 10_000_000_000L;

  private final KeeperSettings settings;
  private final PolicyStandings standings;
  private final WarmingBudget budget;
  private final EvictionOrder<String> order = new EvictionOrder<>();
  private final Map<String, KeptFunction> functions = new HashMap<>();

  /** Lanes each function was last known or told to have. */
  private final Map<String, Integer> lanesBefore = new HashMap<>();

  /** Functions without an instance whose next one is paid for. */
  private final Reservations reserved = new Reservations();

  private final Wishes wishes = new Wishes();

  private boolean beaten;
  private long beatAtNanos;
  private long beatNanos;

  /** One that has seen nothing. */
  public WarmthKeeper(KeeperSettings settings) {
    this.settings = settings;
    this.standings = new PolicyStandings(settings.policy(), settings.switching());
    this.budget = new WarmingBudget(settings.warmingShare());
  }

  /** What each policy costs, and which is in force. */
  public PolicyStandings standings() {
    return standings;
  }

  /**
   * A function is wanted warm although the policy does not say so: because of what its calls have
   * lost elsewhere. It gets one instance within five seconds if there is none, under the same
   * budget, memory and idle lanes as any, after those that the policy wants; and is then kept as
   * after a call.
   */
  public void wish(String id, long nowNanos) {
    wishes.add(id, nowNanos);
  }

  /** Wishes for which an instance was made. */
  public long wishesMet() {
    return wishes.met();
  }

  /** Wishes given up after five seconds: no budget, no memory, no idle lane or no such function. */
  public long wishesRefused() {
    return wishes.refused();
  }

  /**
   * Looks at the node once more.
   *
   * @param samples of all functions that are loaded; one that is missing is forgotten
   * @return what to do now, evictions first
   */
  public List<WarmthAction> beat(
      long nowNanos, NodeSample node, Collection<FunctionSample> samples) {
    forgetAllBut(samples, nowNanos);
    beatNanos = beaten ? Math.clamp(nowNanos - beatAtNanos, 0, MOST_BEAT_NANOS) : 0;
    beatAtNanos = nowNanos;
    beaten = true;
    budget.refill(nowNanos, node.lanes());
    double idleBytes = 0;
    for (FunctionSample sample : samples) {
      idleBytes += sample.inFlight() == 0 ? sample.heldBytes() : 0;
    }
    double used = idleBytes / settings.memoryBytes();
    for (FunctionSample sample : samples) {
      observe(nowNanos, node, sample, used);
    }
    standings.settle();
    return actions(node, samples, idleBytes);
  }

  private void forgetAllBut(Collection<FunctionSample> samples, long nowNanos) {
    Set<String> there = samples.stream().map(FunctionSample::id).collect(Collectors.toSet());
    for (String gone : Set.copyOf(functions.keySet())) {
      if (!there.contains(gone)) {
        KeptFunction left = functions.remove(gone);
        if (left != null) {
          left.gone(nowNanos, standings);
        }
        lanesBefore.remove(gone);
        var _ = reserved.remove(gone);
        order.removed(gone);
      }
    }
  }

  private void observe(long nowNanos, NodeSample node, FunctionSample sample, double used) {
    var signals =
        new WarmthSignals(
            settings.price().worthNanos(sample.coldNanos(), sample.instanceBytes(), used),
            leadNanos(sample),
            node.cpu());
    boolean isNew = !functions.containsKey(sample.id());
    KeptFunction function =
        functions.computeIfAbsent(
            sample.id(), _ -> new KeptFunction(settings, sample.calls(), nowNanos));
    boolean called = function.observe(nowNanos, sample, signals, standings) || isNew;
    if (called) {
      Reservations.Reserved unused = reserved.remove(sample.id());
      if (unused != null) {
        budget.refund(unused.costNanos(), node.lanes());
      }
      order.used(sample.id(), (double) sample.coldNanos(), (double) sample.instanceBytes());
    } else if (sample.warmLanes() > lanesBefore.getOrDefault(sample.id(), sample.warmLanes())) {
      function.warmedByOthers(nowNanos, signals);
    }
    lanesBefore.put(sample.id(), sample.warmLanes());
  }

  private List<WarmthAction> actions(
      NodeSample node, Collection<FunctionSample> samples, double idleBytes) {
    var actions = new ArrayList<WarmthAction>();
    var wantMore = new ArrayList<WarmthAction.Warm>();
    var byId = new HashMap<String, FunctionSample>();
    double bytes = idleBytes;
    for (FunctionSample sample : samples) {
      KeptFunction function = functions.get(sample.id());
      if (function == null) {
        continue;
      }
      int wanted = wanted(node, sample, function);
      if (wanted < sample.warmLanes() && mayDiscard(node, sample, function, wanted)) {
        actions.add(
            new WarmthAction.Evict(sample.id(), wanted, wanted == 0 ? Cause.IDLE : Cause.SURPLUS));
        bytes -=
            sample.inFlight() == 0
                ? (double) (sample.warmLanes() - wanted) * sample.instanceBytes()
                : 0;
      } else if (wanted > sample.warmLanes()) {
        wantMore.add(new WarmthAction.Warm(sample.id(), wanted));
      }
      byId.put(sample.id(), sample);
    }
    relieve(bytes, actions, byId);
    addWishes(wantMore, byId);
    warm(node, bytes, wantMore, byId, actions);
    return actions;
  }

  /** Run time alone does not say on how many lanes calls begin: what pays there stays there. */
  private int wanted(NodeSample node, FunctionSample sample, KeptFunction function) {
    int wanted = Math.min(node.lanes(), function.wanted(standings.active()));
    return wanted == 0 ? 0 : Math.max(wanted, sample.payingLanes());
  }

  /**
   * An instance that is to be made again ahead of the next call is only discarded if that can be
   * paid for, and is, and if as many are not to be made at that time already as lanes can make:
   * else many that are needed in the same minute would find neither budget nor lanes.
   */
  private boolean mayDiscard(
      NodeSample node, FunctionSample sample, KeptFunction function, int wanted) {
    long again = function.wantedAgainNanos(standings.active());
    if (wanted > 0 || again == Long.MAX_VALUE) {
      return true;
    }
    long lead = leadNanos(sample);
    double rounds = (double) lead / Math.max(1, Math.max(beatNanos, sample.coldNanos()));
    if (!reserved.fewerThan(node.idleLanes() * rounds, again, lead)
        || !budget.spend(sample.coldNanos(), node.lanes())) {
      return false;
    }
    reserved.put(sample.id(), sample.coldNanos(), again);
    return true;
  }

  /** How long before it may be called an instance begins to be made. */
  private long leadNanos(FunctionSample sample) {
    return Math.max(0, sample.coldNanos()) + BEATS_AHEAD * beatNanos;
  }

  /** Evicts idle functions until the rest fits. */
  private void relieve(
      double idleBytes, List<WarmthAction> actions, Map<String, FunctionSample> byId) {
    double bytes = idleBytes;
    if (bytes <= settings.memoryBytes()) {
      return;
    }
    var candidates = new HashSet<String>();
    byId.forEach(
        (id, sample) -> {
          if (sample.inFlight() == 0 && sample.warmLanes() > 0) {
            candidates.add(id);
          }
        });
    actions.forEach(action -> candidates.remove(action.id()));
    for (String victim : order.of(candidates)) {
      FunctionSample sample = byId.get(victim);
      if (bytes <= settings.memoryBytes() || sample == null) {
        return;
      }
      order.evicted(victim);
      bytes -= sample.heldBytes();
      actions.add(new WarmthAction.Evict(victim, 0, Cause.MEMORY));
    }
  }

  private void addWishes(List<WarmthAction.Warm> wantMore, Map<String, FunctionSample> byId) {
    wishes.forget(
        id -> {
          FunctionSample sample = byId.get(id);
          return sample != null && sample.warmLanes() > 0;
        });
    List<String> wanted = wantMore.stream().map(WarmthAction.Warm::id).toList();
    for (String id : wishes.open(beatAtNanos)) {
      if (byId.containsKey(id) && !wanted.contains(id)) {
        wantMore.add(new WarmthAction.Warm(id, 1));
      }
    }
  }

  /** On idle lanes only, within the budget and the memory; the first come first. */
  private void warm(
      NodeSample node,
      double idleBytes,
      List<WarmthAction.Warm> wanted,
      Map<String, FunctionSample> byId,
      List<WarmthAction> actions) {
    int idleLanes = node.idleLanes();
    double bytes = idleBytes;
    for (WarmthAction.Warm warm : wanted) {
      FunctionSample sample = byId.get(warm.id());
      int lanes = sample == null ? 0 : sample.warmLanes();
      int before = lanes;
      while (sample != null
          && lanes < warm.lanes()
          && idleLanes > 0
          && bytes + sample.instanceBytes() <= settings.memoryBytes()
          && paid(sample, node)) {
        lanes++;
        idleLanes--;
        bytes += sample.instanceBytes();
      }
      if (lanes > before) {
        actions.add(new WarmthAction.Warm(warm.id(), lanes));
        // One that was wished for counts, once it is there, as made by others: see observe.
        if (!wishes.met(warm.id())) {
          lanesBefore.put(warm.id(), lanes);
        }
      }
    }
  }

  private boolean paid(FunctionSample sample, NodeSample node) {
    return reserved.remove(sample.id()) != null || budget.spend(sample.coldNanos(), node.lanes());
  }
}
