package dev.brink.mesh.cli;

import com.google.protobuf.Struct;
import dev.brink.mesh.wire.AdminJson;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own. It stops when its standard input ends, and so does not outlive
 * this process, however that ends.
 */
final class DemoNode implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(15);
  private static final int LOG_LINES = 20;

  private final String name;
  private final Path log;
  private final Path readyFile;
  private final Process process;
  private @Nullable Ready ready;

  /** Where a node listens. */
  record Ready(URI ingress, URI admin, String discovery) {}

  private DemoNode(String name, Path log, Path readyFile, Process process) {
    this.name = name;
    this.log = log;
    this.readyFile = readyFile;
    this.process = process;
  }

  /**
   * Starts a node on loopback with ports of its own.
   *
   * @param folder where its data and log go
   * @param seeds discovery addresses of nodes it joins
   * @param settings more of {@code KEY=VALUE}
   */
  static DemoNode start(
      String name, Path folder, List<String> seeds, String token, List<String> settings)
      throws IOException {
    Path home = Files.createDirectory(folder.resolve(name));
    Path readyFile = home.resolve("ready.json");
    Path log = home.resolve("node.log");
    List<String> command = new ArrayList<>(javaCommand());
    command.add(readyFile.toString());
    command.add("node.name=" + name);
    command.add("data-directory=" + home.resolve("data"));
    command.addAll(List.of("ingress.port=0", "admin.port=0", "link.port=0"));
    command.addAll(List.of("grid.discovery-port=0", "grid.communication-port=0"));
    command.addAll(List.of("grid.preset=local", "grid.seeds=" + String.join(",", seeds)));
    command.add("ingress.bind-address=127.0.0.1");
    command.addAll(settings);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("BRINK_"));
    builder.environment().put("BRINK_ADMIN_TOKEN", token);
    return new DemoNode(name, log, readyFile, builder.start());
  }

  /**
   * This program again: the same Java with the same flags and classes. Several nodes share this
   * machine's processors while they start, so the JVM's second compiler, which repays itself only
   * after minutes, and the early compilation of what the rehearsal found hot are left out, and
   * JavaScript is compiled under sustained load only, unless a flag asks for it.
   */
  private static List<String> javaCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTReplayTraining"));
    List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
    if (flags.contains("-XX:+EnableJVMCI")) {
      // An engine that only interprets does not know the option, and refuses it.
      command.add("-Dpolyglot.engine.FirstTierCompilationThreshold=50000");
    }
    flags.stream()
        .filter(flag -> !flag.startsWith("-agentlib:") && !flag.startsWith("-javaagent:"))
        .filter(flag -> !flag.startsWith("-XX:ArchiveClassesAtExit"))
        .forEach(command::add);
    command.add("-cp");
    command.add(
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(ChildNode.class.getName());
    return command;
  }

  String name() {
    return name;
  }

  /** Where it listens, once {@link #awaitReady} has returned. */
  Ready ready() {
    if (ready == null) {
      throw new IllegalStateException("node " + name + ": not awaited");
    }
    return ready;
  }

  /**
   * Waits until the node serves.
   *
   * @throws IOException if it ends instead, or does not in time; the message has its last words
   */
  void awaitReady(Duration limit, Stop stop) throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!Files.exists(readyFile)) {
      if (stop.isRequested()) {
        throw new CancellationException("stopped");
      }
      if (!process.isAlive()) {
        throw new IOException("node " + name + " ended while starting: " + lastWords());
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            "node " + name + " not ready after " + limit.toSeconds() + " s: " + lastWords());
      }
      process.waitFor(10, TimeUnit.MILLISECONDS);
    }
    Struct facts = AdminJson.parse(Files.readString(readyFile), Struct.newBuilder()).build();
    ready =
        new Ready(
            URI.create(fact(facts, "ingress")),
            URI.create(fact(facts, "admin")),
            fact(facts, "discovery"));
  }

  private static String fact(Struct facts, String name) {
    return facts.getFieldsOrThrow(name).getStringValue();
  }

  private String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }

  /** Asks the node to stop; {@link #close} waits. */
  void stop() {
    try {
      process.getOutputStream().close();
    } catch (IOException _) {
      // The pipe is closed either way.
    }
  }

  /** Stops the node: gracefully, then with SIGTERM, then with SIGKILL. */
  @Override
  public void close() {
    stop();
    try {
      if (process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        return;
      }
      process.destroy();
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(3, TimeUnit.SECONDS);
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
