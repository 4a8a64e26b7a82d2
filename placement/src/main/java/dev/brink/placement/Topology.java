package dev.brink.placement;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that are up, the local one first. The others stand in an order that differs from
 * ingress to ingress, so that those with the same view do not all take the same one of equals.
 */
final class Topology {
  private final NodeState local;
  private final NodeState[] nodes;
  private final Map<String, NodeState> byId;
  private final Plan openPlan;

  private Topology(NodeState local, Map<String, NodeState> byId) {
    this.local = local;
    this.byId = byId;
    this.nodes = byId.values().toArray(new NodeState[0]);
    String ingress = local.info.id();
    Arrays.sort(
        nodes,
        Comparator.comparing((NodeState node) -> !node.local)
            .thenComparingInt(node -> mixed(ingress, node.info.id()))
            .thenComparing(node -> node.info.id()));
    openPlan = Plan.open(this);
  }

  static Topology of(NodeState local) {
    return new Topology(local, Map.of(local.info.id(), local));
  }

  private static int mixed(String ingress, String node) {
    int hash = (31 * ingress.hashCode() + node.hashCode()) * 0x9E3779B9;
    return hash ^ hash >>> 15;
  }

  NodeState local() {
    return local;
  }

  /** To look at each of them. */
  Plan openPlan() {
    return openPlan;
  }

  /** Not to be changed. */
  NodeState[] nodes() {
    return nodes;
  }

  @Nullable NodeState find(String node) {
    return byId.get(node);
  }

  Topology with(NodeState node) {
    var more = new HashMap<>(byId);
    more.put(node.info.id(), node);
    return new Topology(node.local ? node : local, more);
  }

  /** Without a node; the local one stays. */
  Topology without(String node) {
    if (local.info.id().equals(node) || !byId.containsKey(node)) {
      return this;
    }
    var fewer = new HashMap<>(byId);
    fewer.remove(node);
    return new Topology(local, fewer);
  }

  /** Whether one more node may be ejected: never more than half. */
  boolean mayEject(long nowNanos) {
    return ejected(nowNanos).size() + 1 <= nodes.length / 2;
  }

  /** Ends the oldest ejections as far as there are too many for the nodes that are left. */
  void limitEjections(long nowNanos) {
    List<NodeState> ejected = ejected(nowNanos);
    ejected.stream()
        .sorted(Comparator.comparingLong(n -> n.trouble().ejectedUntilNanos() - nowNanos))
        .limit(Math.max(0, ejected.size() - nodes.length / 2))
        .forEach(node -> node.readmit(nowNanos));
  }

  private List<NodeState> ejected(long nowNanos) {
    return Arrays.stream(nodes).filter(node -> node.trouble().resting(nowNanos)).toList();
  }
}
