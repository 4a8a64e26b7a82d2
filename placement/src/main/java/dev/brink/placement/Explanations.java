package dev.brink.placement;

import dev.brink.placement.Candidate.Exclusion;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an ingress knows of its nodes, in words for others. */
final class Explanations {
  private Explanations() {}

  static Candidate candidate(
      NodeState node, Scan scan, PlacementRequest request, boolean chosen, long nowNanos) {
    Work work = scan.work;
    Plan unpicked = scan.plan().unpicked();
    // A session's node need not be one of those picked.
    Plan plan = chosen && unpicked != null ? unpicked : scan.plan();
    Load load = node.load();
    Trouble trouble = node.trouble();
    @Nullable Exclusion exclusion = plan.leftOut(node);
    if (exclusion == null) {
      exclusion = node.exclusion(request, work, load, trouble, nowNanos);
    }
    if (exclusion == null && !scan.usable(node)) {
      exclusion = Exclusion.UNVERIFIED;
    }
    int place = plan.placeOf(node);
    long data = place < 0 ? 0 : plan.dataNanos(place);
    boolean warm = load.warmth().has(work.index);
    double slow = node.slow(nowNanos);
    return new Candidate(
        node.info.id(),
        node.info.name(),
        node.local,
        warm,
        node.netNanos() + node.transferNanos(work.bytes),
        node.queueNanos(load, nowNanos) + node.sharingNanos(work, load),
        node.coldNanos(work, warm, slow),
        node.runNanos(work, slow),
        data,
        node.penaltyNanos(work, load, trouble, nowNanos),
        node.scoreNanos(work, load, trouble, nowNanos) + data,
        slow,
        node.rttAgeNanos(nowNanos) < 0,
        load.reported() ? nowNanos - load.atNanos() : -1,
        Optional.ofNullable(exclusion));
  }

  static NodeStatus status(NodeState node, long nowNanos) {
    Load load = node.load();
    Trouble trouble = node.trouble();
    return new NodeStatus(
        node.info,
        node.local,
        node.netNanos(),
        node.rttAgeNanos(nowNanos),
        node.isWanted(nowNanos),
        load.lanes(),
        load.busy(),
        load.queued(),
        node.queueNanos(load, nowNanos),
        load.warmth().size(),
        node.slow(nowNanos),
        node.penaltyNanos(load, trouble, nowNanos),
        load.reported() ? nowNanos - load.atNanos() : -1,
        load.draining(),
        load.unhealthy(),
        trouble.resting(nowNanos));
  }
}
