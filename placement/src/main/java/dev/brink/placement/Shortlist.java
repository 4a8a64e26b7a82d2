package dev.brink.placement;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * The nodes worth looking at in a mesh too large to look at each: the nearest, the nearest where
 * the function is warm, the least loaded, those nearest to its data, and the local one.
 */
final class Shortlist {
  /** Up to so many nodes each is looked at. */
  static final int MESH_LIMIT = 64;

  private static final int NEAREST = 16;
  private static final int WARM = 16;
  private static final int LEAST_LOADED = 8;
  private static final int NEAREST_TO_DATA = 8;

  private Shortlist() {}

  /** At most 49 of the nodes, in their order. */
  static NodeState[] of(
      NodeState[] nodes, FunctionStats stats, ToLongFunction<NodeState> data, long nowNanos) {
    Set<NodeState> chosen = new HashSet<>();
    ToLongFunction<NodeState> net = NodeState::netNanos;
    add(chosen, nodes, node -> true, net, NEAREST);
    add(chosen, nodes, node -> node.load().warmth().has(stats.index), net, WARM);
    add(
        chosen,
        nodes,
        node -> node.load().reported(),
        node -> node.queueNanos(node.load(), nowNanos) + (long) (1e6 * node.load().utilisation()),
        LEAST_LOADED);
    if (!stats.data.usual().isEmpty()) {
      add(chosen, nodes, node -> true, data, NEAREST_TO_DATA);
    }
    return Arrays.stream(nodes)
        .filter(node -> node.local || chosen.contains(node))
        .toArray(NodeState[]::new);
  }

  private static void add(
      Set<NodeState> to,
      NodeState[] nodes,
      Predicate<NodeState> filter,
      ToLongFunction<NodeState> order,
      int limit) {
    // What is sorted by is read once: it changes under the sort's hands.
    record Keyed(NodeState node, long key) {}
    Arrays.stream(nodes)
        .filter(filter)
        .map(node -> new Keyed(node, order.applyAsLong(node)))
        .sorted(Comparator.comparingLong(Keyed::key))
        .limit(limit)
        .forEach(keyed -> to.add(keyed.node));
  }
}
