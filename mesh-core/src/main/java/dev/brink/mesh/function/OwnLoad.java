package dev.brink.mesh.function;

import dev.brink.exec.RuntimeLoad;
import dev.brink.placement.LoadReport;
import dev.brink.placement.Placement;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps what placement knows of this node's own lanes no older than a millisecond: other nodes'
 * load is as old as their last report, but nothing excuses an old view of one's own. Thread-safe.
 */
public final class OwnLoad {
  private static final long KEEP_NANOS = 1_000_000;

  private final String node;
  private final LoadReporter reporter;
  private final Placement placement;
  private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - KEEP_NANOS);

  /**
   * Of one node.
   *
   * @param node its id in placement
   */
  public OwnLoad(String node, LoadReporter reporter, Placement placement) {
    this.node = node;
    this.reporter = reporter;
    this.placement = placement;
  }

  /** Tells placement, unless that was done just now. */
  public void refresh(long nowNanos) {
    long told = toldNanos.get();
    if (nowNanos - told >= KEEP_NANOS && toldNanos.compareAndSet(told, nowNanos)) {
      placement.report(report(), nowNanos);
    }
  }

  private LoadReport report() {
    RuntimeLoad load = reporter.load();
    return LoadReport.builder(node, reporter.nextSequence())
        .lanes(load.lanes())
        .busy(load.busy())
        .queued(load.queued())
        .waitNanos(load.waitNanos())
        .utilisation(reporter.utilisation(load))
        .draining(reporter.draining())
        .build();
  }
}
