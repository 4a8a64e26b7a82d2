package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = "Start a mesh on this machine, deploy the sample functions and ask them things.",
    footer = {
      "",
      "Starts each node as a process, sends the requests of demo.json to every ingress, and prints"
          + " where each ran, why, and how long its parts took. Then the mesh is yours, until"
          + " Ctrl-C."
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
  private static final int MOST_NODES = 16;

  private final Session session;

  @Option(names = "--nodes", paramLabel = "N", description = "How many, 1 to 16. Default: 3.")
  private int count = 3;

  @Option(
      names = "--exit",
      description = "Stop after the report, with 0 only if every answer was right.")
  private boolean exit;

  @Mixin private SampleFunctions functions = new SampleFunctions();

  @Option(names = "--json", description = "Print the report as a JSON object.")
  private boolean json;

  DemoCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (count < 1 || count > MOST_NODES) {
      throw new UsageException("--nodes: " + count + " (expected: 1 to " + MOST_NODES + ")");
    }
    long start = System.nanoTime();
    DemoPlan plan = functions.plan();
    Progress progress =
        new Progress(json ? session.err() : session.out(), session.rewrites() && !json);
    session.stop().arm(STOP_LIMIT);
    try (DemoMesh mesh = DemoMesh.create(session.stop())) {
      mesh.start(count, progress);
      progress.done("%d nodes are one mesh after %s".formatted(count, since(start)));
      List<DeployResult> deployed = deploy(mesh, plan, progress);
      double readyMillis = (System.nanoTime() - start) / 1e6;
      progress.done("%d deployed and ready after %s".formatted(deployed.size(), since(start)));
      DemoReport report =
          new DemoReport(mesh.nodes(), readyMillis, deployed, ask(mesh, plan, progress));
      progress.clear();
      print(report);
      if (!exit) {
        invite(mesh, plan);
        session.stop().await();
        progress.step("stopping");
      }
      return report.right() ? 0 : 1;
    } catch (CancellationException _) {
      progress.clear();
      return 1;
    } finally {
      progress.clear();
    }
  }

  private List<DeployResult> deploy(DemoMesh mesh, DemoPlan plan, Progress progress) {
    List<DeployResult> results = new ArrayList<>();
    try (MeshClient client = mesh.client()) {
      for (DeploymentSpec spec : plan.specs()) {
        progress.step("deploying " + spec.name());
        DeployResult result = client.deployments().deploy(spec);
        results.add(result);
        progress.done(
            String.format(
                Locale.ROOT,
                "deployed %s %s to %d nodes in %.0f ms%s",
                spec.name(),
                Versions.brief(result.version()),
                result.nodes().size(),
                result.millis(),
                result.complete() ? "" : ", INCOMPLETE: " + result.nodes()));
      }
    }
    return results;
  }

  private List<DemoAnswer> ask(DemoMesh mesh, DemoPlan plan, Progress progress)
      throws InterruptedException {
    List<DemoAnswer> answers = new ArrayList<>();
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      for (DemoRequest request : plan.requests()) {
        for (DemoNode node : mesh.nodes()) {
          progress.step("asking " + request.method() + " " + request.path() + " at " + node.name());
          answers.add(request.send(http, node.name(), node.ready().ingress(), mesh.token()));
          if (session.stop().isRequested()) {
            throw new CancellationException("stopped");
          }
        }
      }
    }
    return answers;
  }

  private void print(DemoReport report) {
    if (json) {
      session.out().println(report.json());
    } else {
      session.out().println();
      report.print(session.out());
    }
    session.out().flush();
  }

  private void invite(DemoMesh mesh, DemoPlan plan) {
    PrintStream out = json ? session.err() : session.out();
    String brink = System.getProperty("brink.command", "brink");
    out.println();
    out.println("The mesh is running. Try:");
    List<DemoNode> nodes = mesh.nodes();
    for (int i = 0; i < plan.requests().size(); i++) {
      DemoNode node = nodes.get(i % nodes.size());
      out.println(
          "  " + OneLine.of(plan.requests().get(i).curl(node.ready().ingress().toString())));
    }
    for (String command : List.of("nodes", "functions", "usage")) {
      out.println(
          "  %s %s --admin %s --data-directory %s"
              .formatted(brink, command, nodes.getFirst().ready().admin(), mesh.folder()));
    }
    out.println("Ctrl-C stops it.");
    out.flush();
  }

  private static String since(long start) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / 1e9);
  }
}
