package dev.brink.mesh.schedule;

import dev.brink.exec.ConsoleSink;
import dev.brink.exec.InvocationReport;
import dev.brink.exec.ScheduledEvent;
import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.TickRequest;
import dev.brink.mesh.deploy.TickResult;
import dev.brink.mesh.function.ConsoleLog;
import dev.brink.mesh.function.LocalExecutor;
import dev.brink.mesh.http.RequestIds;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Candidate;
import dev.brink.placement.Placement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Runs ticks that somebody asks for, on this node, beside those that are due: nobody claims them.
 * Thread-safe.
 */
public final class TicksByHand {
  /** Each holds a place among the admin requests. */
  private static final int MAX_RUNNING = 8;

  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Supplier<Snapshot> snapshot;
  private final Placement placement;
  private final LocalExecutor functions;
  private final ConsoleLog console;
  private final InstantSource time;
  private final String idPrefix = "by-hand-" + RequestIds.startMark() + "-";
  private final AtomicLong count = new AtomicLong();
  private final Semaphore running = new Semaphore(MAX_RUNNING);

  /**
   * For one node.
   *
   * @param console hears what functions print
   */
  public TicksByHand(
      Supplier<Snapshot> snapshot,
      Placement placement,
      LocalExecutor functions,
      ConsoleLog console,
      InstantSource time) {
    this.snapshot = snapshot;
    this.placement = placement;
    this.functions = functions;
    this.console = console;
    this.time = time;
  }

  /**
   * Runs one and waits for its end, and for that of what it waits for.
   *
   * @throws DeploymentException {@code deployment-not-found}; {@code invalid-request} for what is
   *     no function or no expression; {@code tick-not-here} when the function may not run on this
   *     node; {@code ticks-busy} while 8 of them run
   */
  public TickResult run(String tenant, String name, TickRequest request) {
    Binding.Version version = version(tenant, name);
    List<Candidate> nodes = placement.explain(version.placement(), System.nanoTime()).candidates();
    requireHere(version, nodes);
    Instant due = request.time().orElseGet(time::instant);
    String cron = request.cron().orElseGet(() -> first(version));
    checkCron(cron);
    String requestId = idPrefix + count.incrementAndGet();
    if (!running.tryAcquire()) {
      throw new DeploymentException(
          "ticks-busy", "ticks by hand: " + MAX_RUNNING + " run (expected: fewer)", true);
    }
    var printed = new Printed();
    CompletableFuture<Ended> end = new CompletableFuture<>();
    try (ConsoleLog.Listening _ = console.listen(requestId, printed)) {
      functions.tick(
          version.target(),
          new ScheduledEvent(
              due, cron, requestId, System.nanoTime() + Schedules.TICK_LIMIT.toNanos()),
          (code, detail, report) -> end.complete(new Ended(code, detail, report)));
      return result(nodes, due, cron, ended(end), printed.lines());
    } finally {
      running.release();
    }
  }

  private static Ended ended(CompletableFuture<Ended> end) {
    Duration limit = Schedules.TICK_LIMIT.plus(GRACE);
    try {
      return end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new DeploymentException(
          "deadline-exceeded", "tick: has not ended after " + limit.toSeconds() + " s", false);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a tick's end is only ever told", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeploymentException("node-stopping", "tick: the node stops", true);
    }
  }

  /** What is printed, up to a bound; services called on this node print here too. */
  private static final class Printed implements BiConsumer<ConsoleSink.Level, String> {
    private static final int MAX_LINES = 1_000;
    private static final int MAX_CHARS = 256 << 10;

    private final List<TickResult.Line> lines = new ArrayList<>();
    private int chars;

    @Override
    public synchronized void accept(ConsoleSink.Level level, String text) {
      if (lines.size() == MAX_LINES || chars >= MAX_CHARS) {
        return;
      }
      chars += text.length();
      boolean last = lines.size() + 1 == MAX_LINES || chars >= MAX_CHARS;
      lines.add(new TickResult.Line(level.name(), last ? "… the rest is in the log" : text));
    }

    synchronized List<TickResult.Line> lines() {
      return List.copyOf(lines);
    }
  }

  private record Ended(String code, String detail, InvocationReport report) {}

  private Binding.Version version(String tenant, String name) {
    return switch (snapshot.get().binding(tenant, name)) {
      case Binding.Function function -> function.pick((int) count.get());
      case Binding.Origin _ ->
          throw new DeploymentException(
              "invalid-request", "name: " + name + " (expected: a function's)", false);
      case null ->
          throw new DeploymentException(
              "deployment-not-found",
              "name: " + tenant + "/" + name + " (expected: one that is deployed)",
              false);
    };
  }

  private void requireHere(Binding.Version version, List<Candidate> nodes) {
    boolean here =
        version.local() != null
            && nodes.stream().filter(Candidate::local).allMatch(node -> node.exclusion().isEmpty());
    if (!here) {
      String others =
          nodes.stream()
              .filter(node -> !node.local() && node.exclusion().isEmpty())
              .map(Candidate::name)
              .collect(Collectors.joining(", "));
      throw new DeploymentException(
          "tick-not-here",
          "node: it may not run the function, or has it not loaded (expected: "
              + (others.isEmpty() ? "one that may; there is none" : "one of " + others)
              + ")",
          false);
    }
  }

  private static String first(Binding.Version version) {
    return version.schedules().isEmpty() ? "" : version.schedules().getFirst().expression();
  }

  private static void checkCron(String cron) {
    try {
      if (!cron.isEmpty()) {
        CronSchedule.parse(cron);
      }
    } catch (IllegalArgumentException e) {
      throw new DeploymentException("invalid-request", String.valueOf(e.getMessage()), false);
    }
  }

  private TickResult result(
      List<Candidate> nodes, Instant due, String cron, Ended ended, List<TickResult.Line> printed) {
    InvocationReport report = ended.report;
    String node =
        nodes.stream().filter(Candidate::local).map(Candidate::name).findFirst().orElse("");
    return new TickResult(
        node,
        due,
        cron,
        ended.code,
        ended.detail,
        report.timing().cold(),
        millis(report.wallNanos()),
        millis(report.cpuNanos()),
        printed);
  }

  private static double millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMicros(nanos) / 1e3;
  }
}
