package dev.brink.placement;

import dev.brink.placement.coordinate.Coordinate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which node runs a request: the one with the lowest expected latency as this ingress sees it.
 *
 * <p>For function f and each live node j the score is {@code net(j) + queue(j) + cold(f, j) +
 * run(f, j) + data(f, j) + penalty(j)}. Within 5 % + 0.5 ms of the best the local node wins, then
 * the node last used for the function. {@link Hints} narrow the nodes looked at, and a small share
 * of the requests runs locally for comparison: see {@link Counterfactual}.
 *
 * <p>One per ingress. Thread-safe: {@link #choose} takes no lock and allocates nothing, and what is
 * told per request takes none either; only changes of the membership, of the set of functions and
 * an ejection exclude each other, for microseconds. All times are {@code System.nanoTime}'s scale,
 * passed in; nothing here reads a clock. Calls about a node that is not up are ignored: news of a
 * node may arrive after it has left.
 */
public final class Placement {
  private static final long MAX_NANOS = 3_600_000_000_000L;
  private static final int MAX_SAMPLES = 1024;
  private static final long MIN_TRANSFER_BYTES = 1 << 16;

  private final PlacementSettings settings;
  private final FunctionTable functions = new FunctionTable();
  private final Distances distances;
  private final Planner planner;
  private final Chooser chooser;
  private final OwnPace ownPace = new OwnPace();
  private final Object change = new Object();
  private volatile Topology topology;

  /** Whose turn it is to tell what was learned of it. */
  private volatile int samplesFrom;

  /** By functions that are forgotten; under the lock. */
  private Gained gone = Gained.NOTHING;

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
    this.distances = new Distances(settings.rttPriorNanos());
    this.planner = new Planner(distances);
    this.chooser = new Chooser(settings, planner);
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
    Topology before;
    Topology after;
    synchronized (change) {
      before = topology;
      after = before.without(node);
      topology = after;
      after.limitEjections(nowNanos);
    }
    distances.forget(node);
    for (FunctionStats stats : functions.all()) {
      stats.left(node, before, after);
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
      distances.rtt(topology.local().info.id(), node, state.netNanos());
    }
  }

  /**
   * Where a node lies, the local one included. The round trip to a node that was never measured is
   * then what the two coordinates say, once both nodes have learned them well enough.
   *
   * @param at one that is not {@link Coordinate#sane} is ignored
   */
  public void coordinate(String node, Coordinate at) {
    Topology seen = topology;
    NodeState told = seen.find(node);
    if (told == null || !at.sane()) {
      return;
    }
    distances.coordinate(node, at);
    String here = seen.local().info.id();
    if (!told.local) {
      told.rttEstimated(distances.estimatedNanos(here, node));
      return;
    }
    for (NodeState other : seen.nodes()) {
      other.rttEstimated(distances.estimatedNanos(here, other.info.id()));
    }
  }

  /**
   * A body came from a node as fast as the network carries it.
   *
   * @param bytes of the body
   * @param nanos from its beginning to its end; what is too short or too small teaches nothing
   */
  public void transferred(String node, long bytes, long nanos) {
    NodeState state = topology.find(node);
    if (state != null && bytes > MIN_TRANSFER_BYTES && nanos > 0 && sane(nanos)) {
      state.transferred(bytes, state.netNanos() + nanos);
    }
  }

  /**
   * A node says how far another node or an origin is from it; so says the local node of origins.
   *
   * @param from the node's id
   * @param to the other node's id, or the name of an origin as {@link #dataRead} gets it
   */
  public void distance(String from, String to, long rttNanos) {
    if (topology.find(from) != null && sane(rttNanos)) {
      distances.rtt(from, to, rttNanos);
    }
  }

  /**
   * Where copies of a source of data lie now.
   *
   * @param source the name of a key or a range of keys, as {@link #dataRead} gets it
   * @param holders ids of nodes or names of origins; none to forget the source
   */
  public void dataAt(String source, Set<String> holders) {
    distances.holders(source, holders);
  }

  /**
   * One call of a function, wherever it ran, read these sources so many times each. A source whose
   * copies were never named by {@link #dataAt} is an origin: its distance is that to itself.
   */
  public void dataRead(String function, Map<String, Integer> reads) {
    FunctionStats stats = functions.find(function);
    if (stats != null) {
      stats.data.called(reads);
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
    Costs costs = stats.costs(request.bodyBytes());
    long cold = warm ? 0 : stats.coldNanos(costs, settings.coldPriorNanos());
    state.sent(cold + costs.heldNanos(settings.runPriorNanos()), nowNanos);
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
    Learning.network(state, observed, nowNanos);
    FunctionStats stats = functions.find(request.function());
    if (stats == null) {
      return;
    }
    if (state.local && sane(observed.runNanos())) {
      ownPace.ran(stats.costs(request.bodyBytes()), observed.heldNanos(), nowNanos);
    }
    stats.failures().answered(node, state.slot, nowNanos);
    Learning.function(state, stats, request, observed, nowNanos);
    if (stats.index >= 0 && !state.load().warmth().has(stats.index)) {
      state.warmth(warmth -> warmth.with(stats.index));
    }
  }

  /**
   * A response's body had so many bytes: with those of its request they are what the network has to
   * carry for the function.
   */
  public void carried(PlacementRequest request, long bytes) {
    FunctionStats stats = functions.find(request.function());
    if (stats != null && bytes >= 0) {
      long all = Math.min(bytes, FunctionStats.MAX_BYTES) + request.bodyBytes();
      stats.carried(request.bodyBytes(), Math.min(all, FunctionStats.MAX_BYTES));
    }
  }

  /**
   * The same, of a request that ran where it was chosen to: its latency also counts for the
   * comparison with the control group.
   */
  public void completed(Choice choice, PlacementRequest request, Observed observed, long nowNanos) {
    completed(choice.node(), request, observed, nowNanos);
    answered(choice, request, observed.totalNanos());
  }

  /**
   * A request that was chosen a node was answered in the end, wherever it ran: only for the
   * comparison with the control group.
   *
   * @param choice the first choice made for the request
   */
  public void answered(Choice choice, PlacementRequest request, long totalNanos) {
    FunctionStats stats = functions.find(request.function());
    if (stats != null && sane(totalNanos)) {
      stats.cohorts.answered(choice.cohort(), totalNanos);
    }
  }

  static boolean sane(long nanos) {
    return nanos >= 0 && nanos <= MAX_NANOS;
  }

  /**
   * A request that another ingress sent has run on the local node: it shows how slow that is. What
   * it says of the function, its ingress learns and tells.
   *
   * @param laneNanos what the run held a lane for; all of it where that is not known
   */
  public void served(PlacementRequest request, long laneNanos, long nowNanos) {
    if (sane(laneNanos)) {
      FunctionStats stats = stats(request.function());
      ownPace.served(stats.costs(request.bodyBytes()), laneNanos, nowNanos);
      long usual = (long) (laneNanos / ownPace.value(nowNanos));
      stats.learn(request.bodyBytes(), costs -> costs.served(usual));
    }
  }

  /**
   * How much longer than elsewhere work takes on the local node, by what ran there: what its load
   * reports are to say. From 2 to 10, or 1 where it is as usual.
   */
  public double ownSlow(long nowNanos) {
    return ownPace.value(nowNanos);
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

  /**
   * A function failed on a node, the local one included: it threw, its module did not load, a limit
   * ended it. Whose fault that is shows when other nodes run it: one that fails the function far
   * more often than they do is avoided for it, and for it alone.
   */
  public void functionFailed(String node, PlacementRequest request, long nowNanos) {
    FunctionStats stats = functions.find(request.function());
    if (stats != null && topology.find(node) != null) {
      stats.failures().failed(node, nowNanos);
    }
  }

  /**
   * A node says that it has not loaded a function: not yet, or it could not. It is left alone for
   * this function for 1 s, doubling to 16 s with each time in a row, or until it reports the
   * function as warm, and is well otherwise.
   */
  public void notLoaded(String node, PlacementRequest request, long nowNanos) {
    FunctionStats stats = functions.find(request.function());
    NodeState state = topology.find(node);
    if (stats != null && state != null) {
      state.warmth(warmth -> warmth.unseen(stats.index));
      stats.failures().lacks(node, nowNanos);
    }
  }

  /**
   * A node refused before it started, as the function's owner has as much under way there as it
   * may: this function had better run elsewhere for a quarter of a second.
   */
  public void full(String node, PlacementRequest request, long nowNanos) {
    FunctionStats stats = functions.find(request.function());
    if (stats != null && topology.find(node) != null) {
      stats.failures().full(node, nowNanos);
    }
  }

  /** A node refused before it started: it is busier than its report said. */
  public void refused(String node, long nowNanos) {
    NodeState state = topology.find(node);
    if (state != null) {
      state.refused(nowNanos);
    }
  }

  /** Whom something is known of: those that were ever asked for, or served, and not forgotten. */
  public Set<String> functions() {
    return functions.names();
  }

  /** A function version is gone for good: what was learned of it is dropped. */
  public void forget(String function) {
    synchronized (change) {
      FunctionStats stats = functions.find(function);
      if (stats != null) {
        gone = gone.and(stats.cohorts.compared(function));
        functions.remove(function);
        for (NodeState node : topology.nodes()) {
          node.warmth(warmth -> warmth.without(stats.index));
        }
      }
    }
  }

  /**
   * Where the request goes. Allocates nothing; when nothing is left: local, or {@link
   * Reason#NOT_ALLOWED} where local may not run it either.
   */
  public Choice choose(PlacementRequest request, long nowNanos) {
    return chooser.choose(topology, stats(request.function()), request, nowNanos, true);
  }

  /** The same choice but for the control group, with every candidate and its terms. */
  public Decision explain(PlacementRequest request, long nowNanos) {
    Topology seen = topology;
    FunctionStats stats = stats(request.function());
    Choice choice = chooser.choose(seen, stats, request, nowNanos, false);
    Scan scan = chooser.scanned();
    var candidates = new ArrayList<Candidate>();
    for (NodeState node : seen.nodes()) {
      boolean chosen = node.info.id().equals(choice.node());
      candidates.add(Explanations.candidate(node, scan, request, chosen, nowNanos));
    }
    candidates.sort(
        Comparator.comparing((Candidate c) -> c.exclusion().isPresent())
            .thenComparingLong(Candidate::scoreNanos));
    return new Decision(choice, request.function(), candidates);
  }

  /**
   * Works out ahead which nodes are looked at for the functions in use, so that their requests need
   * not: call it every 100 ms or so. Its work is bounded, whatever the number of functions and
   * nodes; those not asked for within 20 s take none, and their next request works it out itself.
   */
  public void turn(long nowNanos) {
    planner.turn(topology, nowNanos);
  }

  /**
   * Where functions should be made warm in the background, each piece of advice given once: ask for
   * it every 100 ms or so. At most 256 pieces wait to be taken. It is up to the node to follow it.
   */
  public List<WarmAdvice> takeWarmAdvice() {
    return chooser.takeAdvice();
  }

  /** What placing has gained, for each function that has a group to compare. */
  public List<Counterfactual> counterfactuals() {
    return functions.all().stream()
        .map(stats -> stats.cohorts.compared(stats.function))
        .filter(compared -> compared.placed() + compared.control() > 0)
        .toList();
  }

  /** What placing has gained since the start, forgotten functions included. */
  public Gained gained() {
    synchronized (change) {
      Gained sum = gone;
      for (FunctionStats stats : functions.all()) {
        sum = sum.and(stats.cohorts.compared(stats.function));
      }
      return sum;
    }
  }

  /**
   * What was learned of functions since this was last asked, to be told to the other ingresses: ask
   * for it every second or so. At most 1,024 samples; the others come the next time.
   */
  public List<FunctionSample> takeSamples() {
    var taken = new ArrayList<FunctionSample>();
    List<FunctionStats> all = List.copyOf(functions.all());
    int from = samplesFrom;
    for (int i = 0; i < all.size(); i++) {
      if (taken.size() >= MAX_SAMPLES) {
        samplesFrom = Math.floorMod(from + i, all.size());
        break;
      }
      all.get(Math.floorMod(from + i, all.size())).takeFresh(taken::add);
    }
    return taken;
  }

  /** Another ingress tells what it has learned. Of functions not asked for here it is dropped. */
  public void learn(FunctionSample sample) {
    FunctionStats stats = functions.find(sample.function());
    if (stats != null) {
      stats.learn(sample);
    }
  }

  /** How many nodes are up, the local one included. */
  public int size() {
    return topology.nodes().length;
  }

  /** What this ingress knows of each node, the local one first. */
  public List<NodeStatus> nodes(long nowNanos) {
    var all = new ArrayList<NodeStatus>();
    for (NodeState node : topology.nodes()) {
      all.add(Explanations.status(node, nowNanos));
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
}
