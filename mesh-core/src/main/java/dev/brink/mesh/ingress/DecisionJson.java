package dev.brink.mesh.ingress;

import dev.brink.placement.Candidate;
import dev.brink.placement.Decision;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** A placement decision as one line of JSON, bounded to what a header can hold. */
final class DecisionJson {
  private static final int MAX_LENGTH = 7_000;

  static String of(Decision decision, UnaryOperator<String> nodeName) {
    StringBuilder json = new StringBuilder(512);
    json.append("{\"node\":");
    string(json, nodeName.apply(decision.node()));
    json.append(",\"reason\":");
    string(json, decision.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    json.append(",\"why\":");
    string(json, decision.reason().text());
    json.append(",\"function\":");
    string(json, decision.function());
    json.append(",\"candidates\":[");
    int shown = 0;
    for (Candidate candidate : decision.candidates()) {
      if (json.length() > MAX_LENGTH) {
        break;
      }
      if (shown > 0) {
        json.append(',');
      }
      candidate(json, candidate);
      shown++;
    }
    json.append("],\"omitted\":").append(decision.candidates().size() - shown).append('}');
    return json.toString();
  }

  private static void candidate(StringBuilder json, Candidate candidate) {
    json.append("{\"node\":");
    string(json, candidate.name());
    json.append(",\"local\":").append(candidate.local());
    json.append(",\"warm\":").append(candidate.warm());
    millis(json, "net", candidate.netNanos());
    if (candidate.netEstimated()) {
      json.append(",\"net_estimated\":true");
    }
    millis(json, "queue", candidate.queueNanos());
    millis(json, "cold", candidate.coldNanos());
    millis(json, "run", candidate.runNanos());
    millis(json, "data", candidate.dataNanos());
    millis(json, "penalty", candidate.penaltyNanos());
    millis(json, "score", candidate.scoreNanos());
    candidate
        .exclusion()
        .ifPresent(
            exclusion -> {
              json.append(",\"excluded\":");
              string(json, exclusion.text());
            });
    json.append('}');
  }

  private static void millis(StringBuilder json, String name, long nanos) {
    json.append(",\"").append(name).append("_ms\":");
    json.append(String.format(Locale.ROOT, "%.3f", nanos / 1e6));
  }

  private static void string(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  private DecisionJson() {}
}
