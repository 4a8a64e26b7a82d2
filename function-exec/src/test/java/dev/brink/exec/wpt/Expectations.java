package dev.brink.exec.wpt;

import dev.brink.exec.wpt.WptResult.Status;
import dev.brink.exec.wpt.WptResult.Subtest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is known to fail. A file has a line for each: the test's name, a tab, and the subtest's name
 * as JSON writes it, or {@code *} for all of the test. Empty lines and those with a {@code #} in
 * front say nothing.
 */
final class Expectations {
  private static final String ALL = "*";

  private final Set<String> failing;

  private Expectations(Set<String> failing) {
    this.failing = failing;
  }

  static Expectations read(Path file) throws IOException {
    var failing = new HashSet<String>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        if (line.indexOf('\t') < 0) {
          throw new IOException(file + ": " + line + " (expected: a test, a tab and a subtest)");
        }
        failing.add(line);
      }
    }
    return new Expectations(failing);
  }

  /** Lines for all that did not pass. */
  static List<String> describe(List<WptResult> results) {
    List<String> lines = new ArrayList<>();
    for (WptResult result : results) {
      if (result.subtests().isEmpty() || result.failed() == result.subtests().size()) {
        lines.add(result.test() + "\t" + ALL);
        continue;
      }
      for (Subtest subtest : result.subtests()) {
        if (subtest.status() != Status.PASS) {
          lines.add(result.test() + "\t" + subtest.name());
        }
      }
    }
    return lines;
  }

  /** What is not as expected, a line for each. */
  List<String> compare(List<WptResult> results) {
    List<String> differences = new ArrayList<>();
    for (WptResult result : results) {
      boolean none = failing.contains(result.test() + "\t" + ALL);
      if (result.problem() != null && result.subtests().isEmpty() && !none) {
        differences.add("unexpected problem: " + result.test() + " " + result.problem());
      }
      for (Subtest subtest : result.subtests()) {
        boolean expected = none || failing.contains(result.test() + "\t" + subtest.name());
        boolean passed = subtest.status() == Status.PASS;
        if (passed && expected) {
          differences.add("unexpected pass: " + result.test() + "\t" + subtest.name());
        } else if (!passed && !expected) {
          differences.add(
              "unexpected " + subtest.status() + ": " + result.test() + "\t" + subtest.name());
        }
      }
    }
    return differences;
  }
}
