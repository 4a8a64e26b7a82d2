package dev.brink.exec;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * A program: one function first uses many things where its stack is about to end, then another one
 * uses them as anybody does. Prints what does not work then, and what classes the JVM gave up.
 */
final class StackEdge {
  static final String WRONG = "wrong: ";
  static final String TRIED = "tried: ";

  private static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofSeconds(30), Duration.ofSeconds(60), 256L << 20, 1 << 20, 1 << 20, 64);

  public static void main(String[] arguments) throws IOException, JMException {
    List<String> wrong = new ArrayList<>();
    int tried = 0;
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction deep = sandbox.load(source(), LIMITS);
      String[] names = sandbox.get(deep, "/names").end().text().split(",", -1);
      for (String name : names) {
        var _ = outcome(sandbox, deep, "/deep/" + name);
        tried++;
      }
      LoadedFunction flat = sandbox.load(source() + "// another one", LIMITS);
      for (String name : names) {
        String outcome = outcome(sandbox, flat, "/flat/" + name);
        if (outcome.startsWith("failed")) {
          wrong.add(name + " " + outcome);
        }
      }
    }
    wrong.addAll(givenUp());
    wrong.forEach(line -> System.out.println(WRONG + line));
    System.out.println(TRIED + tried);
    System.exit(0);
  }

  private static String source() throws IOException {
    try (InputStream in = StackEdge.class.getResourceAsStream("firstuses.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String outcome(Sandbox sandbox, LoadedFunction function, String path) {
    Answered answered = sandbox.get(function, path);
    FunctionException failure =
        answered.end().report().outcome() == null ? null : answered.failure();
    return failure == null
        ? answered.text()
        : "failed: " + failure.code() + " " + failure.getMessage();
  }

  /** The classes whose initialization has failed, which nobody can use any more. */
  private static List<String> givenUp() throws JMException {
    String classes =
        String.valueOf(
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "vmClasses",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()}));
    return classes.lines().filter(line -> line.contains(" initialization_error ")).toList();
  }

  private StackEdge() {}
}
