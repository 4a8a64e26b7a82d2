package dev.brink.mesh.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Runs command lines and keeps what they print. */
final class Run {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment = new HashMap<>();
  private InputStream in = new ByteArrayInputStream(new byte[0]);
  private NodeLauncher launcher =
      _ -> {
        throw new IllegalStateException("no node in this test");
      };
  private boolean terminal;
  final Stop stop = new Stop();

  Run environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Run in(InputStream newIn) {
    in = newIn;
    return this;
  }

  /** As if a person watched. */
  Run terminal() {
    terminal = true;
    return this;
  }

  Run launcher(NodeLauncher newLauncher) {
    launcher = newLauncher;
    return this;
  }

  int run(String... args) {
    Session session =
        new Session(
            in,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            terminal,
            launcher,
            stop);
    return Brink.run(session, args);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
