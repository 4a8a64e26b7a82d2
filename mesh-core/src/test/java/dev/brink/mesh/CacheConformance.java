package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.QueryRule;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs the public HTTP cache tests against nodes, with the suite's own origin behind them. Loopback
 * only; takes about two minutes. Arguments: the suite's folder and the number of nodes.
 */
public final class CacheConformance {
  private final Path suite;

  private CacheConformance(Path suite) {
    this.suite = suite;
  }

  /**
   * Prints every test that did not pass, and the sums. Exits with 1 when nothing ran or a required
   * test failed.
   */
  public static void main(String[] args) throws Exception {
    int count = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    List<String> lines = new CacheConformance(Path.of(args[0])).run(count);
    Map<String, Map<String, Integer>> sums = new TreeMap<>();
    for (String line : lines) {
      String[] parts = line.split("\t", -1);
      sums.computeIfAbsent(parts[0], kind -> new TreeMap<>()).merge(parts[1], 1, Integer::sum);
      if (!parts[1].equals("pass")) {
        System.out.println(line);
      }
    }
    System.out.println(count + " nodes: " + sums);
    Map<String, Integer> required = sums.getOrDefault("required", Map.of());
    System.exit(required.isEmpty() || required.containsKey("fail") ? 1 : 0);
  }

  private List<String> run(int count) throws Exception {
    Path directory = Files.createTempDirectory("brink-cache-tests");
    try {
      return run(directory, count);
    } finally {
      try (Stream<Path> entries = Files.walk(directory)) {
        for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(entry);
        }
      }
    }
  }

  private List<String> run(Path directory, int count) throws Exception {
    int port = freePort();
    Process origin = origin(port, directory);
    try (TestMesh mesh = TestMesh.start(directory, count)) {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("suite")
                  .server(URI.create("http://127.0.0.1:" + port))
                  .route("/*")
                  .retries(0)
                  .ejectAfterFailures(1_000_000)
                  .cache(CachePolicy.builder().strict(true).query(QueryRule.VERBATIM).build())
                  .build());
      return client(mesh);
    } finally {
      origin.destroy();
    }
  }

  private Process origin(int port, Path directory) throws IOException, InterruptedException {
    boolean current = Files.exists(suite.resolve("test-engine"));
    var builder =
        new ProcessBuilder("node", current ? "test-engine/server/server.mjs" : "server/server.mjs")
            .directory(suite.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("origin.log").toFile());
    builder.environment().put("npm_config_protocol", "http");
    builder.environment().put("npm_config_port", Integer.toString(port));
    builder.environment().put("npm_config_pidfile", directory.resolve("origin.pid").toString());
    Process process = builder.start();
    for (int i = 0; i < 100; i++) {
      if (Files.readString(directory.resolve("origin.log")).contains("Listening")) {
        return process;
      }
      Thread.sleep(100);
    }
    process.destroy();
    throw new IOException("the suite's server did not start");
  }

  private List<String> client(TestMesh mesh) throws IOException, InterruptedException {
    Path script = Path.of("src/test/resources/cache-tests.mjs").toAbsolutePath();
    String bases =
        mesh.nodes().stream()
            .map(node -> node.ingressUri().toString())
            .collect(Collectors.joining(","));
    Process process =
        new ProcessBuilder("node", "--no-warnings", script.toString(), suite.toString(), bases)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines;
    try (BufferedReader reader = process.inputReader(UTF_8)) {
      lines = reader.lines().filter(line -> line.contains("\t")).toList();
    }
    if (!process.waitFor(10, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    return lines;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
