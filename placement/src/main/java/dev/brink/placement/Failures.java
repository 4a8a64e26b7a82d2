package dev.brink.placement;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * How often a function fails on which node: what nobody can tell from one failure is whether the
 * function is at fault or the node, so a node counts as failing it where its last calls fail far
 * more often than those on the others do. Also which nodes have not loaded it. Thread-safe and lock
 * free; bounded.
 */
final class Failures {
  private static final int MAX_NODES = 1 << 12;
  private static final int PLACES = 32;

  /** Before so many nothing is held against a node. */
  private static final double LEAST_FAILURES = 2.5;

  private static final double LEAST_SHARE = 0.5;
  private static final double ABOVE_OTHERS = 0.4;

  /**
   * What others' calls weigh half as much after: how they went before the function's backend died,
   * say, tells nothing.
   */
  private static final long OTHERS_HALF_LIFE_NANOS = 5_000_000_000L;

  /** Of the others' calls: with fewer nothing is known of them, and they are thought well of. */
  private static final double LEAST_OTHERS = 0.2;

  private static final long SUMS_NANOS = 20_000_000L;
  private static final long LACKS_NANOS = 1_000_000_000L;
  private static final int MAX_DOUBLINGS = 4;
  private static final long FULL_NANOS = 250_000_000L;
  private static final long FULL_PENALTY_NANOS = 1_000_000_000L;
  private static final long PENALTY_NANOS = 5_000_000_000L;
  private static final long PENALTY_HALF_LIFE_NANOS = 2_000_000_000L;

  /** So long after the last failure nothing counts any more. */
  private static final long COUNTS_NANOS = 20_000_000_000L;

  private final ConcurrentHashMap<String, OfNode> nodes = new ConcurrentHashMap<>();

  /** By a node's slot, the one that answered last: so that answers need not look for it. */
  private final AtomicReferenceArray<OfNode> lately = new AtomicReferenceArray<>(PLACES);

  private volatile boolean any;
  private volatile long lastNanos;

  /** Of all nodes; null once it has to be made anew. */
  private volatile @Nullable Sums sums;

  private static final class OfNode {
    final String node;
    final RecentCalls calls = new RecentCalls();
    volatile long failedNanos;

    /** Until when it is not asked, as it has not loaded the function; of no meaning with none. */
    volatile long lacksUntilNanos;

    /** How often in a row it said so. */
    volatile int lacks;

    /** Whether it had no room for the function's owner, ever, and until when that counts. */
    volatile boolean full;

    volatile long fullUntilNanos;

    OfNode(String node) {
      this.node = node;
    }

    boolean isFull(long nowNanos) {
      return full && nowNanos - fullUntilNanos < 0;
    }

    /** What its calls tell of others: the more, the newer they are. */
    double weight(long nowNanos) {
      return Decay.left(1, nowNanos - calls.lastNanos(), OTHERS_HALF_LIFE_NANOS) * calls.all();
    }

    /** A node that fails half of its calls may soon fail all. */
    double failing() {
      double share = calls.share();
      return share >= LEAST_SHARE ? 1 : share;
    }
  }

  private record Sums(long atNanos, double failing, double weight) {}

  /** Whether any node may be held to failures now. */
  boolean count(long nowNanos) {
    return any && nowNanos - lastNanos < COUNTS_NANOS;
  }

  private @Nullable OfNode of(String node) {
    OfNode of = nodes.get(node);
    return of == null && nodes.size() < MAX_NODES ? nodes.computeIfAbsent(node, OfNode::new) : of;
  }

  private void happened(long nowNanos) {
    lastNanos = nowNanos;
    any = true;
    sums = null;
  }

  /** The node has not loaded the function: 1 s, doubling to 16 s with each time in a row. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // of two at once one counts
  void lacks(String node, long nowNanos) {
    happened(nowNanos);
    OfNode of = of(node);
    if (of != null && !lacksNow(of, nowNanos)) {
      of.lacksUntilNanos = nowNanos + (LACKS_NANOS << Math.min(of.lacks, MAX_DOUBLINGS));
      of.lacks = of.lacks + 1;
    }
  }

  private static boolean lacksNow(OfNode of, long nowNanos) {
    return of.lacks > 0 && nowNanos - of.lacksUntilNanos < 0;
  }

  /** Whether the node said lately that it has not loaded the function. */
  boolean lacking(String node, long nowNanos) {
    OfNode of = nodes.get(node);
    return of != null && lacksNow(of, nowNanos);
  }

  /** The function's owner has as much under way on the node as it may. */
  void full(String node, long nowNanos) {
    OfNode of = of(node);
    if (of != null) {
      of.fullUntilNanos = nowNanos + FULL_NANOS;
      of.full = true;
    }
    happened(nowNanos);
  }

  void failed(String node, long nowNanos) {
    OfNode of = of(node);
    if (of != null) {
      of.failedNanos = nowNanos;
      of.calls.count(true, nowNanos);
    }
    happened(nowNanos);
  }

  /**
   * A call was answered.
   *
   * @param slot the node's, by which it is found without a look-up most of the time
   */
  void answered(String node, int slot, long nowNanos) {
    int place = slot & PLACES - 1;
    OfNode of = lately.getAcquire(place);
    if (of == null || !of.node.equals(node)) {
      of = of(node);
      lately.setRelease(place, of);
    }
    if (of != null) {
      if (of.lacks != 0) {
        of.lacks = 0;
      }
      of.calls.count(false, nowNanos);
    }
  }

  /** Nothing is kept of a node that has left. */
  void left(String node) {
    OfNode of = nodes.remove(node);
    for (int place = 0; of != null && place < PLACES; place++) {
      lately.compareAndSet(place, of, null);
    }
    sums = null;
  }

  /** What failing the function, or having no room for its owner, adds to a node's score. */
  long penaltyNanos(String node, long nowNanos) {
    OfNode of = nodes.get(node);
    if (of == null) {
      return 0;
    }
    long full = of.isFull(nowNanos) ? FULL_PENALTY_NANOS : 0;
    long since = nowNanos - of.failedNanos;
    return since >= COUNTS_NANOS || !fails(of, nowNanos)
        ? full
        : full + (long) Decay.left(PENALTY_NANOS, since, PENALTY_HALF_LIFE_NANOS);
  }

  private boolean fails(OfNode of, long nowNanos) {
    double share = of.calls.share();
    if (share < LEAST_SHARE || of.calls.failed() < LEAST_FAILURES) {
      return false;
    }
    Sums all = sums(nowNanos);
    double own = of.weight(all.atNanos);
    double others = Math.max(0, all.weight - own);
    double failing = Math.max(0, all.failing - own * of.failing());
    double othersShare = others < LEAST_OTHERS ? 0 : failing / others;
    return share - othersShare >= ABOVE_OTHERS;
  }

  /** As of a moment ago at most. */
  private Sums sums(long nowNanos) {
    Sums known = sums;
    if (known != null && nowNanos - known.atNanos < SUMS_NANOS) {
      return known;
    }
    double failing = 0;
    double weight = 0;
    for (OfNode of : nodes.values()) {
      double its = of.weight(nowNanos);
      weight += its;
      failing += its * of.failing();
    }
    var made = new Sums(nowNanos, failing, weight);
    sums = made;
    return made;
  }
}
