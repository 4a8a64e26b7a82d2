package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "remove", description = "Take functions or origins out of the mesh.")
final class RemoveCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @Parameters(paramLabel = "[TENANT/]NAME", arity = "1..*", description = "What to remove.")
  private List<String> names = List.of();

  RemoveCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    List<Target> targets = names.stream().map(Target::parse).toList();
    try (MeshClient client = mesh.connect(session)) {
      for (Target target : targets) {
        client.deployments().remove(target.tenant(), target.name());
        session.out().println("removed " + Target.of(target.tenant(), target.name()));
      }
    }
    return 0;
  }
}
