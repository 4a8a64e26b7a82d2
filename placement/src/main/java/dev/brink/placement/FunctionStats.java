package dev.brink.placement;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What an ingress has learned of a function version, over all nodes. */
final class FunctionStats {
  static final long MAX_BYTES = 1L << 32;

  private static final int SIZE_CLASSES = 5;
  private static final int OWN_AFTER_RUNS = 5;

  final String function;

  /** Its bit in the nodes' warm sets; -1 for what there was no room for. */
  final int index;

  final Cohorts cohorts = new Cohorts();
  final DataUse data = new DataUse();

  /** Whose turn it is where requests are spread. */
  final AtomicInteger turns = new AtomicInteger();

  private final Costs anySize = new Costs();
  private final AtomicReferenceArray<Costs> bySize = new AtomicReferenceArray<>(SIZE_CLASSES);
  private volatile @Nullable WarmingAccounts warming;
  private volatile @Nullable NodeState lastUsed;
  private volatile @Nullable Plan plan;
  private volatile long planUsedNanos;
  private final AtomicBoolean keptUp = new AtomicBoolean();
  private final Failures failures = new Failures();

  /** Of all functions together: what is expected of one that was never seen to start. */
  private final MeanEstimate usualCold;

  FunctionStats(String function, int index, MeanEstimate usualCold) {
    this.function = function;
    this.index = index;
    this.usualCold = usualCold;
  }

  /** 0 to 4: up to 1 KiB, 16 KiB, 256 KiB, 4 MiB, more. */
  static int sizeClass(long bytes) {
    return bytes <= 1 << 10
        ? 0
        : bytes <= 1 << 14 ? 1 : bytes <= 1 << 18 ? 2 : bytes <= 1 << 22 ? 3 : 4;
  }

  /** Of requests of this size once enough of them were seen, else of all. */
  Costs costs(long bodyBytes) {
    Costs own = bySize.getAcquire(sizeClass(bodyBytes));
    return own != null && own.run.count() >= OWN_AFTER_RUNS ? own : anySize;
  }

  /** What making an instance takes: as seen, else as with other functions, else the prior. */
  long coldNanos(Costs costs, long priorNanos) {
    return costs.cold.count() > 0
        ? costs.cold.nanosOr(priorNanos)
        : anySize.cold.nanosOr(usualCold.nanosOr(priorNanos));
  }

  /** An instance was made for a request of this size. */
  void started(long bodyBytes, long coldNanos) {
    learn(bodyBytes, costs -> costs.started(coldNanos));
    usualCold.add(coldNanos);
  }

  /** Teaches what holds for requests of this size, and for all. */
  void learn(long bodyBytes, Consumer<Costs> lesson) {
    lesson.accept(anySize);
    lesson.accept(ofSize(sizeClass(bodyBytes)));
  }

  /** Request and response of this size had so many bytes together. */
  void carried(long bodyBytes, long bytes) {
    anySize.bytes.add(bytes);
    ofSize(sizeClass(bodyBytes)).bytes.add(bytes);
  }

  void learn(FunctionSample sample) {
    if (sample.colds() > 0 && Placement.sane(sample.coldNanos())) {
      usualCold.add(sample.coldNanos(), sample.colds());
    }
    anySize.learn(sample);
    ofSize(Math.clamp(sample.sizeClass(), 0, SIZE_CLASSES - 1)).learn(sample);
  }

  private Costs ofSize(int sizeClass) {
    Costs known = bySize.getAcquire(sizeClass);
    if (known != null) {
      return known;
    }
    var made = new Costs();
    Costs other = bySize.compareAndExchange(sizeClass, null, made);
    return other == null ? made : other;
  }

  void takeFresh(Consumer<FunctionSample> to) {
    for (int sizeClass = 0; sizeClass < SIZE_CLASSES; sizeClass++) {
      Costs costs = bySize.getAcquire(sizeClass);
      FunctionSample fresh = costs == null ? null : costs.takeFresh(function, sizeClass);
      if (fresh != null) {
        to.accept(fresh);
      }
    }
  }

  WarmingAccounts warming() {
    WarmingAccounts known = warming;
    if (known == null) {
      known = new WarmingAccounts();
      warming = known; // two threads may make one each: what the first added is lost
    }
    return known;
  }

  /** To count calls in. */
  Failures failures() {
    return failures;
  }

  /** Null as long as no failure counts. */
  @Nullable Failures failures(long nowNanos) {
    return failures.count(nowNanos) ? failures : null;
  }

  @Nullable NodeState lastUsed() {
    return lastUsed;
  }

  void used(NodeState node) {
    if (lastUsed != node) {
      lastUsed = node;
    }
  }

  /** Nothing holds on to a node that has left; a plan that it is no part of goes on without it. */
  void left(String node, Topology before, Topology after) {
    NodeState last = lastUsed;
    if (last != null && last.info.id().equals(node)) {
      lastUsed = null;
    }
    failures.left(node);
    Plan known = plan;
    if (known != null) {
      plan = known.without(before.find(node), before, after);
    }
  }

  @Nullable Plan plan() {
    return plan;
  }

  void plan(Plan made) {
    plan = made;
  }

  /** When the plan was last used, to some milliseconds. */
  long planUsedNanos() {
    return planUsedNanos;
  }

  void planUsed(long nowNanos) {
    planUsedNanos = nowNanos;
  }

  /** Its plan is to be kept up; false when it already was. */
  boolean keepUp() {
    return keptUp.compareAndSet(false, true);
  }

  void leaveAlone() {
    keptUp.set(false);
  }
}
