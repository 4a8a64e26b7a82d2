package dev.brink.placement;

import org.jspecify.annotations.Nullable;

/** What an ingress has learned of a function version, over all nodes. */
final class FunctionStats {
  /** Its bit in the nodes' warm sets; -1 for what there was no room for. */
  final int index;

  final MeanEstimate run = new MeanEstimate();
  final MeanEstimate cold = new MeanEstimate();

  /** Time on a lane, which is less than the run where the function waits for others. */
  final MeanEstimate lane = new MeanEstimate();

  private volatile @Nullable NodeState lastUsed;

  FunctionStats(int index) {
    this.index = index;
  }

  @Nullable NodeState lastUsed() {
    return lastUsed;
  }

  void used(NodeState node) {
    if (lastUsed != node) {
      lastUsed = node;
    }
  }
}
