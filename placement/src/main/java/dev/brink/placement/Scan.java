package dev.brink.placement;

import static java.util.Objects.requireNonNull;

import dev.brink.placement.Candidate.Exclusion;
import org.jspecify.annotations.Nullable;

/**
 * One look over the nodes of a plan: the best, and those that matter beside it. Not thread-safe:
 * each thread has one, begun anew for each choice, so that choosing allocates nothing.
 */
final class Scan {
  /** How far away a session's node may be at most: beyond, it is looked for among the nearer. */
  private static final long AFFINITY_REACH_NANOS = 30_000_000L;

  /** No warming on a node as busy as this. */
  private static final double MAX_WARMING_UTILISATION = 0.75;

  final Work work = new Work();
  private PlacementRequest request = PlacementRequest.of("");
  private long nowNanos;
  private @Nullable Plan plan;
  private @Nullable NodeState lastUsed;
  private @Nullable NodeState session;
  private long sessionHash;
  private boolean verify;

  /** Whether nodes that are ejected, unhealthy or lack the function count too. */
  boolean anyhow;

  @Nullable NodeState best;
  long bestScore = Long.MAX_VALUE;
  long localScore = Long.MAX_VALUE;
  boolean localWarm;
  boolean localFails;
  long lastScore = Long.MAX_VALUE;
  int eligible;

  /** The best of those whose round trip is not measured well enough. */
  @Nullable NodeState unverified;

  long unverifiedScore = Long.MAX_VALUE;

  /** The node that would be best if only the function were warm there. */
  @Nullable NodeState bestIfWarm;

  long scoreIfWarm = Long.MAX_VALUE;

  /** The node of the request's session. */
  @Nullable NodeState sticky;

  long stickyScore = Long.MAX_VALUE;
  private long stickyRank = Long.MIN_VALUE;
  private @Nullable NodeState unverifiedSession;
  private long unverifiedRank = Long.MIN_VALUE;

  void begin(
      PlacementRequest newRequest,
      @Nullable NodeState newLastUsed,
      @Nullable NodeState newSession,
      boolean newVerify,
      long now) {
    request = newRequest;
    lastUsed = newLastUsed;
    session = newSession;
    verify = newVerify;
    anyhow = false;
    nowNanos = now;
    String key = newRequest.affinity();
    sessionHash = key == null ? 0 : Lot.hash(key);
    best = null;
    bestScore = Long.MAX_VALUE;
    localScore = Long.MAX_VALUE;
    localWarm = false;
    localFails = false;
    lastScore = Long.MAX_VALUE;
    eligible = 0;
    unverified = null;
    unverifiedScore = Long.MAX_VALUE;
    bestIfWarm = null;
    scoreIfWarm = Long.MAX_VALUE;
    sticky = null;
    stickyScore = Long.MAX_VALUE;
    stickyRank = Long.MIN_VALUE;
    unverifiedSession = null;
    unverifiedRank = Long.MIN_VALUE;
  }

  void over(Plan newPlan) {
    plan = newPlan;
    NodeState[] nodes = plan.nodes();
    for (int place = 0; place < nodes.length; place++) {
      NodeState node = nodes[place];
      Load load = node.load();
      Trouble trouble = node.trouble();
      if (exclusion(node, load, trouble) == null) {
        long score = node.scoreNanos(work, load, trouble, nowNanos) + plan.dataNanos(place);
        if (usable(node)) {
          offer(node, load, score);
        } else {
          offerUnverified(node, score);
        }
      }
    }
  }

  private @Nullable Exclusion exclusion(NodeState node, Load load, Trouble trouble) {
    Exclusion why = node.exclusion(request, work, load, trouble, nowNanos);
    boolean bearable =
        why == Exclusion.EJECTED || why == Exclusion.UNHEALTHY || why == Exclusion.NOT_LOADED;
    return anyhow && bearable ? null : why;
  }

  /** The nodes that were looked at last. */
  Plan plan() {
    return requireNonNull(plan, "plan");
  }

  /** Measured well enough, or asked for by its id. */
  boolean usable(NodeState node) {
    return !verify || node == session || node.verified();
  }

  private void offerUnverified(NodeState node, long score) {
    if (unverified == null || score < unverifiedScore) {
      unverified = node;
      unverifiedScore = score;
    }
    long rank = request.affinity() == null ? Long.MIN_VALUE : rank(node);
    if (rank > unverifiedRank && node.netNanos() <= AFFINITY_REACH_NANOS) {
      unverifiedRank = rank;
      unverifiedSession = node;
    }
  }

  /** Those that would have been better, had they been measured well enough, are to be. */
  void want() {
    if (unverified != null && unverifiedScore < bestScore) {
      unverified.wanted(nowNanos);
    }
    if (unverifiedSession != null && unverifiedRank > stickyRank) {
      unverifiedSession.wanted(nowNanos);
    }
  }

  /** Looks at all of them, whatever was measured: when there is no other. */
  void overUnverified(Plan plan) {
    verify = false;
    over(plan);
  }

  /** Looks also at those that had better be left alone: when there is no other. */
  void overAnyhow(Plan plan) {
    anyhow = true;
    overUnverified(plan);
  }

  private void offer(NodeState node, Load load, long score) {
    eligible++;
    boolean warm = load.warmth().has(work.index);
    if (node.local) {
      localScore = score;
      localWarm = warm;
      localFails = node.failingNanos(work, nowNanos) > 0;
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
    long rank = rank(node);
    if (rank > stickyRank && (node == session || node.netNanos() <= AFFINITY_REACH_NANOS)) {
      stickyRank = rank;
      sticky = node;
      stickyScore = score;
    }
  }

  /** Looks for the session's node among more nodes than were looked at. */
  void sessions(Plan plan) {
    NodeState[] nodes = plan.nodes();
    for (int place = 0; place < nodes.length; place++) {
      NodeState node = nodes[place];
      long rank = rank(node);
      if (rank <= stickyRank || (node != session && node.netNanos() > AFFINITY_REACH_NANOS)) {
        continue;
      }
      Load load = node.load();
      Trouble trouble = node.trouble();
      if (exclusion(node, load, trouble) != null) {
        continue;
      }
      if (usable(node)) {
        stickyRank = rank;
        sticky = node;
        stickyScore = node.scoreNanos(work, load, trouble, nowNanos) + plan.dataNanos(place);
      } else if (rank > unverifiedRank) {
        unverifiedRank = rank;
        unverifiedSession = node;
      }
    }
  }

  private long rank(NodeState node) {
    return node == session ? Long.MAX_VALUE : Lot.mix(node.hash ^ sessionHash) >> 1;
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
      if (usable(node)
          && exclusion(node, load, trouble) == null
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
