package dev.brink.mesh.cli;

import dev.brink.mesh.MeshNode;
import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "node",
    description = "Run a node until it is stopped.",
    footer = {
      "",
      "Flags go before BRINK_… variables, these before the file, this before the defaults;"
          + " docs/configuration.md lists all options.",
      "Ctrl-C and SIGTERM stop the node gracefully."
    })
final class NodeCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration. Default: brink.conf in this folder, if there is one.")
  private @Nullable Path config;

  @Option(names = "--name", paramLabel = "NAME", description = "Sets node.name.")
  private @Nullable String name;

  @Option(names = "--data-directory", paramLabel = "DIR", description = "Sets data-directory.")
  private @Nullable Path dataDirectory;

  @Option(names = "--ingress-port", paramLabel = "PORT", description = "Sets ingress.port.")
  private @Nullable Integer ingressPort;

  @Option(names = "--admin-port", paramLabel = "PORT", description = "Sets admin.port.")
  private @Nullable Integer adminPort;

  @Option(names = "--link-port", paramLabel = "PORT", description = "Sets link.port.")
  private @Nullable Integer linkPort;

  @Option(
      names = "--discovery-port",
      paramLabel = "PORT",
      description = "Sets grid.discovery-port.")
  private @Nullable Integer discoveryPort;

  @Option(
      names = "--seed",
      paramLabel = "HOST:PORT",
      description = "A node to join, by its discovery address; sets grid.seeds.")
  private List<String> seeds = List.of();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets any option, such as --set log.format=json.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--check",
      description =
          "Look at the configuration and its key files, print what would hold, without secrets,"
              + " and exit.")
  private boolean check;

  @Option(names = "--json", description = "With --check, print a JSON object.")
  private boolean json;

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = "Write where the node listens, as JSON, once it serves.")
  private @Nullable Path readyFile;

  @Option(
      names = "--until-stdin-ends",
      description = "Stop when standard input ends, as it does when a parent process is gone.")
  private boolean untilStdinEnds;

  NodeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    NodeConfig node = configure();
    if (check) {
      for (String warning : MeshNode.check(node)) {
        session.err().println("brink node: warning: " + OneLine.of(warning));
      }
      print(node);
      return 0;
    }
    new NodeRun(session, node, readyFile, untilStdinEnds).run();
    return 0;
  }

  private NodeConfig configure() {
    NodeConfig.Builder builder;
    Path usual = Path.of("brink.conf");
    if (config != null) {
      builder = NodeConfig.read(config, session.environment());
    } else if (Files.exists(usual)) {
      builder = NodeConfig.read(usual, session.environment());
    } else {
      builder = NodeConfig.read(session.environment());
    }
    if (name != null) {
      builder.name(name);
    }
    if (dataDirectory != null) {
      builder.dataDirectory(dataDirectory);
    }
    set(builder, "ingress.port", ingressPort);
    set(builder, "admin.port", adminPort);
    set(builder, "link.port", linkPort);
    set(builder, "grid.discovery-port", discoveryPort);
    if (!seeds.isEmpty()) {
      builder.set("grid.seeds", String.join(",", seeds));
    }
    settings.forEach(builder::set);
    return builder.build();
  }

  private static void set(NodeConfig.Builder builder, String option, @Nullable Integer value) {
    if (value != null) {
      builder.set(option, value.toString());
    }
  }

  private void print(NodeConfig node) {
    if (json) {
      session.out().println(JsonText.of(node.values()));
      return;
    }
    node.values().forEach((key, value) -> session.out().println(key + " = " + value));
  }
}
