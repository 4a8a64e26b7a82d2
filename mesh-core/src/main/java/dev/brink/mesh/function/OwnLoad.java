package dev.brink.mesh.function;

import dev.brink.exec.RuntimeLoad;
import dev.brink.grid.Lasting;
import dev.brink.mesh.registry.Binding;
import dev.brink.placement.LoadReport;
import dev.brink.placement.Placement;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells placement how loaded this node is, which it treats like any other: every 100 ms, and before
 * a choice if that was more than a millisecond ago. Other nodes' load is as old as their last
 * report, but nothing excuses an old view of one's own. Thread-safe.
 */
public final class OwnLoad {
  private static final Logger LOG = LoggerFactory.getLogger(OwnLoad.class);
  private static final long KEEP_NANOS = 1_000_000;
  private static final long BEAT_MILLIS = 100;

  private final Lasting lasting = new Lasting(LOG, "own load: unexpected");

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

  /** Has a thread tell all there is to tell, instances that are ready included, until cancelled. */
  public ScheduledFuture<?> start(ScheduledExecutorService thread) {
    return thread.scheduleAtFixedRate(
        lasting.of(this::beat), 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void beat() {
    placement.report(report().warm(warm()).build(), System.nanoTime());
  }

  private Set<String> warm() {
    return reporter.warm().stream()
        .map(digest -> digest.substring(0, Binding.PLACEMENT_ID_LENGTH))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Tells the numbers, unless that was done just now. */
  public void refresh(long nowNanos) {
    long told = toldNanos.get();
    if (nowNanos - told >= KEEP_NANOS && toldNanos.compareAndSet(told, nowNanos)) {
      placement.report(report().build(), nowNanos);
    }
  }

  private LoadReport.Builder report() {
    RuntimeLoad load = reporter.load();
    return LoadReport.builder(node, reporter.nextSequence())
        .lanes(load.lanes())
        .busy(load.busy())
        .overtime(load.overtime())
        .queued(load.queued())
        .waitNanos(load.waitNanos())
        .utilisation(reporter.utilisation(load))
        .slow(reporter.slow())
        .draining(reporter.draining())
        .unhealthy(reporter.unhealthy());
  }
}
