package dev.brink.exec;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Nanoseconds of one use of parts of the web API: {@code ApiFigures MAIN.JS MILLIS ROUNDS OP…},
 * with the function and the operations of {@code samples/bench/functions/api/main.js}.
 */
public final class ApiFigures {
  /**
   * Measures.
   *
   * @param args the function's file, milliseconds of warming and of measuring, rounds, operations
   */
  public static void main(String[] args) throws IOException {
    if (args.length < 4) {
      System.err.println("usage: ApiFigures MAIN.JS MILLIS ROUNDS OP…");
      return;
    }
    int rounds = Integer.parseInt(args[2]);
    List<String> operations = Arrays.asList(args).subList(3, args.length);
    try (Sandbox sandbox = Sandbox.of(1);
        LoadedFunction function = sandbox.load(Files.readString(Path.of(args[0])))) {
      for (int round = 1; round <= rounds; round++) {
        for (String operation : operations) {
          String op = URLEncoder.encode(operation, StandardCharsets.UTF_8);
          String path = "/?ms=" + args[1] + "&op=" + op;
          String nanos = sandbox.get(function, path).end().text();
          System.out.printf(Locale.ROOT, "%2d  %-26s %9s ns%n", round, operation, nanos);
        }
      }
    }
  }

  private ApiFigures() {}
}
