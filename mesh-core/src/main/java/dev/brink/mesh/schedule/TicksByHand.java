package dev.brink.mesh.schedule;

import dev.brink.exec.InvocationReport;
import dev.brink.exec.ScheduledEvent;
import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.TickRequest;
import dev.brink.mesh.deploy.TickResult;
import dev.brink.mesh.function.ConsoleLog;
import dev.brink.mesh.function.LocalExecutor;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Candidate;
import dev.brink.placement.Placement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Runs ticks that somebody asks for, on this node, beside those that are due: nobody claims them.
 * Thread-safe.
 */
public final class TicksByHand {
  private final Supplier<Snapshot> snapshot;
  private final Placement placement;
  private final LocalExecutor functions;
  private final ConsoleLog console;
  private final InstantSource time;
  private final AtomicLong count = new AtomicLong();

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
   *     node
   */
  public TickResult run(String tenant, String name, TickRequest request) {
    Binding.Version version = version(tenant, name);
    List<Candidate> nodes = placement.explain(version.placement(), System.nanoTime()).candidates();
    requireHere(version, nodes);
    Instant due = request.time().orElseGet(time::instant);
    String cron = request.cron().orElseGet(() -> first(version));
    checkCron(cron);
    String requestId = "by-hand-" + count.incrementAndGet();
    Queue<TickResult.Line> printed = new ConcurrentLinkedQueue<>();
    CompletableFuture<Ended> end = new CompletableFuture<>();
    try (ConsoleLog.Listening _ =
        console.listen(
            requestId, (level, text) -> printed.add(new TickResult.Line(level.name(), text)))) {
      functions.tick(
          version.target(),
          new ScheduledEvent(
              due, cron, requestId, System.nanoTime() + Schedules.TICK_LIMIT.toNanos()),
          (code, detail, report) -> end.complete(new Ended(code, detail, report)));
      Ended ended = end.join();
      return result(nodes, due, cron, ended, List.copyOf(printed));
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
