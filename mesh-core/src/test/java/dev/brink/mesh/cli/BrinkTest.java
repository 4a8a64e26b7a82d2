package dev.brink.mesh.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

class BrinkTest {
  static List<String> commands() {
    return List.of(
        "demo",
        "node",
        "deploy",
        "functions",
        "invoke",
        "bench",
        "explain",
        "nodes",
        "usage",
        "kv",
        "secret",
        "purge",
        "remove",
        "version",
        "completion");
  }

  @Test
  void helpListsTheCommands() {
    Run run = new Run();

    assertThat(run.run("--help")).isZero();
    assertThat(run.out()).contains("Exit codes: 0 ok, 1 failed, 2 usage").contains(commands());
    assertThat(run.out()).doesNotContain("\033[");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void coloursAreForTerminalsThatHaveThem() {
    assertThat(help(new Run())).doesNotContain("\033[");
    assertThat(help(new Run().terminal())).contains("\033[");
    assertThat(help(new Run().terminal().environment("TERM", "dumb"))).doesNotContain("\033[");
    assertThat(help(new Run().terminal().environment("NO_COLOR", "1"))).doesNotContain("\033[");
  }

  private static String help(Run run) {
    assertThat(run.run("--help")).isZero();
    return run.out();
  }

  /** Those that are not for the launcher alone. */
  @Test
  void theDocumentationNamesEveryCommand() throws Exception {
    Run run = new Run();
    assertThat(run.run()).isEqualTo(2);
    Matcher listed = Pattern.compile("\nCommands: (.*)\\.\n").matcher(run.err());
    assertThat(listed.find()).isTrue();
    String[] commands = listed.group(1).split(", ");
    assertThat(commands).contains(commands().toArray(String[]::new));

    String readme = Files.readString(Path.of("..", "README.md"));
    String page = Files.readString(Path.of("..", "docs", "cli.md"));
    for (String command : commands) {
      assertThat(readme).contains("\n./brink " + command + " ");
      assertThat(page).containsPattern("\n\\| `" + command + "\\b");
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelp(String command) {
    Run run = new Run();

    assertThat(run.run(command, "--help")).isZero();
    assertThat(run.out()).startsWith("Usage: brink " + command);
  }

  /** Picocli takes them as formats, and complains of what is none where people see it. */
  @ParameterizedTest
  @MethodSource("commands")
  void textsOfHelpAreFormats(String command) {
    Session session =
        Session.ofProcess(
            _ -> {
              throw new IllegalStateException("no node in this test");
            });
    CommandSpec spec =
        requireNonNull(Brink.commandLine(session).getSubcommands().get(command)).getCommandSpec();
    Stream<String[]> own =
        Stream.of(spec.usageMessage().description(), spec.usageMessage().footer());
    Stream<String[]> arguments = spec.args().stream().map(ArgSpec::description);
    assertThat(Stream.concat(own, arguments).flatMap(Arrays::stream))
        .isNotEmpty()
        .allSatisfy(text -> assertThat(text.formatted()).doesNotContain("%%"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpOfACommandIsItsHelp(String command) {
    Run asked = new Run();
    Run help = new Run();

    assertThat(asked.run("help", command)).isZero();
    assertThat(help.run(command, "--help")).isZero();
    assertThat(asked.out()).isEqualTo(help.out());
  }

  @Test
  void helpAloneAndOfACommandOfAGroupIsHelp() {
    Run all = new Run();
    assertThat(all.run("help")).isZero();
    assertThat(all.out()).startsWith("Usage: brink [-h]").contains(commands());

    Run put = new Run();
    assertThat(put.run("help", "secret", "put")).isZero();
    assertThat(put.out()).startsWith("Usage: brink secret put");

    Run unknown = new Run();
    assertThat(unknown.run("help", "deplyo")).isEqualTo(2);
    assertThat(unknown.err()).contains("'deplyo'");
  }

  @Test
  void nothingIsUsage() {
    Run run = new Run();

    assertThat(run.run()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("brink: Missing command\nCommands: demo, node, deploy,")
        .endsWith("Try 'brink --help'.\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kv", "secret"})
  void aGroupOfCommandsAloneIsUsage(String group) {
    Run run = new Run();

    assertThat(run.run(group)).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("brink " + group + ": Missing required subcommand\nCommands: ");
  }

  @Test
  void mistypedCommandsAndOptionsAreUsage() {
    Run command = new Run();
    assertThat(command.run("deplyo")).isEqualTo(2);
    assertThat(command.err()).contains("'deplyo'").contains("Did you mean").contains("deploy");

    Run option = new Run();
    assertThat(option.run("nodes", "--jsn")).isEqualTo(2);
    assertThat(option.err()).startsWith("brink nodes: Unknown option: '--jsn'\n");

    Run value = new Run();
    assertThat(value.run("deploy", "x", "--timeout", "soon")).isEqualTo(2);
    assertThat(value.err()).contains("'soon' (expected: such as 500ms, 30s or 1m)");

    Run url = new Run();
    assertThat(url.run("purge", "--url", "x y")).isEqualTo(2);
    assertThat(url.err()).startsWith("brink purge: --url: x y (expected: host/path)\n");

    Run missing = new Run();
    assertThat(missing.run("deploy")).isEqualTo(2);
    assertThat(missing.err()).contains("Missing required parameter: 'DIR'");

    Run folder = new Run();
    assertThat(folder.run("nodes", "--token-file", ".")).isEqualTo(2);
    assertThat(folder.err())
        .isEqualTo("brink nodes: token file: . (expected: a readable file with a token)\n");
  }

  @Test
  void versionIsTheBuilds() throws Exception {
    Run text = new Run();
    assertThat(text.run("version")).isZero();
    assertThat(text.out()).matches("brink \\d+\\.\\d+\\.\\d+ \\(Java 25.*\\)\n");

    Run json = new Run();
    assertThat(json.run("version", "--json")).isZero();
    assertThat(json.out())
        .startsWith("{\"version\":\"" + VersionCommand.version() + "\",\"java\":");
  }

  @Test
  void completionIsAShellScript() throws Exception {
    Run run = new Run();

    assertThat(run.run("completion")).isZero();

    Process bash = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
    try (var stdin = bash.outputWriter(StandardCharsets.UTF_8)) {
      stdin.write(run.out());
    }
    assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
    assertThat(bash.waitFor()).isZero();
    assertThat(run.out()).contains("--until-stdin-ends").contains("complete -F");
  }
}
