package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeploymentInfo;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "functions", description = "List what is deployed, or describe one deployment.")
final class FunctionsCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @Parameters(
      paramLabel = "[TENANT/]NAME",
      arity = "0..1",
      description = "Describe only this one, with its modules or servers.")
  private @Nullable String name;

  @Option(
      names = "--json",
      description = "Print a DeploymentList message, or a DeploymentView for one name.")
  private boolean json;

  FunctionsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    try (MeshClient client = mesh.connect(session)) {
      if (name == null) {
        list(client.deployments().list());
      } else {
        Target target = Target.parse(name);
        describe(client.deployments().describe(target.tenant(), target.name()));
      }
    }
    return 0;
  }

  private void list(List<DeploymentInfo> deployments) {
    if (json) {
      session.out().println(AdminJson.complete(AdminMessages.deploymentList(deployments)));
      return;
    }
    Table table = Table.of("NAME", "KIND", "VERSION", "ROUTES", "UPDATED");
    for (DeploymentInfo each : deployments) {
      table.row(
          Target.of(each.tenant(), each.name()),
          each.kind(),
          Versions.brief(each.version()),
          String.join(" ", each.routes()),
          each.updated().truncatedTo(ChronoUnit.SECONDS));
    }
    table.print(session.out(), "");
  }

  private void describe(DeploymentInfo info) {
    if (json) {
      session.out().println(AdminJson.complete(AdminMessages.toProto(info)));
      return;
    }
    line("name", Target.of(info.tenant(), info.name()));
    line("kind", info.kind());
    line("version", info.version().isEmpty() ? "-" : info.version());
    line("updated", info.updated().toString());
    info.routes().forEach(route -> line("route", route));
    info.modules().forEach(part -> line(info.kind().equals("origin") ? "server" : "module", part));
  }

  private void line(String what, String value) {
    session.out().println(what + " ".repeat(9 - what.length()) + OneLine.of(value));
  }
}
