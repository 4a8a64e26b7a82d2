package dev.brink.placement;

import java.util.Arrays;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Makes plans, and makes them anew when what they are made of has changed. Thread-safe. */
final class Planner {
  private static final long KEEP_NANOS = 250_000_000L;
  private static final double NEAR_FACTOR = 1.5;
  private static final long NEAR_SLACK_NANOS = 2_000_000L;

  private final Distances distances;

  Planner(Distances distances) {
    this.distances = distances;
  }

  Plan plan(Topology topology, FunctionStats stats, Hints hints, long nowNanos) {
    boolean small = topology.nodes().length <= Shortlist.MESH_LIMIT;
    if (small && hints.equals(Hints.none()) && stats.data.usual().isEmpty()) {
      return topology.openPlan();
    }
    Plan known = stats.plan();
    if (known != null && holds(known, topology, hints, small, nowNanos)) {
      return known;
    }
    Plan made = make(topology, stats, hints, small, nowNanos);
    stats.plan(made);
    return made;
  }

  private boolean holds(Plan plan, Topology topology, Hints hints, boolean small, long nowNanos) {
    return plan.isOf(topology)
        && plan.hints.equals(hints)
        && (nowNanos - plan.madeAtNanos < KEEP_NANOS
            || (small && plan.version == distances.version()));
  }

  private Plan make(
      Topology topology, FunctionStats stats, Hints hints, boolean small, long nowNanos) {
    int version = distances.version();
    Map<String, Double> reads = stats.data.usual();
    NodeState[] permitted =
        Arrays.stream(topology.nodes())
            .filter(node -> hints.refusal(node.info) == null)
            .toArray(NodeState[]::new);
    ToLongFunction<NodeState> data = node -> distances.dataNanos(node, reads, source -> true);
    NodeState[] near = near(permitted, topology, hints.near(), reads, data);
    NodeState[] nodes = small ? near : Shortlist.of(near, stats, data, nowNanos);
    Plan wide = plan(topology, hints, version, nowNanos, permitted, data, null);
    return nodes.length == permitted.length
        ? wide
        : plan(topology, hints, version, nowNanos, nodes, data, wide);
  }

  private static Plan plan(
      Topology topology,
      Hints hints,
      int version,
      long nowNanos,
      NodeState[] nodes,
      ToLongFunction<NodeState> data,
      @Nullable Plan wide) {
    long[] dataNanos = Arrays.stream(nodes).mapToLong(data).toArray();
    return new Plan(topology.nodes(), hints, version, nowNanos, nodes, dataNanos, wide);
  }

  private NodeState[] near(
      NodeState[] nodes,
      Topology topology,
      Near near,
      Map<String, Double> reads,
      ToLongFunction<NodeState> data) {
    return switch (near) {
      case Near.Caller() -> nodes;
      case Near.Data() -> nearest(nodes, data);
      case Near.Origin() ->
          nearest(
              nodes,
              node -> distances.dataNanos(node, reads, source -> !distances.hasHolders(source)));
      case Near.Nodes(NodeSelector selector) -> {
        NodeState[] wanted =
            Arrays.stream(topology.nodes())
                .filter(node -> selector.matches(node.info))
                .toArray(NodeState[]::new);
        yield wanted.length == 0 ? nodes : nearest(nodes, node -> nearestNanos(node, wanted));
      }
    };
  }

  private long nearestNanos(NodeState from, NodeState[] wanted) {
    long nearest = Long.MAX_VALUE;
    for (NodeState to : wanted) {
      nearest = Math.min(nearest, distances.betweenNanos(from, to.info.id()));
    }
    return nearest;
  }

  /** Those no farther than half more than the nearest and 2 ms. */
  private static NodeState[] nearest(NodeState[] nodes, ToLongFunction<NodeState> distance) {
    long[] nanos = Arrays.stream(nodes).mapToLong(distance).toArray();
    long least = Arrays.stream(nanos).min().orElse(0);
    double limit = least * NEAR_FACTOR + NEAR_SLACK_NANOS;
    var near = new NodeState[nodes.length];
    int count = 0;
    for (int i = 0; i < nodes.length; i++) {
      if (nanos[i] <= limit) {
        near[count++] = nodes[i];
      }
    }
    return Arrays.copyOf(near, count);
  }
}
