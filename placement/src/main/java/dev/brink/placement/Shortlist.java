package dev.brink.placement;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Picks the nodes worth looking at in a mesh too large to look at each: the nearest, the nearest
 * where the function is warm, the least loaded, those nearest to its data, and the local one. Not
 * thread-safe; used again, so that nothing is allocated but what it picks.
 */
final class Shortlist {
  /** Up to so many nodes each is looked at. */
  static final int MESH_LIMIT = 64;

  private static final int NEAREST = 16;
  private static final int WARM = 16;
  private static final int LEAST_LOADED = 8;
  private static final int NEAREST_TO_DATA = 8;

  private long[] netNanos = {};
  private boolean[] picked = {};

  /** Places of the least seen, in the order of their keys. */
  private final int[] places = new int[Math.max(NEAREST, WARM)];

  private final long[] keys = new long[places.length];
  private int count;

  /**
   * At most 49 of the nodes, in their order; all of them where that is as many.
   *
   * @param before whose nodes nearest to the data are picked again, so that of the others no
   *     distance is looked at; null to look at all
   */
  NodeState[] of(
      NodeState[] nodes,
      int function,
      DataUse.Reads reads,
      Distances distances,
      @Nullable Plan before,
      long nowNanos) {
    if (nodes.length <= NEAREST) {
      return nodes;
    }
    if (picked.length < nodes.length) {
      picked = new boolean[nodes.length];
      netNanos = new long[nodes.length];
    }
    Arrays.fill(picked, false);
    // What is compared is read once: it changes under one's hands.
    for (int place = 0; place < nodes.length; place++) {
      netNanos[place] = nodes[place].netNanos();
      picked[place] = nodes[place].local;
      offer(place, netNanos[place], NEAREST);
    }
    pick();
    for (int place = 0; place < nodes.length; place++) {
      if (nodes[place].load().warmth().has(function)) {
        offer(place, netNanos[place], WARM);
      }
    }
    pick();
    for (int place = 0; place < nodes.length; place++) {
      Load load = nodes[place].load();
      if (load.reported()) {
        long queue = nodes[place].queueNanos(load, nowNanos);
        offer(place, queue + (long) (1e6 * load.utilisation()), LEAST_LOADED);
      }
    }
    pick();
    if (before != null) {
      offerAgain(nodes, before);
      pick();
    } else if (!reads.isEmpty()) {
      for (int place = 0; place < nodes.length; place++) {
        offer(place, distances.dataNanos(nodes[place], reads, false), NEAREST_TO_DATA);
      }
      pick();
    }
    return taken(nodes);
  }

  /** Those of a plan before, whose nodes stand in the same order, by how far they were. */
  private void offerAgain(NodeState[] nodes, Plan before) {
    NodeState[] again = before.nodes();
    int at = 0;
    for (int place = 0; place < nodes.length && at < again.length; place++) {
      if (nodes[place] == again[at]) {
        offer(place, before.dataNanos(at), NEAREST_TO_DATA);
        at++;
      }
    }
  }

  /** Keeps the least; of equals those that came first. */
  private void offer(int place, long key, int limit) {
    int at = count;
    if (count == limit) {
      if (key >= keys[count - 1]) {
        return;
      }
      at--;
    } else {
      count++;
    }
    while (at > 0 && keys[at - 1] > key) {
      keys[at] = keys[at - 1];
      places[at] = places[at - 1];
      at--;
    }
    keys[at] = key;
    places[at] = place;
  }

  private void pick() {
    for (int i = 0; i < count; i++) {
      picked[places[i]] = true;
    }
    count = 0;
  }

  private NodeState[] taken(NodeState[] nodes) {
    int all = 0;
    for (int place = 0; place < nodes.length; place++) {
      all += picked[place] ? 1 : 0;
    }
    if (all == nodes.length) {
      return nodes;
    }
    var taken = new NodeState[all];
    int to = 0;
    for (int place = 0; place < nodes.length; place++) {
      if (picked[place]) {
        taken[to++] = nodes[place];
      }
    }
    return taken;
  }
}
