package dev.brink.exec;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What the functions of one owner have under way, and may. Thread-safe but for the instances. */
final class OwnerUse {
  private final int mostQueued;
  private final int mostUnfinished;
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final InstancesInUse instances;

  private OwnerUse(int lanes, int mostQueued, int mostUnfinished, int mostInstances) {
    this.mostQueued = mostQueued;
    this.mostUnfinished = mostUnfinished;
    this.instances = new InstancesInUse(lanes, mostInstances);
  }

  static OwnerUse of(int lanes, RuntimeLimits limits) {
    return new OwnerUse(
        lanes, limits.queuedPerOwner(), limits.unfinishedPerOwner(), limits.instancesPerOwner());
  }

  /** Of functions that are nobody's: they have what the runtime has. */
  static OwnerUse unbounded(int lanes) {
    return new OwnerUse(lanes, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * One more invocation is about to be queued.
   *
   * @return the limit that is in the way; {@code null}: it is counted
   */
  @Nullable Limit queue() {
    if (unfinished.incrementAndGet() > mostUnfinished) {
      unfinished.decrementAndGet();
      return Limit.OWNER_UNFINISHED;
    }
    if (queued.incrementAndGet() > mostQueued) {
      notQueued();
      return Limit.OWNER_QUEUE;
    }
    return null;
  }

  /** It was not after all. */
  void notQueued() {
    started();
    finished();
  }

  /** It has left the queue. */
  void started() {
    queued.decrementAndGet();
  }

  void finished() {
    unfinished.decrementAndGet();
  }

  InstancesInUse instances() {
    return instances;
  }
}
