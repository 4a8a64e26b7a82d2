package dev.brink.placement.sim;

import java.util.List;
import java.util.stream.IntStream;

/** What one rule reached at one load, all seeds together. */
record Run(String rule, double load, Result result) {

  /** Regret by rule, of runs at one load. */
  static String regretChart(List<Run> runs) {
    var plot =
        new Plot(
            "Regret by rule: latency over the best node's",
            Plot.Axis.logarithmic("regret, 1 is the best"),
            Plot.Axis.rows(runs.stream().map(Run::rule).toList()));
    for (int percent : new int[] {50, 90, 99}) {
      plot.marks(
          "p" + percent,
          IntStream.range(0, runs.size())
              .mapToObj(row -> Plot.Point.of(runs.get(row).result.regret(percent / 100.0), row))
              .toList());
    }
    return plot.svg();
  }

  /** How often the best node is chosen, by load. */
  static String nearBestChart(List<Run> runs) {
    var plot =
        new Plot(
            "How often the node chosen is within 5 % + 1 ms of the best",
            Plot.Axis.linear("load: share of all lanes' time"), Plot.Axis.linear("% of requests"));
    for (String rule : runs.stream().map(Run::rule).distinct().toList()) {
      plot.line(
          rule,
          runs.stream()
              .filter(run -> run.rule.equals(rule))
              .map(run -> Plot.Point.of(run.load, 100 * run.result.nearBestShare()))
              .toList());
    }
    return plot.svg();
  }
}
