package dev.brink.mesh.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/**
 * What a command has of the world.
 *
 * @param terminal whether a person watches {@code out}
 */
record Session(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    boolean terminal,
    NodeLauncher launcher,
    Stop stop) {
  /** This process's own. */
  static Session ofProcess(NodeLauncher launcher) {
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    return new Session(
        System.in,
        new Results(new FileOutputStream(FileDescriptor.out), System.out.charset()),
        System.err,
        System.getenv(),
        terminal,
        launcher,
        new Stop());
  }

  /** Whether to colour what is printed: see no-color.org. */
  boolean colours() {
    return rewrites() && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /** Whether a line can be written anew: a dumb terminal prints what asks for that. */
  boolean rewrites() {
    return terminal && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  /** Ends the process with a code, or with that of the signal, when all is tidied up. */
  void exit(int code) {
    int last = ended(code);
    out.flush();
    err.flush();
    boolean signalled = stop.isSignalled();
    stop.finished();
    if (signalled) {
      return;
    }
    // A guest that cannot be stopped must not keep the process.
    Runtime.getRuntime().halt(last);
  }

  /** The code of a command that ended with one, but whose results may not have been written. */
  int ended(int code) {
    IOException failure = out instanceof Results results ? results.failure() : null;
    if (failure == null) {
      return code;
    }
    err.println("brink: standard output: " + OneLine.of(String.valueOf(failure.getMessage())));
    return code == 0 ? 1 : code;
  }
}
