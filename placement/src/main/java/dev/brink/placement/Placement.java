package dev.brink.placement;

import dev.brink.placement.Candidate.Exclusion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which node runs a request: the one with the lowest expected latency as this ingress sees it.
 *
 * <p>For function f and each live node j the score is {@code net(j) + queue(j) + cold(f, j) +
 * run(f, j) + data(f, j) + penalty(j)}. Within 5 % + 0.5 ms of the best the local node wins, then
 * the node last used for the function. {@code data} is 0 for now.
 *
 * <p>One per ingress. Thread-safe: {@link #choose} takes no lock and allocates nothing, and what is
 * told per request takes none either; only changes of the membership, of the set of functions and
 * an ejection exclude each other, for microseconds. All times are {@code System.nanoTime}'s scale,
 * passed in; nothing here reads a clock. Calls about a node that is not up are ignored: news of a
 * node may arrive after it has left.
 */
public final class Placement {
  private static final long MAX_NANOS = 3_600_000_000_000L;
  private static final int SLOW_AFTER_RUNS = 5;
  private static final long SLOW_FROM_NANOS = 100_000L;

  private final PlacementSettings settings;
  private final FunctionTable functions = new FunctionTable();
  private final Object change = new Object();
  private volatile Topology topology;

  /** With the default settings. */
  public static Placement create(NodeInfo local) {
    return create(local, PlacementSettings.defaults());
  }

  /**
   * With these settings.
   *
   * @param local the ingress's own node: up from the start, its network costs nothing
   */
  public static Placement create(NodeInfo local, PlacementSettings settings) {
    return new Placement(local, settings);
  }

  private Placement(NodeInfo local, PlacementSettings settings) {
    this.settings = settings;
    this.topology = Topology.of(new NodeState(local, true, settings));
  }

  /** A node came up, or came back: what was known of it before is forgotten. */
  public void nodeUp(NodeInfo info) {
    synchronized (change) {
      boolean local = topology.local().info.id().equals(info.id());
      topology = topology.with(new NodeState(info, local, settings));
    }
  }

  /** A node left. The local node stays. */
  public void nodeDown(String node, long nowNanos) {
    synchronized (change) {
      topology = topology.without(node);
      topology.limitEjections(nowNanos);
    }
  }

  /** A node takes nothing new, or does again. Its next load report overrides this. */
  public void draining(String node, boolean draining) {
    NodeState state = topology.find(node);
    if (state != null) {
      state.draining(draining);
    }
  }

  /**
   * A node said how loaded it is, the local one included. Late and repeated reports are ignored.
   */
  public void report(LoadReport report, long nowNanos) {
    NodeState state = topology.find(report.node());
    if (state != null) {
      state.report(report, functions, nowNanos);
    }
  }

  /** A round trip to a node was measured by itself (a ping), not by an answer. */
  public void rtt(String node, long rttNanos, long nowNanos) {
    NodeState state = topology.find(node);
    if (state != null && sane(rttNanos)) {
      state.rtt(rttNanos, nowNanos);
    }
  }

  /** A request leaves for a node, the local one included: call it right after the choice. */
  public void sent(String node, PlacementRequest request, long nowNanos) {
    NodeState state = topology.find(node);
    FunctionStats stats = functions.find(request.function());
    if (state == null || stats == null) {
      return;
    }
    stats.used(state);
    boolean warm = state.load().warmth().has(stats.index);
    long cold = warm ? 0 : stats.cold.nanosOr(settings.coldPriorNanos());
    state.sent(cold + stats.lane.nanosOr(settings.runPriorNanos()), nowNanos);
  }

  /**
   * A request was answered by a function, whatever its status: the node works. Of a function that
   * {@link #choose} was never asked for, nothing more is learned.
   */
  public void completed(String node, PlacementRequest request, Observed observed, long nowNanos) {
    NodeState state = topology.find(node);
    if (state == null) {
      return;
    }
    state.succeeded(nowNanos);
    if (sane(observed.netNanos())) {
      state.rtt(observed.netNanos(), nowNanos);
    }
    FunctionStats stats = functions.find(request.function());
    if (stats == null) {
      return;
    }
    learn(state, stats, observed, nowNanos);
    if (stats.index >= 0 && !state.load().warmth().has(stats.index)) {
      state.warmth(warmth -> warmth.with(stats.index));
    }
  }

  private static void learn(
      NodeState state, FunctionStats stats, Observed observed, long nowNanos) {
    double slow = state.slow(nowNanos);
    if (observed.wasCold() && sane(observed.coldNanos())) {
      stats.cold.add((long) (observed.coldNanos() / slow));
    }
    if (!sane(observed.runNanos())) {
      return;
    }
    long usual = stats.run.nanosOr(0);
    if (stats.run.count() >= SLOW_AFTER_RUNS && usual >= SLOW_FROM_NANOS) {
      state.ran(observed.runNanos(), usual, nowNanos);
    }
    stats.run.add((long) (observed.runNanos() / slow));
    long lane = sane(observed.laneNanos()) ? observed.laneNanos() : observed.runNanos();
    stats.lane.add((long) (lane / slow));
  }

  private static boolean sane(long nanos) {
    return nanos >= 0 && nanos <= MAX_NANOS;
  }

  /**
   * A node failed: no connection, a reset, no answer in time, or an answer that blames the node and
   * not the function.
   *
   * @param retryAfterNanos what the node asked for, or 0
   */
  public void failed(String node, long nowNanos, long retryAfterNanos) {
    NodeState state = topology.find(node);
    if (state != null && state.failed(nowNanos, retryAfterNanos).dueForEjection(nowNanos)) {
      synchronized (change) {
        if (state.trouble().dueForEjection(nowNanos) && topology.mayEject(nowNanos)) {
          state.eject(nowNanos);
        }
      }
    }
  }

  /** A node refused before it started: it is busier than its report said. */
  public void refused(String node, long nowNanos) {
    NodeState state = topology.find(node);
    if (state != null) {
      state.refused(nowNanos);
    }
  }

  /** A function version is gone for good: what was learned of it is dropped. */
  public void forget(String function) {
    synchronized (change) {
      FunctionStats stats = functions.find(function);
      if (stats != null) {
        functions.remove(function);
        for (NodeState node : topology.nodes()) {
          node.warmth(warmth -> warmth.without(stats.index));
        }
      }
    }
  }

  /** Where the request goes. Allocates nothing; when nothing is left: local. */
  public Choice choose(PlacementRequest request, long nowNanos) {
    return choose(topology, stats(request.function()), request, nowNanos);
  }

  /** The same choice, with every candidate and its terms. */
  public Decision explain(PlacementRequest request, long nowNanos) {
    Topology seen = topology;
    FunctionStats stats = stats(request.function());
    var candidates = new ArrayList<Candidate>();
    for (NodeState node : seen.nodes()) {
      candidates.add(candidate(node, stats, request, nowNanos));
    }
    candidates.sort(
        Comparator.comparing((Candidate c) -> c.exclusion().isPresent())
            .thenComparingLong(Candidate::scoreNanos));
    return new Decision(choose(seen, stats, request, nowNanos), request.function(), candidates);
  }

  /** What this ingress knows of each node, the local one first. */
  public List<NodeStatus> nodes(long nowNanos) {
    var all = new ArrayList<NodeStatus>();
    for (NodeState node : topology.nodes()) {
      all.add(status(node, nowNanos));
    }
    return List.copyOf(all);
  }

  private FunctionStats stats(String function) {
    FunctionStats known = functions.find(function);
    return known == null ? added(function) : known;
  }

  private FunctionStats added(String function) {
    synchronized (change) {
      FunctionStats added = functions.add(function);
      if (added.index >= 0) {
        for (NodeState node : topology.nodes()) {
          node.warmth(warmth -> warmth.added(function, added.index));
        }
      }
      return added;
    }
  }

  private Choice choose(
      Topology seen, FunctionStats stats, PlacementRequest request, long nowNanos) {
    NodeState lastUsed = stats.lastUsed();
    NodeState best = null;
    long bestScore = Long.MAX_VALUE;
    long localScore = Long.MAX_VALUE;
    long lastScore = Long.MAX_VALUE;
    int eligible = 0;
    for (NodeState node : seen.nodes()) {
      Load load = node.load();
      Trouble trouble = node.trouble();
      if (node.exclusion(request, load, trouble, nowNanos) != null) {
        continue;
      }
      eligible++;
      long score = node.scoreNanos(stats, load, trouble, nowNanos);
      if (node.local) {
        localScore = score;
      }
      if (node == lastUsed) {
        lastScore = score;
      }
      if (best == null || score < bestScore) {
        best = node;
        bestScore = score;
      }
    }
    if (best == null) {
      return choice(seen.local(), Reason.NOTHING_LEFT, stats);
    }
    if (eligible == 1) {
      return choice(best, Reason.ONLY_CANDIDATE, stats);
    }
    long limit =
        bestScore + (long) (bestScore * settings.toleranceShare()) + settings.toleranceNanos();
    if (!best.local && localScore <= limit) {
      return choice(seen.local(), Reason.LOCAL_TIE, stats);
    }
    if (!best.local && lastUsed != null && best != lastUsed && lastScore <= limit) {
      return choice(lastUsed, Reason.LAST_USED, stats);
    }
    return choice(best, Reason.FASTEST, stats);
  }

  private static Choice choice(NodeState node, Reason reason, FunctionStats stats) {
    return node.choice(reason, node.load().warmth().has(stats.index));
  }

  private static Candidate candidate(
      NodeState node, FunctionStats stats, PlacementRequest request, long nowNanos) {
    Load load = node.load();
    Trouble trouble = node.trouble();
    @Nullable Exclusion exclusion = node.exclusion(request, load, trouble, nowNanos);
    boolean warm = load.warmth().has(stats.index);
    double slow = node.slow(nowNanos);
    return new Candidate(
        node.info.id(),
        node.info.name(),
        node.local,
        warm,
        node.netNanos(),
        node.queueNanos(load, nowNanos),
        node.coldNanos(stats, warm, slow),
        node.runNanos(stats, slow),
        0,
        node.penaltyNanos(load, trouble, nowNanos),
        node.scoreNanos(stats, load, trouble, nowNanos),
        slow,
        load.reported() ? nowNanos - load.atNanos() : -1,
        Optional.ofNullable(exclusion));
  }

  private static NodeStatus status(NodeState node, long nowNanos) {
    Load load = node.load();
    Trouble trouble = node.trouble();
    return new NodeStatus(
        node.info,
        node.local,
        node.netNanos(),
        node.rttAgeNanos(nowNanos),
        load.lanes(),
        load.busy(),
        load.queued(),
        node.queueNanos(load, nowNanos),
        load.warmth().size(),
        node.slow(nowNanos),
        node.penaltyNanos(load, trouble, nowNanos),
        load.reported() ? nowNanos - load.atNanos() : -1,
        load.draining(),
        trouble.resting(nowNanos));
  }
}
