package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.deploy.DeploymentSpec;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * For the launcher, which has the JVM record what a node loads and which of its methods are hot.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description =
        "Start two nodes in this process, deploy the sample functions, ask them for a while, stop.")
final class RehearseCommand implements Callable<Integer> {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
  private static final String TOKEN = "rehearsal-token-of-nodes-that-are-gone-soon";

  private final Session session;

  @Option(
      names = "--functions",
      paramLabel = "DIR",
      description = "A folder of functions with a demo.json. Default: the samples.")
  private @Nullable Path functions;

  @Option(names = "--seconds", paramLabel = "N", description = "How long to ask. Default: 8.")
  private int seconds = 8;

  RehearseCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 0 || seconds > 600) {
      throw new UsageException("--seconds: " + seconds + " (expected: 0 to 600)");
    }
    DemoPlan plan = DemoPlan.read(DemoPlan.folder(functions));
    session.stop().arm(STOP_LIMIT);
    Path folder = Files.createTempDirectory("brink-rehearsal-");
    int wrong;
    try (NodeLauncher.Started first = session.launcher().start(config(folder, "one", List.of()));
        NodeLauncher.Started second =
            session.launcher().start(config(folder, "two", List.of(seedOf(first))))) {
      deploy(first, plan);
      wrong = ask(List.of(first, second), plan);
    } finally {
      delete(folder);
    }
    if (wrong > 0) {
      session.err().println("rehearsal: " + wrong + " answers were not right");
    }
    return wrong == 0 ? 0 : 1;
  }

  private static NodeConfig config(Path folder, String name, List<String> seeds) {
    NodeConfig.Builder node =
        NodeConfig.read(Map.of("BRINK_ADMIN_TOKEN", TOKEN))
            .name(name)
            .dataDirectory(folder.resolve(name));
    for (String port :
        List.of(
            "ingress.port",
            "admin.port",
            "link.port",
            "grid.discovery-port",
            "grid.communication-port")) {
      node.set(port, "0");
    }
    node.set("ingress.bind-address", "127.0.0.1");
    node.set("grid.preset", "local");
    if (!seeds.isEmpty()) {
      node.set("grid.seeds", String.join(",", seeds));
    }
    return node.build();
  }

  private static String seedOf(NodeLauncher.Started node) {
    return "127.0.0.1:" + node.discoveryPort();
  }

  private static void deploy(NodeLauncher.Started node, DemoPlan plan) {
    try (MeshClient client = MeshClient.connect(node.adminUri(), TOKEN)) {
      for (DeploymentSpec spec : plan.specs()) {
        var _ = client.deployments().deploy(spec);
      }
    }
  }

  private int ask(List<NodeLauncher.Started> nodes, DemoPlan plan) throws InterruptedException {
    int wrong = 0;
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      do {
        for (DemoRequest request : plan.requests()) {
          for (NodeLauncher.Started node : nodes) {
            DemoAnswer answer = request.send(http, node.name(), node.ingressUri(), TOKEN);
            wrong += answer.problem().isEmpty() ? 0 : 1;
          }
        }
      } while (System.nanoTime() - end < 0 && !session.stop().isRequested());
    }
    return wrong;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
