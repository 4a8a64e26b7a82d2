package dev.brink.placement.sim.origin;

import dev.brink.placement.origin.BalancingPolicy;
import dev.brink.placement.sim.Options;
import dev.brink.placement.sim.Plot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Compares the balancing policies on simulated origins and prints a table: {@code --policy
 * all|NAME,... --load 0.7 --requests 200000 --seeds 5 --first-seed 1 --json FILE --svg FILE}. Of
 * several seeds each figure is the mean of theirs. See docs/balancing.md.
 */
public final class Main {
  private static final List<String> OPTIONS =
      List.of("policy", "load", "requests", "seeds", "first-seed", "json", "svg");
  private static final List<String> POLICIES =
      Stream.of(BalancingPolicy.values()).map(Main::spelling).toList();

  private Main() {}

  private record Row(Scenario scenario, String policy, OriginScore score) {
    String markdown() {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %.1f | %.1f | %.1f | %.2f %% |",
          scenario.spelling(),
          policy,
          score.meanMillis(),
          score.p50Millis(),
          score.p99Millis(),
          100 * score.failedShare());
    }

    String json() {
      return String.format(
          Locale.ROOT,
          "{\"scenario\":\"%s\",\"policy\":\"%s\",\"mean_ms\":%.4f,\"p50_ms\":%.4f,"
              + "\"p99_ms\":%.4f,\"failed_share\":%.6f}",
          scenario.spelling(),
          policy,
          score.meanMillis(),
          score.p50Millis(),
          score.p99Millis(),
          score.failedShare());
    }
  }

  /** Runs what the arguments say; a wrong one ends with a line about it and status 2. */
  public static void main(String[] arguments) throws IOException {
    try {
      run(arguments, System.out);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  static void run(String[] arguments, PrintStream out) throws IOException {
    var options = new Options(arguments, OPTIONS);
    List<String> policies = options.names("policy", "all", POLICIES);
    double load = within("load", options.number("load", 0.7), 0.01, 0.95);
    int requests = (int) within("requests", options.whole("requests", 200_000), 100, 1e6);
    int first = options.whole("first-seed", 1);
    int seeds = options.whole("seeds", 5);
    var rows = new ArrayList<Row>();
    out.println("| scenario | policy | mean ms | p50 ms | p99 ms | failed |");
    out.println("|---|---|---|---|---|---|");
    for (Scenario scenario : Scenario.values()) {
      for (String policy : policies) {
        var scores = new ArrayList<OriginScore>();
        for (int seed = first; seed < first + seeds; seed++) {
          scores.add(
              new OriginSimulation(kind(policy), scenario.origins(), load, requests, seed).run());
        }
        var row = new Row(scenario, policy, OriginScore.mean(scores));
        rows.add(row);
        out.println(row.markdown());
      }
    }
    Path json = options.path("json");
    if (json != null) {
      Files.writeString(
          json, "[" + String.join(",\n", rows.stream().map(Row::json).toList()) + "]\n");
    }
    Path svg = options.path("svg");
    if (svg != null) {
      Files.writeString(svg, chart(policies, rows));
    }
  }

  private static String chart(List<String> policies, List<Row> rows) {
    var plot =
        new Plot(
            "Balancing: the 99th percentile of latency by policy",
            Plot.Axis.logarithmic("p99, ms"),
            Plot.Axis.rows(policies));
    for (Scenario scenario : Scenario.values()) {
      plot.marks(
          scenario.spelling(),
          rows.stream()
              .filter(row -> row.scenario == scenario)
              .map(row -> Plot.Point.of(row.score.p99Millis(), policies.indexOf(row.policy)))
              .toList());
    }
    return plot.svg();
  }

  private static BalancingPolicy kind(String name) {
    return BalancingPolicy.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static String spelling(BalancingPolicy policy) {
    return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static double within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "--%s: %s (expected: %s to %s)".formatted(name, value, least, most));
    }
    return value;
  }
}
