package dev.brink.mesh.cli;

import dev.brink.mesh.admin.AdminToken;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.folder.FunctionFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * For the launcher, which has the JVM record what a node loads and which of its methods are hot.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description =
        "Start two nodes in this process, deploy the sample functions and a cached origin, ask them"
            + " for a while, stop.")
final class RehearseCommand implements Callable<Integer> {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

  private static final List<String> PORTS =
      List.of(
          "ingress.port",
          "admin.port",
          "link.port",
          "grid.discovery-port",
          "grid.communication-port");

  private static final List<String> CACHED_PATHS =
      List.of("/cached/1024", "/cached/2000?a=1", "/cached/102400", "/cached/1024");

  private final Session session;

  @Mixin private SampleFunctions functions = new SampleFunctions();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long to ask the functions, and then all as clients do. Default: 8.")
  private int seconds = 8;

  RehearseCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 0 || seconds > 600) {
      throw new UsageException("--seconds: " + seconds + " (expected: 0 to 600)");
    }
    DemoPlan plan = functions.plan();
    session.stop().arm(STOP_LIMIT);
    var wrong = new WrongAnswers();
    try (ScratchFolder folder = ScratchFolder.create("brink-rehearsal-");
        RehearsalOrigin origin = RehearsalOrigin.start()) {
      String token = AdminToken.readOrCreate(folder.path());
      try (NodeLauncher.Started first = start(folder.path(), token, "one", "");
          NodeLauncher.Started second =
              start(folder.path(), token, "two", "127.0.0.1:" + first.discoveryPort())) {
        deploy(first, token, plan, cached(folder.path(), origin));
        List<NodeLauncher.Started> nodes = List.of(first, second);
        ask(nodes, token, plan, wrong);
        if (wrong.none()) {
          List<URI> ingresses = nodes.stream().map(NodeLauncher.Started::ingressUri).toList();
          new RehearsalTraffic(paths(plan))
              .ask(ingresses, Duration.ofSeconds(seconds), session.stop(), wrong);
        }
      }
    }
    if (!wrong.none()) {
      session.err().println("rehearsal: " + wrong);
    }
    return wrong.none() && !session.stop().isRequested() ? 0 : 1;
  }

  private NodeLauncher.Started start(Path folder, String token, String name, String seed)
      throws IOException {
    NodeConfig.Builder node =
        NodeConfig.read(Map.of("BRINK_ADMIN_TOKEN", token))
            .name(name)
            .dataDirectory(folder.resolve(name))
            .set("ingress.bind-address", "127.0.0.1")
            .set("grid.preset", "local")
            .set("grid.start-timeout", "2m")
            .set("grid.seeds", seed);
    for (String port : PORTS) {
      node.set(port, "0");
    }
    return session.launcher().start(node.build());
  }

  /** An origin whose answers are cached, as a function. */
  private static DeploymentSpec cached(Path scratch, RehearsalOrigin origin) throws IOException {
    Path folder = Files.createDirectory(scratch.resolve("cached"));
    Files.writeString(
        folder.resolve("brink.json"),
        "{\"name\": \"cached\", \"routes\": [\"/cached/*\"], \"origin\": {\"servers\": [{\"url\":"
            + " \""
            + origin.url()
            + "\"}], \"cache\": {}}}");
    return FunctionFolder.read(folder);
  }

  private static void deploy(
      NodeLauncher.Started node, String token, DemoPlan plan, DeploymentSpec cached) {
    try (MeshClient client = MeshClient.connect(node.adminUri(), token)) {
      for (DeploymentSpec spec : plan.specs()) {
        var _ = client.deployments().deploy(spec);
      }
      var _ = client.deployments().deploy(cached);
    }
  }

  /** Mostly small objects of the cache and what a plain GET has from the first function. */
  private static List<String> paths(DemoPlan plan) {
    List<String> paths = new ArrayList<>(CACHED_PATHS);
    plan.requests().stream()
        .filter(DemoRequest::isPlain)
        .findFirst()
        .ifPresent(request -> paths.add(request.path()));
    return paths;
  }

  private void ask(
      List<NodeLauncher.Started> nodes, String token, DemoPlan plan, WrongAnswers wrong)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      do {
        for (DemoRequest request : plan.requests()) {
          for (NodeLauncher.Started node : nodes) {
            DemoAnswer answer = request.send(http, node.name(), node.ingressUri(), token);
            if (!answer.right()) {
              wrong.add(
                  "demo, %s %s%s: %s"
                      .formatted(
                          request.method(), node.ingressUri(), request.path(), answer.problem()));
            }
          }
        }
      } while (System.nanoTime() - end < 0 && !session.stop().isRequested());
    }
  }
}
