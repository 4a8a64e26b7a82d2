package dev.brink.grid;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A grid in a JVM of its own, so that it can be killed and frozen; one line asks, one line answers.
 */
final class NodeProcess implements AutoCloseable {
  /** Set where calls are measured: other processes are compiled as well as this one then. */
  static final String FIGURES = "brink.figures";

  /**
   * What values may take then: all that is written, for what is replaced goes only after a while.
   */
  static final long FIGURES_BYTES = 1L << 30;

  private final Process process;
  private final BufferedReader answers;
  private final PrintWriter questions;
  private final int discoveryPort;

  private NodeProcess(Process process) throws IOException {
    this.process = process;
    answers = process.inputReader(UTF_8);
    questions = new PrintWriter(process.outputWriter(UTF_8), true);
    discoveryPort = Integer.parseInt(answers.readLine());
  }

  static NodeProcess start(int n, Path directory, String... seeds) throws IOException {
    return start(n, directory, NetworkPreset.LAN, false, seeds);
  }

  /** With another patience for the silent. */
  static NodeProcess start(NetworkPreset network, int n, Path directory, String... seeds)
      throws IOException {
    return start(n, directory, network, false, seeds);
  }

  /** With a durable store. */
  static NodeProcess startDurable(int n, Path directory, String... seeds) throws IOException {
    return start(n, directory, NetworkPreset.LAN, true, seeds);
  }

  private static NodeProcess start(
      int n, Path directory, NetworkPreset network, boolean durable, String... seeds)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("--sun-misc"))
        .forEach(command::add);
    boolean figures = System.getProperties().containsKey(FIGURES);
    command.add(figures ? "-D" + FIGURES + "=" : "-XX:TieredStopAtLevel=1");
    command.addAll(
        List.of(
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Dx=1",
            "-cp",
            System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            NodeProcess.class.getName(),
            Integer.toString(n),
            directory.toString(),
            String.join(",", seeds),
            Boolean.toString(durable),
            network.toString()));
    Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    try {
      return new NodeProcess(process);
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  String address() {
    return "127.0.0.1:" + discoveryPort;
  }

  /** The value of a key of the map {@code test}. */
  String value(String key) throws IOException {
    return ask("get " + key);
  }

  String put(String key, String value) throws IOException {
    return ask("put " + key + " " + value);
  }

  GridState state() throws IOException {
    return GridState.valueOf(ask("state"));
  }

  int members() throws IOException {
    return Integer.parseInt(ask("members"));
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void freeze() throws Exception {
    signal("-STOP");
  }

  void thaw() throws Exception {
    signal("-CONT");
  }

  @Override
  public void close() {
    questions.close();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  String ask(String question) throws IOException {
    questions.println(question);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the node has ended");
    }
    return answer;
  }

  private void signal(String signal) throws Exception {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    List<String> seeds = arguments[2].isEmpty() ? List.of() : List.of(arguments[2].split(",", -1));
    var questions = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    GridBuilder options = new Grids(directory).options(Integer.parseInt(arguments[0]));
    if (System.getProperties().containsKey(FIGURES)) {
      options.keyValueBytes(FIGURES_BYTES);
    }
    try (Grid grid =
        options
            .seeds(seeds)
            .durable(Boolean.parseBoolean(arguments[3]))
            .network(NetworkPreset.valueOf(arguments[4]))
            .startTimeout(Duration.ofMinutes(3))
            .start()) {
      System.out.println(grid.discoveryPort());
      for (String line = questions.readLine(); line != null; line = questions.readLine()) {
        System.out.println(answer(grid, line.split(" ", -1)));
      }
    }
  }

  private static String answer(Grid grid, String[] words) throws Exception {
    return switch (words[0]) {
      case "get" -> Grids.text(grid, "test", words[1]);
      case "put" -> {
        try {
          Grids.get(grid.map("test").put(words[1], Grids.bytes(words[2])));
          yield "done";
        } catch (ExecutionException e) {
          yield e.getCause() instanceof GridUnavailableException refused
              ? refused.reason().toString()
              : e.toString();
        }
      }
      case "dput" -> told(durable(grid).put(words[1], Grids.bytes(words[2])), done -> "done");
      case "dget" ->
          told(durable(grid).get(words[1]), found -> found.map(KeyValueEntry::text).orElse("none"));
      case "dlist" -> told(pages(durable(grid), Optional.empty()), keys -> String.join(",", keys));
      case "keepers" -> ((GridNode) grid).keepers();
      case "state" -> grid.state().toString();
      case "members" -> Integer.toString(grid.membership().members().size());
      default -> "unknown: " + words[0];
    };
  }

  private static KeyValue durable(Grid grid) {
    return grid.keyValue(Namespace.durable("default", "test"));
  }

  /** All keys after a cursor, in pages of a few. */
  private static CompletionStage<List<String>> pages(KeyValue at, Optional<String> cursor) {
    return at.list("", cursor, 25)
        .thenCompose(
            page -> {
              Stream<String> keys = page.keys().stream().map(KeyInfo::key);
              return page.cursor().isEmpty()
                  ? CompletableFuture.completedFuture(keys.toList())
                  : pages(at, page.cursor())
                      .thenApply(rest -> Stream.concat(keys, rest.stream()).toList());
            });
  }

  /** A question mark and the reason when it failed. */
  private static <T> String told(CompletionStage<T> stage, Function<T, String> text)
      throws Exception {
    try {
      return text.apply(Grids.get(stage));
    } catch (ExecutionException e) {
      return "?" + e.getCause();
    }
  }
}
