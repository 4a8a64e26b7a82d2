package dev.brink.mesh.schedule;

import dev.brink.exec.ScheduledEvent;
import dev.brink.grid.Grid;
import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.function.LocalExecutor;
import dev.brink.mesh.http.RequestIds;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Candidate;
import dev.brink.placement.Placement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs functions' schedules. Each node looks each minute for ticks that are due; one of those that
 * may run the function claims a tick in the grid and runs it. So a tick runs at most once: not at
 * all when the node that claimed it dies, or when the grid has no majority.
 *
 * <p>Thread-safe.
 */
public final class Schedules implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Schedules.class);

  /** How long each node waits for those whose turn is earlier. */
  private static final Duration TURN = Duration.ofSeconds(2);

  /** Above every function's own limit of wall time that makes sense. */
  static final Duration TICK_LIMIT = Duration.ofMinutes(15);

  private final Supplier<Snapshot> snapshot;
  private final Claims claims;
  private final Placement placement;
  private final LocalExecutor functions;
  private final InstantSource time;
  private final String mark = RequestIds.startMark();
  private final AtomicLong ran = new AtomicLong();
  private final AtomicLong missed = new AtomicLong();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("brink-schedules").factory());

  /** For one node; {@link #start} has it look at the clock. */
  public Schedules(
      Supplier<Snapshot> snapshot,
      Grid grid,
      Placement placement,
      LocalExecutor functions,
      InstantSource time) {
    this.snapshot = snapshot;
    this.claims = new Claims(grid);
    this.placement = placement;
    this.functions = functions;
    this.time = time;
  }

  /** Begins with the next full minute. */
  public void start() {
    Instant now = time.instant();
    Instant next = now.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
    try {
      var _ =
          thread.schedule(
              () -> atTheMinute(next),
              Duration.between(now, next).toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException _) {
      LOG.debug("closed");
    }
  }

  private void atTheMinute(Instant minute) {
    try {
      var _ = minute(minute, TURN);
    } catch (RuntimeException e) {
      LOG.error("schedules: unexpected", e);
    }
    start();
  }

  /**
   * Claims and starts what is due in a minute.
   *
   * @param turn how long to wait for each node whose turn is earlier
   * @return completes with how many ticks this node got, when all claims have been answered
   */
  public CompletableFuture<Integer> minute(Instant minute, Duration turn) {
    List<CompletableFuture<Boolean>> claimed = new ArrayList<>();
    for (Binding binding : snapshot.get().bindings().values()) {
      if (binding instanceof Binding.Function function) {
        for (Binding.Version version : function.versions()) {
          for (CronSchedule schedule : version.schedules()) {
            if (schedule.matches(minute) && mayRun(version)) {
              claimed.add(claim(version, schedule, minute, turn));
            }
          }
        }
      }
    }
    return CompletableFuture.allOf(claimed.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> (int) claimed.stream().filter(CompletableFuture::join).count());
  }

  private boolean mayRun(Binding.Version version) {
    return version.local() != null
        && placement.explain(version.placement(), System.nanoTime()).candidates().stream()
            .filter(Candidate::local)
            .allMatch(here -> here.exclusion().isEmpty());
  }

  /** Whether another node may run it, as far as is known here. */
  private boolean mayRun(Binding.Version version, String node) {
    return placement.explain(version.placement(), System.nanoTime()).candidates().stream()
        .anyMatch(other -> other.node().equals(node) && other.exclusion().isEmpty());
  }

  private CompletableFuture<Boolean> claim(
      Binding.Version version, CronSchedule schedule, Instant minute, Duration turn) {
    String name = version.target().tenant() + "/" + version.target().name();
    String key = name + "/" + minute.getEpochSecond() / 60 + "/" + schedule.expression();
    long wait = claims.turn(key) * turn.toMillis();
    Executor later = CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS, thread);
    return CompletableFuture.supplyAsync(() -> claims.claim(key), later)
        .thenCompose(claim -> claim)
        .thenApply(
            mine -> {
              if (mine) {
                run(version, schedule, minute);
              }
              return mine;
            })
        .exceptionally(
            failure -> {
              if (claims.isFirst(key, node -> mayRun(version, node))) {
                missed.incrementAndGet();
              }
              LOG.warn("{}: tick {} of {} not claimed: {}", name, schedule, minute, failure + "");
              return false;
            });
  }

  private void run(Binding.Version version, CronSchedule schedule, Instant minute) {
    ran.incrementAndGet();
    String requestId = "tick-" + minute.getEpochSecond() + "-" + mark + "-" + ran.get();
    long deadlineNanos = System.nanoTime() + TICK_LIMIT.toNanos();
    functions.tick(
        version.target(),
        new ScheduledEvent(minute, schedule.expression(), requestId, deadlineNanos),
        (code, _, _) -> {
          if (!code.isEmpty()) {
            missed.incrementAndGet();
          }
        });
  }

  /** Ticks that this node has run. */
  public long ran() {
    return ran.get();
  }

  /**
   * Ticks that failed here, or that no node could claim because the grid did not answer: each of
   * those on one node of all that see each other.
   */
  public long missed() {
    return missed.get();
  }

  /** No further ticks; those under way go on. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
