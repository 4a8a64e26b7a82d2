package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.folder.FunctionFolder;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "deploy",
    description = "Deploy functions and origins to every node of the mesh.",
    footer = {
      "",
      "A folder holds a brink.json (name, main, routes, limits, variables, services, kv; or origin)"
          + " and the function's modules.",
      "Fails when a node that was waited for is not ready."
    })
final class DeployCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders to deploy.")
  private List<Path> folders = List.of();

  @Option(
      names = "--wait",
      paramLabel = "WHICH",
      description =
          "Which nodes must be ready before this returns: all, majority or none. Default: all.")
  private DeployOptions.Wait wait = DeployOptions.Wait.ALL;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationText.class,
      description = "How long to wait for them, such as 500ms or 1m, 1h at most. Default: 30s.")
  private Duration timeout = DeployOptions.DEFAULT.timeout();

  @Option(names = "--json", description = "Print a JSON array of DeployReply messages.")
  private boolean json;

  DeployCommand(Session session) {
    this.session = session;
  }

  private DeployOptions options() {
    try {
      return new DeployOptions(wait, timeout);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
  }

  @Override
  public Integer call() throws IOException {
    DeployOptions options = options();
    List<DeploymentSpec> specs = folders.stream().map(FunctionFolder::read).toList();
    List<DeployResult> results = new ArrayList<>();
    try (MeshClient client = mesh.connect(session)) {
      for (DeploymentSpec spec : specs) {
        DeployResult result = client.deployments().deploy(spec, options);
        results.add(result);
        if (!json) {
          print(result);
        }
      }
    }
    if (json) {
      session
          .out()
          .println(
              results.stream()
                  .map(result -> AdminJson.complete(AdminMessages.toProto(result)))
                  .collect(Collectors.joining(",\n", "[", "]")));
    }
    return results.stream().allMatch(DeployResult::complete) ? 0 : 1;
  }

  private void print(DeployResult result) {
    long ready =
        result.nodes().stream().filter(node -> node.status() == DeployResult.Status.READY).count();
    session
        .out()
        .printf(
            Locale.ROOT,
            "%s %s: ready on %d of %d nodes in %.1f ms%s%n",
            Target.of(result.tenant(), result.name()),
            Versions.brief(result.version()),
            ready,
            result.nodes().size(),
            result.millis(),
            result.complete() ? "" : ", INCOMPLETE");
    Table table = Table.of("NODE", "STATUS", ">MS", "MESSAGE");
    for (DeployResult.NodeOutcome node : result.nodes()) {
      table.row(
          node.node(),
          node.status().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          String.format(Locale.ROOT, "%.1f", node.millis()),
          node.message());
    }
    table.print(session.out(), "  ");
  }
}
