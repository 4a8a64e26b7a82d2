package dev.brink.mesh.cli;

import dev.brink.mesh.config.HostPort;
import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
  private static final Duration STOP_MARGIN = Duration.ofSeconds(20);

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
      description = "Print the configuration that would hold, without secrets, and exit.")
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
      print(node);
      return 0;
    }
    StandaloneLog.start(node.log(), session.out());
    Logger log = LoggerFactory.getLogger("dev.brink.mesh.node");
    session.stop().arm(node.shutdownGrace().plus(STOP_MARGIN));
    if (untilStdinEnds) {
      Thread.ofPlatform().daemon().name("brink-stdin").start(this::watchStdin);
    }
    try (NodeLauncher.Started started = session.launcher().start(node)) {
      log.info(
          "node {} serves: ingress {}, admin {}, link {}, discovery port {}",
          started.name(),
          started.ingressUri(),
          started.adminUri(),
          started.linkAddress(),
          started.discoveryPort());
      if (readyFile != null) {
        writeReadyFile(readyFile, started, node);
      }
      session.stop().await();
      log.info("node {} stops", started.name());
    }
    log.info("stopped");
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

  private void watchStdin() {
    try {
      while (session.in().read() >= 0) {
        // What is said does not matter; that somebody is there does.
      }
    } catch (IOException _) {
      // A broken pipe is an end too.
    }
    session.stop().request();
  }

  /** Moved into place whole, so that whoever waits for it reads all of it. */
  private static void writeReadyFile(Path file, NodeLauncher.Started started, NodeConfig node)
      throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("id", started.id());
    facts.put("name", started.name());
    facts.put("pid", ProcessHandle.current().pid());
    facts.put("ingress", started.ingressUri().toString());
    facts.put("admin", started.adminUri().toString());
    facts.put("link", started.linkAddress());
    facts.put("discovery", new HostPort(node.grid().bindAddress(), started.discoveryPort()));
    facts.put("dataDirectory", node.dataDirectory().toAbsolutePath().toString());
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(temporary, JsonText.of(facts) + "\n");
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
