package dev.brink.exec.wpt;

import dev.brink.exec.wpt.WptResult.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code WptMain DIR PATTERN… [--json OUT] [--expectations FILE] [--write-expectations FILE]}: runs
 * the {@code .any.js} files of a web-platform-tests checkout whose path starts with a pattern,
 * inside the sandbox. Prints counts by directory; {@code --verbose} prints what does not pass. Ends
 * with 1 when something is not as the expectations say, 2 when the arguments are wrong.
 */
public final class WptMain {
  private final Path root;
  private final List<String> patterns = new ArrayList<>();
  private @Nullable Path json;
  private @Nullable Path expectations;
  private @Nullable Path described;
  private boolean verbose;

  private WptMain(Path root) {
    this.root = root;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    WptMain main = args.length < 2 ? null : parse(args);
    if (main == null) {
      System.err.println(
          "usage: WptMain DIR PATTERN… [--json OUT] [--expectations FILE]"
              + " [--write-expectations FILE] [--verbose]");
      System.exit(2);
    } else {
      int status = main.run();
      System.out.flush();
      Runtime.getRuntime().halt(status);
    }
  }

  private static @Nullable WptMain parse(String[] args) {
    var main = new WptMain(Path.of(args[0]).toAbsolutePath().normalize());
    for (int i = 1; i < args.length; i++) {
      boolean more = i + 1 < args.length;
      if (args[i].equals("--verbose")) {
        main.verbose = true;
      } else if (args[i].equals("--json") && more) {
        main.json = Path.of(args[++i]);
      } else if (args[i].equals("--expectations") && more) {
        main.expectations = Path.of(args[++i]);
      } else if (args[i].equals("--write-expectations") && more) {
        main.described = Path.of(args[++i]);
      } else if (args[i].startsWith("--")) {
        return null;
      } else {
        main.patterns.add(args[i]);
      }
    }
    return main.patterns.isEmpty() ? null : main;
  }

  private int run() throws IOException, InterruptedException {
    List<WptResult> results = new ArrayList<>();
    try (var runner = new WptRunner(root)) {
      for (WptTest test : tests()) {
        WptResult result = runner.run(test);
        results.add(result);
        if (verbose) {
          print(result);
        }
      }
    }
    printCounts(results);
    if (json != null) {
      Files.writeString(
          json, results.stream().map(WptResult::json).collect(Collectors.joining(",\n", "[", "]")));
    }
    if (described != null) {
      Files.write(described, Expectations.describe(results));
    }
    if (expectations == null) {
      return 0;
    }
    List<String> differences = Expectations.read(expectations).compare(results);
    differences.forEach(System.out::println);
    System.out.printf("%d not as expected%n", differences.size());
    return differences.isEmpty() ? 0 : 1;
  }

  private List<WptTest> tests() throws IOException {
    List<WptTest> tests = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(file -> file.toString().endsWith(".any.js")).sorted().toList();
    }
    for (Path file : files) {
      String path = root.relativize(file).toString();
      if (patterns.stream().anyMatch(path::startsWith)) {
        tests.addAll(WptTest.of(root, file));
      }
    }
    return tests;
  }

  private static void print(WptResult result) {
    System.out.printf(
        "%s: %d of %d%s%n",
        result.test(),
        result.count(Status.PASS),
        result.subtests().size(),
        result.problem() == null ? "" : "; " + result.problem());
    for (WptResult.Subtest subtest : result.subtests()) {
      if (subtest.status() != Status.PASS) {
        System.out.printf("  %s %s %s%n", subtest.status(), subtest.name(), subtest.message());
      }
    }
  }

  private static void printCounts(List<WptResult> results) {
    Map<String, List<WptResult>> byDirectory =
        results.stream()
            .collect(
                Collectors.groupingBy(WptResult::directory, TreeMap::new, Collectors.toList()));
    byDirectory.forEach(WptMain::printCounts);
    printCounts("all", results);
  }

  private static void printCounts(String what, List<WptResult> results) {
    long passed = 0;
    long timeouts = 0;
    long all = 0;
    long problems = 0;
    for (WptResult result : results) {
      passed += result.count(Status.PASS);
      timeouts += result.count(Status.TIMEOUT);
      all += result.subtests().size();
      problems += result.problem() == null ? 0 : 1;
    }
    System.out.printf(
        "%-48s %6d of %6d passed, %5d failed, %3d timed out, %3d files with a problem%n",
        what, passed, all, all - passed - timeouts, timeouts, problems);
  }
}
