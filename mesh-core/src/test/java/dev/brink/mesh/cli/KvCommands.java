package dev.brink.mesh.cli;

import java.net.URI;
import java.util.Arrays;
import java.util.stream.Stream;

/** Runs {@code brink kv …} against a node. */
public final class KvCommands {
  private final URI admin;
  private final String token;

  public KvCommands(URI admin, String token) {
    this.admin = admin;
    this.token = token;
  }

  /** What it prints; fails when the exit code is not 0. */
  public String run(String... args) {
    Run run = new Run().environment("BRINK_ADMIN_TOKEN", token);
    int code = run.run(all(args));
    if (code != 0) {
      throw new AssertionError(code + ": " + run.err());
    }
    return run.out();
  }

  /** Its exit code. */
  public int code(String... args) {
    return new Run().environment("BRINK_ADMIN_TOKEN", token).run(all(args));
  }

  private String[] all(String... args) {
    return Stream.concat(
            Stream.concat(Stream.of("kv"), Arrays.stream(args)),
            Stream.of("--admin", admin.toString()))
        .toArray(String[]::new);
  }
}
