package dev.brink.mesh.cli;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/** Runs commands of {@code brink} against a node. */
public final class Commands {
  private final URI admin;
  private final String token;

  public Commands(URI admin, String token) {
    this.admin = admin;
    this.token = token;
  }

  /**
   * What a command did.
   *
   * @param err what it printed to standard error, beside what nodes in this JVM log
   */
  public record Ran(int code, String out, String err) {}

  /**
   * Runs a command.
   *
   * @param input what comes on standard input
   */
  public Ran run(String input, String... args) {
    Run run =
        new Run()
            .environment("BRINK_ADMIN_TOKEN", token)
            .in(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    String[] all =
        Stream.concat(Arrays.stream(args), Stream.of("--admin", admin.toString()))
            .toArray(String[]::new);
    int code = run.run(all);
    return new Ran(code, run.out(), run.err());
  }
}
