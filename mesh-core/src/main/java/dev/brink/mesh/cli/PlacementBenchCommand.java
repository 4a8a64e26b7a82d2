package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.RegretSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "placement",
    description = "Measure what placement's choices are worth, on real requests.",
    footer = {
      "",
      "Each request runs where placement says and then, one after the other, on every other node"
          + " that could have run it. Regret is the time on the chosen node as a multiple of that"
          + " on the fastest: 1 is perfect. As the fastest of single runs is picked afterwards,"
          + " that overstates. So each comparison is then repeated --repeats times, the chosen node"
          + " included, and the nodes' medians are compared as well; and two controls say what the"
          + " machine's noise alone makes of the figure: the chosen node against itself, and the"
          + " node with the least median measured by one run on each.",
      "Without --running it starts nodes of its own on this machine, in a row: node i and node j"
          + " are RTT times their distance apart. With it the mesh of --admin is measured; its"
          + " nodes need placement.regret-sample = 1 and have placement.regret-repeats of their"
          + " own."
    })
final class PlacementBenchCommand implements Callable<Integer> {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
  private static final int MOST_NODES = 16;

  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @Option(names = "--running", description = "Measure the mesh of --admin.")
  private boolean running;

  @Option(names = "--nodes", paramLabel = "N", description = "Nodes to start, 2 to 16. Default: 3.")
  private int count = 3;

  @Option(
      names = "--rtt",
      paramLabel = "MS",
      description = "Milliseconds between neighbours. Default: 20.")
  private int rttMillis = 20;

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "Requests to each ingress that are measured. Default: 200.")
  private int requests = 200;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second to each ingress, 0.1 to 1000. Default: 2.")
  private double rate = 2;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Seconds of the same before it is measured, 1 to 600. Default: 20.")
  private int warmUpSeconds = 20;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      description = "Repetitions of each comparison, 0 to 10. Default: 3.")
  private int repeats = 3;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the result to a file.")
  private @Nullable Path json;

  PlacementBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    within("--nodes", count, 2, MOST_NODES);
    within("--rtt", rttMillis, 0, 1_000);
    within("--requests", requests, 10, 1_000);
    if (!(rate >= 0.1 && rate <= 1_000)) {
      throw new UsageException("--rate: " + rate + " (expected: 0.1 to 1000)");
    }
    within("--warm-up", warmUpSeconds, 1, 600);
    within("--repeats", repeats, 0, 10);
    Progress progress = new Progress(session.err(), session.rewrites());
    session.stop().arm(STOP_LIMIT);
    try {
      PlacementBenchReport report = running ? measureRunning(progress) : measureOwn(progress);
      progress.clear();
      report.print(session.out());
      if (json != null) {
        Files.writeString(json, report.json());
      }
      return report.samples() > 0 ? 0 : 1;
    } catch (CancellationException _) {
      return 1;
    } finally {
      progress.clear();
    }
  }

  private static void within(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new UsageException(option + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }

  private PlacementBenchReport measureRunning(Progress progress)
      throws IOException, InterruptedException {
    try (MeshClient client = mesh.connect(session)) {
      return measured(client, mesh.each(session), "a running mesh", progress);
    }
  }

  private PlacementBenchReport measureOwn(Progress progress)
      throws IOException, InterruptedException {
    try (DemoMesh own = DemoMesh.create(session.stop())) {
      own.start(count, progress, this::settings);
      List<MeshClient> clients =
          own.nodes().stream()
              .map(node -> MeshClient.connect(node.ready().admin(), own.token()))
              .toList();
      try (MeshClient client = own.client()) {
        String what =
            String.format(
                Locale.ROOT, "%d nodes in a row, %d ms between neighbours", count, rttMillis);
        return measured(client, clients, what, progress);
      } finally {
        clients.forEach(MeshClient::close);
      }
    }
  }

  /** Node {@code index}'s links are as slow as it is far from the others. */
  private List<String> settings(int index) {
    StringBuilder rtts = new StringBuilder();
    for (int other = 0; other < count; other++) {
      if (other != index) {
        rtts.append(rtts.isEmpty() ? "" : ",")
            .append(DemoMesh.name(other))
            .append('=')
            .append(Math.abs(index - other) * rttMillis)
            .append("ms");
      }
    }
    return List.of(
        "placement.regret-sample=1",
        "placement.regret-repeats=" + repeats,
        "placement.emulated-rtt=" + rtts);
  }

  private PlacementBenchReport measured(
      MeshClient client, List<MeshClient> each, String what, Progress progress)
      throws InterruptedException {
    var load = new PlacementBenchLoad(client, session.stop());
    progress.step("deploying the functions");
    load.deploy();
    progress.step("warming up");
    load.run((int) Math.ceil(warmUpSeconds * rate), rate);
    List<List<RegretSample>> before = each.stream().map(MeshClient::regrets).toList();
    progress.step("measuring");
    int sent = load.run(requests, rate);
    progress.step("waiting for the last comparisons");
    Thread.sleep(Duration.ofSeconds(3));
    var report = new PlacementBenchReport(what, sent);
    for (int i = 0; i < each.size(); i++) {
      List<RegretSample> known = before.get(i);
      List<RegretSample> all = each.get(i).regrets();
      report.add(
          known.isEmpty()
              ? all
              : all.stream().filter(sample -> sample.at().isAfter(known.getLast().at())).toList());
    }
    load.remove();
    return report;
  }
}
