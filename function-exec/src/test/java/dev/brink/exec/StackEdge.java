package dev.brink.exec;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * A program: one function first uses many things where its stack is about to end, then another one
 * uses them as anybody does. Prints what does not work then, and what classes the JVM gave up. Its
 * arguments are {@value #WASM} for things of WebAssembly, without which they are all others, and
 * {@value #SECOND} for a runtime that is not the first in its JVM.
 */
final class StackEdge {
  static final String WASM = "wasm";
  static final String SECOND = "second";
  static final String WRONG = "wrong: ";
  static final String TRIED = "tried: ";

  private static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofSeconds(30), Duration.ofSeconds(60), 256L << 20, 1 << 20, 1 << 20, 64);

  public static void main(String[] arguments) throws IOException, JMException {
    List<String> wrong = new ArrayList<>();
    int tried = 0;
    List<String> options = List.of(arguments);
    String source = options.contains(WASM) ? wasmSource() : source("firstuses.js");
    if (options.contains(SECOND)) {
      try (Sandbox first = Sandbox.of(1)) {
        var _ = first.load(source, LIMITS);
      }
    }
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction deep = sandbox.load(source, LIMITS);
      String[] names = sandbox.get(deep, "/names").end().text().split(",", -1);
      for (String name : names) {
        var _ = outcome(sandbox, deep, "/deep/" + name);
        tried++;
      }
      LoadedFunction flat = sandbox.load(source + "// another one", LIMITS);
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

  private static String wasmSource() throws IOException {
    String modules =
        "const modules = { arithmetic: %s, endless: %s, memory: %s, importing: %s };"
            .formatted(
                WasmModule.script(WasmModule.arithmetic()),
                WasmModule.script(WasmModule.endless()),
                WasmModule.script(WasmModule.memory(1, 1, 2)),
                WasmModule.script(WasmModule.importing()));
    return modules + source("firstwasm.js");
  }

  private static String source(String uses) throws IOException {
    return text(uses) + text("stackedge.js");
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = StackEdge.class.getResourceAsStream(resource)) {
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
    return classes().filter(line -> line.contains(" initialization_error ")).toList();
  }

  private static Stream<String> classes() throws JMException {
    return String.valueOf(
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "vmClasses",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()}))
        .lines();
  }

  private StackEdge() {}
}
