package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.TickRequest;
import dev.brink.mesh.deploy.TickResult;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.TickMessages;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code invoke} is told to run a tick of a function's schedule, and how it does. */
final class ScheduledOptions {
  @Option(
      names = "--scheduled",
      description =
          "Have the function hear of a tick of its schedule instead of a request; prints what it"
              + " prints, and fails when it fails.")
  private boolean scheduled;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description = "With --scheduled: when the tick is due, such as 2026-11-27T12:00:00Z.")
  private @Nullable String time;

  @Option(
      names = "--cron",
      paramLabel = "EXPRESSION",
      description = "With --scheduled: its expression. Default: the first of the schedule.")
  private @Nullable String cron;

  boolean asked() {
    if (!scheduled && (time != null || cron != null)) {
      throw new UsageException("--time, --cron: no tick (expected: with --scheduled)");
    }
    return scheduled;
  }

  /** Runs a tick; returns the exit code. */
  int run(Session session, MeshClient client, Target target, boolean json) {
    TickResult result =
        client.tick(
            target.tenant(),
            target.name(),
            new TickRequest(
                Optional.ofNullable(time).map(this::parsed), Optional.ofNullable(cron)));
    if (json) {
      session.out().println(AdminJson.complete(TickMessages.toProto(result)));
    } else {
      result.log().forEach(line -> session.out().println(line.level() + " " + line.text()));
      session.err().println(summary(result));
    }
    return result.ok() ? 0 : 1;
  }

  private Instant parsed(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException _) {
      throw new UsageException(
          "time: " + text + " (expected: a time in UTC such as 2026-11-27T12:00:00Z)");
    }
  }

  private static String summary(TickResult result) {
    String ran =
        String.format(
            Locale.ROOT,
            "the tick of %s ran on %s: %.1f ms, %.1f ms of processor time%s",
            result.time(),
            result.node(),
            result.wallMillis(),
            result.cpuMillis(),
            result.cold() ? ", cold" : "");
    return result.ok()
        ? ran
        : ran
            + System.lineSeparator()
            + "brink invoke: "
            + result.code()
            + ": "
            + OneLine.of(result.detail());
  }
}
