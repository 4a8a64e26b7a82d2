package dev.brink.placement;

import dev.brink.placement.Candidate.Exclusion;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes are looked at for a function, and how far its data is from each: what changes seldom
 * enough to be worked out ahead. Thread-safe; what it says does not change, but for the data of the
 * plans that are worked out once they are asked for.
 */
final class Plan {
  private static final long[] NOT_AHEAD = {};

  /** What it was made of: the topology's nodes. */
  private final NodeState[] of;

  final Hints hints;
  final DataUse.Reads reads;
  final long madeAtNanos;

  /** How many distances were looked at for it, a node counted as one. */
  final long looks;

  /** What follows from the hints and the nodes alone, and holds as long as they are the same. */
  final boolean lasting;

  private final Distances distances;

  /** Those the hints permit; in the topology's order, as the other arrays. */
  private final NodeState[] permitted;

  /** Those of them that are as near as is wished. */
  private final NodeState[] near;

  private final NodeState[] nodes;

  /** By the place in {@code nodes}; empty where that is worked out when it is asked for. */
  private final long[] dataNanos;

  private volatile @Nullable Plan widened;
  private volatile @Nullable Plan unpicked;

  /** Of nodes that were picked; how far each is from the data is worked out now. */
  Plan(
      Topology topology,
      Hints hints,
      DataUse.Reads reads,
      Distances distances,
      NodeState[] permitted,
      NodeState[] near,
      NodeState[] nodes,
      long madeAtNanos,
      long looks) {
    this.looks = looks;
    this.of = topology.nodes();
    this.hints = hints;
    this.reads = reads;
    this.distances = distances;
    this.permitted = permitted;
    this.near = near;
    this.nodes = nodes;
    this.madeAtNanos = madeAtNanos;
    this.lasting =
        reads.isEmpty() && nodes.length == near.length && hints.near() instanceof Near.Caller;
    this.dataNanos = reads.isEmpty() ? NOT_AHEAD : new long[nodes.length];
    for (int place = 0; place < dataNanos.length; place++) {
      dataNanos[place] = distances.dataNanos(nodes[place], reads, false);
    }
  }

  /** The same in a mesh without one of the nodes that were not picked. */
  private Plan(Plan from, Topology topology, NodeState[] permitted, NodeState[] near) {
    this.looks = from.looks;
    this.of = topology.nodes();
    this.hints = from.hints;
    this.reads = from.reads;
    this.distances = from.distances;
    this.permitted = permitted;
    this.near = near;
    this.nodes = from.nodes;
    this.madeAtNanos = from.madeAtNanos;
    this.lasting = from.lasting;
    this.dataNanos = from.dataNanos;
  }

  /** Of more nodes than were picked. */
  private Plan(Plan from, NodeState[] nodes) {
    this.looks = from.looks;
    this.of = from.of;
    this.hints = from.hints;
    this.reads = from.reads;
    this.distances = from.distances;
    this.permitted = from.permitted;
    this.near = nodes;
    this.nodes = nodes;
    this.madeAtNanos = from.madeAtNanos;
    this.lasting = from.lasting;
    this.dataNanos = NOT_AHEAD;
  }

  /** All nodes, for a function without hints or data in a mesh that is small enough. */
  static Plan open(Topology topology) {
    NodeState[] all = topology.nodes();
    var nowhere = new Distances(0);
    return new Plan(topology, Hints.none(), DataUse.NOTHING, nowhere, all, all, all, 0, 0);
  }

  @SuppressWarnings("ReferenceEquality") // each topology has its own array
  boolean isOf(Topology topology, Hints wanted) {
    return of == topology.nodes() && hints.equals(wanted);
  }

  /**
   * What is left of it when a node has gone: null where it is to be made anew, as the node is one
   * of those looked at or those to be near to, or the plan is of other nodes.
   *
   * @param gone null: no node has
   */
  @Nullable Plan without(@Nullable NodeState gone, Topology before, Topology after) {
    if (!isOf(before, hints)) {
      return null;
    }
    if (gone == null || isOf(after, hints)) {
      return this;
    }
    boolean wanted =
        hints.near() instanceof Near.Nodes(NodeSelector selector) && selector.matches(gone.info);
    return wanted || placeOf(gone) >= 0
        ? null
        : new Plan(this, after, without(permitted, gone), without(near, gone));
  }

  private static NodeState[] without(NodeState[] from, NodeState gone) {
    return Arrays.asList(from).contains(gone)
        ? Arrays.stream(from).filter(node -> node != gone).toArray(NodeState[]::new)
        : from;
  }

  /** Not to be changed. */
  NodeState[] permitted() {
    return permitted;
  }

  /** Not to be changed. */
  NodeState[] nodes() {
    return nodes;
  }

  long dataNanos(int place) {
    return reads.isEmpty()
        ? 0
        : dataNanos.length > 0 ? dataNanos[place] : distances.dataNanos(nodes[place], reads, false);
  }

  /**
   * The same over all nodes that may run it, for when none of these is in a state to; null when
   * these are all.
   */
  @Nullable Plan widened() {
    if (nodes.length == permitted.length) {
      return null;
    }
    Plan known = widened;
    if (known == null) {
      known = new Plan(this, permitted);
      widened = known;
    }
    return known;
  }

  /**
   * The same over all nodes that these were picked from, or null when these are all: sessions have
   * their nodes among them, so that what is picked at a time moves none.
   */
  @Nullable Plan unpicked() {
    if (nodes.length == near.length) {
      return null;
    }
    Plan known = unpicked;
    if (known == null) {
      known = new Plan(this, near);
      unpicked = known;
    }
    return known;
  }

  /** Whether the local node may run it. */
  boolean permitsLocal() {
    return permitted.length > 0 && permitted[0].local;
  }

  int placeOf(NodeState node) {
    return Arrays.asList(nodes).indexOf(node);
  }

  /**
   * Whether its nodes were picked from all of these, for a function that read the same: not from
   * those that a plan before it had picked, so that without turns that is every other time.
   */
  @SuppressWarnings("ReferenceEquality") // what is the same array has the same nodes
  boolean picked(NodeState[] from, DataUse.Reads read) {
    return from == permitted
        && near == permitted
        && dataNanos.length > 0
        && looks >= permitted.length * (1L + read.sources().length)
        && Arrays.equals(reads.sources(), read.sources());
  }

  /** Why a node is not looked at. */
  @Nullable Exclusion leftOut(NodeState node) {
    Exclusion refusal = hints.refusal(node.info);
    if (refusal != null || placeOf(node) >= 0) {
      return refusal;
    }
    return hints.near() instanceof Near.Caller ? Exclusion.NOT_SHORTLISTED : Exclusion.TOO_FAR;
  }
}
