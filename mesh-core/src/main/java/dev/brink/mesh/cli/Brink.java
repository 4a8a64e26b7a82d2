package dev.brink.mesh.cli;

import dev.brink.grid.GridException;
import dev.brink.mesh.config.InvalidConfigException;
import dev.brink.mesh.config.LogConfig;
import dev.brink.mesh.deploy.DeploymentException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code brink}. Exit codes: 0 ok, 1 failed, 2 usage. */
@Command(
    name = "brink",
    description = "A peer-to-peer edge mesh: functions, cache and balancing in one process.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Exit codes: 0 ok, 1 failed, 2 usage. Start with 'brink demo'; 'brink help COMMAND' says"
          + " more."
    })
public final class Brink implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where an error comes from.")
  private boolean debug;

  private Brink() {}

  /** Runs the program and exits with its code. */
  public static void main(String[] args) {
    Session session = Session.ofProcess(MeshNodeLauncher::start);
    session.exit(run(session, args));
  }

  /** Runs a command line; returns the exit code. */
  static int run(Session session, String... args) {
    StandaloneLog.start(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.WARN), session.err());
    CommandLine line = commandLine(session);
    return line.execute(helped(line, args));
  }

  /**
   * {@code help COMMAND} asks what {@code COMMAND --help} does; of a command that there is not, it
   * is an error like the command itself.
   */
  private static String[] helped(CommandLine line, String... args) {
    if (args.length == 0 || !args[0].equals("help")) {
      return args;
    }
    List<String> asked = Arrays.asList(args).subList(1, args.length);
    CommandLine at = line;
    for (String name : asked) {
      CommandLine next = at.getSubcommands().get(name);
      if (next == null) {
        return asked.toArray(String[]::new);
      }
      at = next;
    }
    return Stream.concat(asked.stream(), Stream.of("--help")).toArray(String[]::new);
  }

  static CommandLine commandLine(Session session) {
    Brink brink = new Brink();
    CommandLine line = new CommandLine(brink);
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .scopeType(ScopeType.INHERIT)
                .description("Show this help.")
                .build());
    List<Object> commands =
        List.of(
            new DemoCommand(session),
            new NodeCommand(session),
            new RehearseCommand(session),
            new DeployCommand(session),
            new FunctionsCommand(session),
            new InvokeCommand(session),
            new BenchCommand(),
            new ExplainCommand(session),
            new NodesCommand(session),
            new UsageCommand(session),
            new KvCommand(session),
            new SecretCommand(session),
            new PurgeCommand(session),
            new RemoveCommand(session),
            new VersionCommand(session),
            new CompletionCommand(session));
    commands.forEach(line::addSubcommand);
    Objects.requireNonNull(line.getSubcommands().get("bench"), "bench")
        .addSubcommand(new PlacementBenchCommand(session));
    Help.Ansi ansi = session.colours() ? Help.Ansi.ON : Help.Ansi.OFF;
    return line.setOut(writer(session.out()))
        .setErr(writer(session.err()))
        .setColorScheme(Help.defaultColorScheme(ansi))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        .setParameterExceptionHandler((e, _) -> usage(session, e))
        .setExecutionExceptionHandler((e, at, _) -> failed(session, e, at, brink.debug));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static int usage(Session session, ParameterException e) {
    CommandLine at = e.getCommandLine();
    String name = at.getCommandSpec().qualifiedName();
    session.err().println(name + ": " + OneLine.of(e.getMessage()));
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        session.err().println("Did you mean " + String.join(" or ", near) + "?");
      }
    }
    if (!at.getSubcommands().isEmpty()) {
      session
          .err()
          .println(
              at.getSubcommands().values().stream()
                  .map(CommandLine::getCommandSpec)
                  .filter(command -> !command.usageMessage().hidden())
                  .map(CommandSpec::name)
                  .collect(Collectors.joining(", ", "Commands: ", ".")));
    }
    session.err().println("Try '" + name + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Session session, Exception e, CommandLine at, boolean debug) {
    if (debug) {
      session.err().println(stackTrace(e));
    }
    String message =
        switch (e) {
          case DeploymentException refused -> refused.code() + ": " + refused.getMessage();
          case FileSystemException file -> explained(file);
          case UncheckedIOException wrapped
              when wrapped.getCause() instanceof FileSystemException file ->
              explained(file);
          case IOException broken when broken.getMessage() == null -> broken.toString();
          case UsageException _, InvalidConfigException _, GridException _, IOException _ ->
              e.getMessage();
          default -> e + (debug ? "" : " (--debug says where)");
        };
    session.err().println(at.getCommandSpec().qualifiedName() + ": " + OneLine.of(message));
    return e instanceof UsageException || e instanceof InvalidConfigException
        ? CommandLine.ExitCode.USAGE
        : CommandLine.ExitCode.SOFTWARE;
  }

  /** Most of these have the file as their message, and their class as the reason. */
  private static String explained(FileSystemException e) {
    String reason =
        switch (e) {
          case NoSuchFileException _ -> "there is no such file";
          case FileAlreadyExistsException _ -> "it is there already, and no directory";
          case NotDirectoryException _ -> "it is no directory";
          case DirectoryNotEmptyException _ -> "it is a directory with files in it";
          case AccessDeniedException _ -> "this user may not do that with it";
          default -> e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        };
    return e.getFile() == null ? reason : e.getFile() + ": " + reason;
  }

  private static String stackTrace(Exception e) {
    return e
        + Arrays.stream(e.getStackTrace())
            .map(frame -> System.lineSeparator() + "    at " + frame)
            .collect(Collectors.joining())
        + (e.getCause() == null ? "" : System.lineSeparator() + "  caused by " + e.getCause());
  }
}
