package dev.brink.placement.sim;

import java.util.List;
import java.util.Locale;

/** Results as a table for people and as JSON for programs. */
final class Table {
  static final String HEADER =
      "| rule | load | requests | p50 ms | p90 ms | p99 ms | regret p50 | p90 | p99 | choice p99 |"
          + " near best | cold | local | refused |\n"
          + "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

  private Table() {}

  static String row(Run run) {
    Result result = run.result();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.1f | %.1f | %.1f | %.3f | %.2f | %.2f | %.2f | %.1f %% | %.1f %% | %.1f"
            + " %% | %.1f %% |",
        run.rule(),
        run.load(),
        result.size(),
        result.latencyMillis(0.5),
        result.latencyMillis(0.9),
        result.latencyMillis(0.99),
        result.regret(0.5),
        result.regret(0.9),
        result.regret(0.99),
        result.choiceRegret(0.99),
        100 * result.nearBestShare(),
        100 * result.coldShare(),
        100 * result.localShare(),
        100.0 * result.refusals() / Math.max(1, result.size()));
  }

  static String json(List<Run> runs, String[] arguments) {
    var json = new StringBuilder("{\"arguments\":\"");
    json.append(String.join(" ", arguments).replace("\\", "\\\\").replace("\"", "\\\""));
    json.append("\",\"rules\":[");
    String comma = "";
    for (Run run : runs) {
      json.append(comma).append("\n{\"rule\":\"").append(run.rule()).append('"');
      Result result = run.result();
      number(json, "load", run.load());
      number(json, "requests", result.size());
      number(json, "failures", result.failures());
      number(json, "refusals", result.refusals());
      json.append(",\"knows_warmth\":").append(Baselines.knowsWarmth(run.rule()));
      for (double share : new double[] {0.5, 0.9, 0.99}) {
        int percent = (int) Math.round(100 * share);
        number(json, "latency_ms_p" + percent, result.latencyMillis(share));
        number(json, "regret_p" + percent, result.regret(share));
        number(json, "choice_regret_p" + percent, result.choiceRegret(share));
      }
      number(json, "latency_ms_mean", result.meanMillis());
      number(json, "near_best_share", result.nearBestShare());
      number(json, "cold_share", result.coldShare());
      number(json, "local_share", result.localShare());
      json.append('}');
      comma = ",";
    }
    return json.append("\n]}\n").toString();
  }

  private static void number(StringBuilder json, String name, double value) {
    json.append(String.format(Locale.ROOT, ",\"%s\":%.6g", name, value));
  }
}
