package dev.brink.placement.sim.warmth;

import dev.brink.placement.sim.Plot;
import dev.brink.placement.warmth.WarmthPolicyKind;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One line of the result.
 *
 * @param seeds runs that are added up in the score
 */
record Row(String trace, String policy, double price, int seeds, WarmthScore score) {
  static final String HEADER =
      "| trace | policy | price MB·s | cold starts | wasted GB·h | cost GB·s |\n"
          + "|---|---|---|---|---|---|";

  private static final String LEARNED = WarmthPolicyKind.LEARNED_COST.spelling();

  Row plus(Row other) {
    return new Row(trace, policy, price, seeds + other.seeds, score.plus(other.score));
  }

  /** Memory and cost are of one run, on average. */
  String markdown() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.0f | %.2f %% of %d | %.2f | %.0f |",
        trace,
        policy,
        price,
        100 * score.coldShare(),
        score.calls(),
        wastedGbHours(),
        cost());
  }

  private double wastedGbHours() {
    return score.wastedGbHours() / seeds;
  }

  /** In GB·s, cold starts included. */
  private double cost() {
    return wastedGbHours() * 3600 + score.coldStarts() * price / 1e3 / seeds;
  }

  static String json(Collection<Row> rows) {
    return rows.stream()
        .map(
            row ->
                String.format(
                    Locale.ROOT,
                    "{\"trace\":\"%s\",\"policy\":\"%s\",\"price\":%.0f,\"seeds\":%d,"
                        + "\"calls\":%d,\"cold\":%d,\"wastedGbHours\":%.4f}",
                    row.trace,
                    row.policy,
                    row.price,
                    row.seeds,
                    row.score.calls(),
                    row.score.coldStarts(),
                    row.wastedGbHours()))
        .collect(Collectors.joining(",\n", "[", "]\n"));
  }

  /** Cold starts over wasted memory: the learned policy as a line, one point for each price. */
  static String chart(Collection<Row> rows) {
    var plot =
        new Plot(
            "Warmth: what fewer cold starts cost in memory",
            Plot.Axis.linear("memory held for nothing, GB·h"),
            Plot.Axis.linear("cold starts, %"));
    for (String policy : rows.stream().map(Row::policy).distinct().toList()) {
      List<Row> own = rows.stream().filter(row -> row.policy.equals(policy)).toList();
      List<Plot.Point> points = own.stream().map(Row::point).toList();
      if (own.stream().map(Row::trace).distinct().count() == 1 && own.size() > 1) {
        plot.line(policy, points);
      } else {
        plot.marks(policy, points);
      }
    }
    return plot.svg();
  }

  private Plot.Point point() {
    String label = policy.equals(LEARNED) ? String.format(Locale.ROOT, "%.0f", price / 1e3) : "";
    return new Plot.Point(wastedGbHours(), 100 * score.coldShare(), label);
  }
}
