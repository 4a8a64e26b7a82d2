package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.proto.NodeList;
import dev.brink.mesh.wire.AdminJson;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "nodes",
    description =
        "List the nodes of the mesh as one of them sees it, or forget those that are gone.",
    footer = {
      "",
      "RTT is that of the link from the node asked, which is marked with *; ~ stands before one"
          + " that was not measured.",
      "A node that failed counts for majorities until it is back, or forgotten: then what only it"
          + " had of durable namespaces is lost. Forget none that may come back."
    })
final class NodesCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @Option(names = "--json", description = "Print a NodeList message.")
  private boolean json;

  @Option(names = "--missing", description = "List those that are not there and still count.")
  private boolean missing;

  @Option(
      names = "--forget",
      paramLabel = "ID",
      description = "Stop counting a node that is gone for good; may be given again.")
  private List<String> forgotten = List.of();

  NodesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (missing && !forgotten.isEmpty()) {
      throw new UsageException(
          "--missing: given with --forget (expected: one of them, to list nodes or to forget"
              + " some)");
    }
    if (json && !forgotten.isEmpty()) {
      throw new UsageException(
          "--json: given with --forget (expected: one of them, as only a list of nodes is printed"
              + " as JSON)");
    }
    try (MeshClient client = mesh.connect(session)) {
      if (forgotten.isEmpty()) {
        list(client);
      } else {
        forget(client);
      }
    }
    return 0;
  }

  private void list(MeshClient client) {
    NodeList nodes = missing ? client.missingList() : client.nodeList();
    if (json) {
      session.out().println(AdminJson.complete(nodes));
    } else {
      NodesTable.of(nodes).print(session.out(), "");
    }
  }

  private void forget(MeshClient client) {
    for (String node : forgotten) {
      client.forget(node);
      session.out().println("forgotten " + node);
    }
  }
}
