package dev.brink.placement.sim.warmth;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** One line of the result. */
record Row(String trace, String policy, double price, WarmthScore score) {
  String markdown() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.0f | %.2f %% of %d | %.2f | %.0f |",
        trace,
        policy,
        price,
        100 * score.coldShare(),
        score.calls(),
        score.wastedGbHours(),
        cost());
  }

  /** In GB·s, cold starts included. */
  private double cost() {
    return score.wastedGbHours() * 3600 + score.coldStarts() * price / 1e3;
  }

  static String json(List<Row> rows) {
    return rows.stream()
        .map(
            row ->
                String.format(
                    Locale.ROOT,
                    "{\"trace\":\"%s\",\"policy\":\"%s\",\"price\":%.0f,\"calls\":%d,\"cold\":%d,"
                        + "\"wastedGbHours\":%.4f}",
                    row.trace,
                    row.policy,
                    row.price,
                    row.score.calls(),
                    row.score.coldStarts(),
                    row.score.wastedGbHours()))
        .collect(Collectors.joining(",\n", "[", "]\n"));
  }
}
