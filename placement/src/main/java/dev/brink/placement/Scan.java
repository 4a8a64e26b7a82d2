package dev.brink.placement;

import org.jspecify.annotations.Nullable;

/**
 * One look over the nodes of a plan: the best, and those that matter beside it. Not thread-safe,
 * never leaves the choice it was made for.
 */
final class Scan {
  /** How far away a session's node may be at most: beyond, it is looked for among the nearer. */
  private static final long AFFINITY_REACH_NANOS = 30_000_000L;

  /** No warming on a node as busy as this. */
  private static final double MAX_WARMING_UTILISATION = 0.75;

  private final Work work;
  private final PlacementRequest request;
  private final long nowNanos;
  private final @Nullable NodeState lastUsed;
  private final @Nullable NodeState session;
  private final long sessionHash;

  @Nullable NodeState best;
  long bestScore = Long.MAX_VALUE;
  long localScore = Long.MAX_VALUE;
  boolean localWarm;
  long lastScore = Long.MAX_VALUE;
  int eligible;

  /** The node that would be best if only the function were warm there. */
  @Nullable NodeState bestIfWarm;

  long scoreIfWarm = Long.MAX_VALUE;

  /** The node of the request's session. */
  @Nullable NodeState sticky;

  long stickyScore = Long.MAX_VALUE;
  private long stickyRank = Long.MIN_VALUE;

  Scan(
      Work work,
      PlacementRequest request,
      @Nullable NodeState lastUsed,
      @Nullable NodeState session,
      long nowNanos) {
    this.work = work;
    this.request = request;
    this.lastUsed = lastUsed;
    this.session = session;
    this.nowNanos = nowNanos;
    String key = request.affinity();
    this.sessionHash = key == null ? 0 : Lot.hash(key);
  }

  void over(Plan plan) {
    NodeState[] nodes = plan.nodes();
    for (int place = 0; place < nodes.length; place++) {
      NodeState node = nodes[place];
      Load load = node.load();
      Trouble trouble = node.trouble();
      if (node.exclusion(request, load, trouble, nowNanos) == null) {
        long score = node.scoreNanos(work, load, trouble, nowNanos) + plan.dataNanos(place);
        offer(node, load, score);
      }
    }
  }

  private void offer(NodeState node, Load load, long score) {
    eligible++;
    boolean warm = load.warmth().has(work.index);
    if (node.local) {
      localScore = score;
      localWarm = warm;
    }
    if (node == lastUsed) {
      lastScore = score;
    }
    if (best == null || score < bestScore) {
      best = node;
      bestScore = score;
    }
    if (!warm && load.utilisation() <= MAX_WARMING_UTILISATION) {
      long ifWarm = score - node.coldNanos(work, false, node.slow(nowNanos));
      if (ifWarm < scoreIfWarm) {
        bestIfWarm = node;
        scoreIfWarm = ifWarm;
      }
    }
    if (request.affinity() != null) {
      offerSession(node, score);
    }
  }

  /** Highest random weight (Thaler and Ravishankar, IEEE/ACM ToN 6, 1998), of those near enough. */
  private void offerSession(NodeState node, long score) {
    long rank = node == session ? Long.MAX_VALUE : Lot.mix(node.hash ^ sessionHash) >> 1;
    if (rank > stickyRank && (node == session || node.netNanos() <= AFFINITY_REACH_NANOS)) {
      stickyRank = rank;
      sticky = node;
      stickyScore = score;
    }
  }

  /** Of the nodes with a score up to the limit, the one whose turn it is. */
  @Nullable NodeState turn(Plan plan, long limit, int turn) {
    NodeState chosen = null;
    long chosenRank = Long.MIN_VALUE;
    NodeState[] nodes = plan.nodes();
    for (int place = 0; place < nodes.length; place++) {
      NodeState node = nodes[place];
      Load load = node.load();
      Trouble trouble = node.trouble();
      if (node.exclusion(request, load, trouble, nowNanos) == null
          && node.scoreNanos(work, load, trouble, nowNanos) + plan.dataNanos(place) <= limit) {
        long rank = Lot.mix(node.hash + turn);
        if (rank > chosenRank) {
          chosen = node;
          chosenRank = rank;
        }
      }
    }
    return chosen;
  }
}
