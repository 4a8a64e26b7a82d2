package dev.brink.placement;

import dev.brink.placement.Candidate.Exclusion;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes are looked at for a function, and how far its data is from each: what changes seldom
 * enough to be worked out ahead. Immutable.
 */
final class Plan {
  private static final long[] NO_DATA = {};

  /** What it was made of: the topology's nodes. */
  private final NodeState[] of;

  final Hints hints;
  final int version;
  final long madeAtNanos;

  /** In the topology's order. */
  private final NodeState[] nodes;

  /** By the place in {@code nodes}; empty where the function reads nothing. */
  private final long[] dataNanos;

  /**
   * Of all that may run it, for when none of {@code nodes} is in a state to; null when the same.
   */
  private final @Nullable Plan widened;

  Plan(
      NodeState[] of,
      Hints hints,
      int version,
      long madeAtNanos,
      NodeState[] nodes,
      long[] dataNanos,
      @Nullable Plan widened) {
    this.of = of;
    this.hints = hints;
    this.version = version;
    this.madeAtNanos = madeAtNanos;
    this.nodes = nodes;
    this.dataNanos = dataNanos;
    this.widened = widened;
  }

  /** All nodes, for a function without hints or data in a mesh that is small enough. */
  static Plan open(NodeState[] all) {
    return new Plan(all, Hints.none(), 0, 0, all, NO_DATA, null);
  }

  @SuppressWarnings("ReferenceEquality") // each topology has its own array
  boolean isOf(Topology topology) {
    return of == topology.nodes();
  }

  /** Not to be changed. */
  NodeState[] nodes() {
    return nodes;
  }

  long dataNanos(int place) {
    return dataNanos.length == 0 ? 0 : dataNanos[place];
  }

  /** The same over all nodes that may run it, or null when these are all. */
  @Nullable Plan widened() {
    return widened;
  }

  /** Whether the local node may run it. */
  boolean permitsLocal() {
    NodeState[] all = widened == null ? nodes : widened.nodes;
    return all.length > 0 && all[0].local;
  }

  int placeOf(NodeState node) {
    return Arrays.asList(nodes).indexOf(node);
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
