package dev.brink.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes plans, and makes them anew when what they are made of has changed: that is done in turns,
 * beside requests, for the functions that are in use. A request makes one only where there is none,
 * or none of these nodes, or where the function was not in use. Thread-safe.
 */
final class Planner {
  /** After so long without a request a function's plan is left as it is. */
  private static final long IN_USE_NANOS = 20_000_000_000L;

  /**
   * A plan is made anew once it is older than this part of the time since the last request: so at
   * the next one it is younger than a quarter of the time between the two, and one request is
   * followed by some twenty plans at most.
   */
  private static final int PART = 4;

  /** What turns keep up is younger. */
  private static final long TOO_OLD_NANOS = IN_USE_NANOS / PART + 1_000_000_000L;

  /** A turn looks at so many distances, a node counted as one, and one plan's at least. */
  private static final int LOOKS = 1 << 15;

  /**
   * So many functions, and as many more as there are threads, wait for a turn; others ask again.
   */
  private static final int MAX_WAITING = 1 << 12;

  private static final long NOTED_NANOS = 20_000_000L;
  private static final NodeState[] NOBODY = {};
  private static final double NEAR_FACTOR = 1.5;
  private static final long NEAR_SLACK_NANOS = 2_000_000L;

  private final Distances distances;
  private final ThreadLocal<Shortlist> shortlists = ThreadLocal.withInitial(Shortlist::new);
  private final Queue<FunctionStats> came = new ConcurrentLinkedQueue<>();

  /** How many came, so that there is a bound where turns are rare, or none. */
  private final AtomicInteger waiting = new AtomicInteger();

  /** Whose plans are kept up; under the lock that is this list. */
  private final List<FunctionStats> inUse = new ArrayList<>();

  private int next;

  Planner(Distances distances) {
    this.distances = distances;
  }

  Plan plan(Topology topology, FunctionStats stats, Hints hints, long nowNanos) {
    if (isOpen(topology, stats, hints)) {
      return topology.openPlan();
    }
    Plan known = stats.plan();
    if (known != null && known.isOf(topology, hints)) {
      if (known.lasting) {
        if (stats.data.usual().isEmpty()) {
          return known;
        }
      } else if (nowNanos - known.madeAtNanos < TOO_OLD_NANOS) {
        if (nowNanos - stats.planUsedNanos() > NOTED_NANOS) {
          used(stats, nowNanos);
        }
        return known;
      }
    }
    Plan made = make(topology, stats, hints, known, true, nowNanos);
    stats.plan(made);
    if (!made.lasting) {
      used(stats, nowNanos);
    }
    return made;
  }

  private void used(FunctionStats stats, long nowNanos) {
    stats.planUsed(nowNanos);
    if (waiting.get() < MAX_WAITING && stats.keepUp()) {
      waiting.getAndIncrement();
      came.add(stats);
    }
  }

  /** How many functions the next turn will find to be in use, and did not before. */
  int waiting() {
    return waiting.get();
  }

  private static boolean isOpen(Topology topology, FunctionStats stats, Hints hints) {
    return hints.isEmpty() && isSmall(topology) && stats.data.usual().isEmpty();
  }

  private static boolean isSmall(Topology topology) {
    return topology.nodes().length <= Shortlist.MESH_LIMIT;
  }

  /** Makes plans of functions in use anew, as many as a turn's work allows; the others follow. */
  void turn(Topology topology, long nowNanos) {
    synchronized (inUse) {
      for (FunctionStats stats = came.poll(); stats != null; stats = came.poll()) {
        waiting.getAndDecrement();
        inUse.add(stats);
      }
      long looks = 0;
      for (int left = inUse.size(); left > 0 && looks < LOOKS; left--) {
        next = next < inUse.size() ? next : 0;
        FunctionStats stats = inUse.get(next);
        Plan known = stats.plan();
        long idle = nowNanos - stats.planUsedNanos();
        if (known == null || known.lasting || idle > IN_USE_NANOS) {
          inUse.set(next, inUse.getLast());
          inUse.removeLast();
          stats.leaveAlone();
          continue;
        }
        next++;
        if (!known.isOf(topology, known.hints) || nowNanos - known.madeAtNanos > idle / PART) {
          Plan made = make(topology, stats, known.hints, known, false, nowNanos);
          stats.plan(made);
          looks += made.looks;
        }
      }
    }
  }

  /**
   * Makes a plan.
   *
   * @param hasty whether a request waits for it: then those nearest to the data are taken to be the
   *     same as in the plan before until a turn looks at how far all are, which is most of the work
   */
  private Plan make(
      Topology topology,
      FunctionStats stats,
      Hints hints,
      @Nullable Plan known,
      boolean hasty,
      long nowNanos) {
    DataUse.Reads reads = stats.data.usual();
    NodeState[] permitted =
        known != null && known.isOf(topology, hints)
            ? known.permitted()
            : permitted(topology, hints);
    NodeState[] wanted = wanted(topology, hints.near());
    NodeState[] near = near(permitted, wanted, hints.near(), reads);
    Plan before = hasty && known != null && known.picked(near, reads) ? known : null;
    NodeState[] nodes =
        isSmall(topology)
            ? near
            : shortlists.get().of(near, stats.index, reads, distances, before, nowNanos);
    long looks =
        before == null
            ? permitted.length * (1L + reads.sources().length + wanted.length)
            : permitted.length + (long) nodes.length * reads.sources().length;
    return new Plan(topology, hints, reads, distances, permitted, near, nodes, nowNanos, looks);
  }

  private static NodeState[] permitted(Topology topology, Hints hints) {
    NodeState[] all = topology.nodes();
    var permitted = new NodeState[all.length];
    int count = 0;
    for (NodeState node : all) {
      if (hints.refusal(node.info) == null) {
        permitted[count++] = node;
      }
    }
    return count == all.length ? all : Arrays.copyOf(permitted, count);
  }

  /** Those that a function is to be near to, if they are nodes. */
  private static NodeState[] wanted(Topology topology, Near near) {
    return near instanceof Near.Nodes(NodeSelector selector)
        ? Arrays.stream(topology.nodes())
            .filter(node -> selector.matches(node.info))
            .toArray(NodeState[]::new)
        : NOBODY;
  }

  private NodeState[] near(NodeState[] nodes, NodeState[] wanted, Near near, DataUse.Reads reads) {
    return switch (near) {
      case Near.Caller() -> nodes;
      case Near.Data() -> nearest(nodes, node -> distances.dataNanos(node, reads, false));
      case Near.Origin() -> nearest(nodes, node -> distances.dataNanos(node, reads, true));
      case Near.Nodes _ ->
          wanted.length == 0 ? nodes : nearest(nodes, node -> nearestNanos(node, wanted));
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
