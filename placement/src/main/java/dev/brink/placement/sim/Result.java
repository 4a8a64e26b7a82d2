package dev.brink.placement.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What happened to the requests of a simulation after its warm-up. */
final class Result {
  /**
   * One request.
   *
   * @param atNanos when it came
   * @param node where it ran
   * @param latencyNanos from its coming to its answer
   * @param bestNanos what the best node would have given it, as only an omniscient one sees; -1
   *     where that was not worked out
   * @param chosenNanos what the node first chosen would have given it, seen the same way
   * @param nearBest whether the node chosen would have given it no more than 5 % + 1 ms more
   * @param clearBest the node that would have given it at least 5 % + 1 ms less than any other; -1
   *     for none
   * @param cold whether it waited for an instance
   */
  record Row(
      long atNanos,
      SimRequest request,
      int node,
      long latencyNanos,
      long bestNanos,
      long chosenNanos,
      boolean nearBest,
      int clearBest,
      boolean cold) {
    boolean judged() {
      return bestNanos >= 0;
    }
  }

  /**
   * A choice, the warm-up's included: what became of it is in its row.
   *
   * @param control whether it was one of the control group's
   * @param change how it differs from the choice before, of the same ingress and function
   */
  record Chosen(
      long atNanos, int ingress, int function, int node, boolean control, Change change) {}

  /** What a choice of another node than before was good for, as only an omniscient one sees. */
  enum Change {
    /** It is the same node, or the first. */
    NONE,
    /** The node before would have taken over 5 % + 0.5 ms longer. */
    NEEDED,
    /** The nodes were as good as each other. */
    EQUAL,
    /** The node before would have been better by more than that. */
    WORSE,
    /** The node before had refused this request, or not answered. */
    AGAIN,
    /** That was not worked out. */
    UNJUDGED
  }

  private final List<Row> rows = new ArrayList<>();
  private final List<Chosen> chosen = new ArrayList<>();
  private int failures;
  private int refusals;

  void add(Row row) {
    rows.add(row);
  }

  void chose(Chosen choice) {
    chosen.add(choice);
  }

  /** All choices, in their order; each try is one. */
  List<Chosen> chosen() {
    return chosen;
  }

  void failed() {
    failures++;
  }

  void refused() {
    refusals++;
  }

  /** Requests that a node sent back before it began. */
  int refusals() {
    return refusals;
  }

  void addAll(Result other) {
    rows.addAll(other.rows);
    chosen.addAll(other.chosen);
    failures += other.failures;
    refusals += other.refusals;
  }

  List<Row> rows() {
    return rows;
  }

  /** Tries that ended without an answer. */
  int failures() {
    return failures;
  }

  int size() {
    return rows.size();
  }

  double latencyMillis(double share) {
    return quantile(rows.stream().mapToDouble(row -> row.latencyNanos / 1e6).toArray(), share);
  }

  double meanMillis() {
    return rows.stream().mapToDouble(row -> row.latencyNanos / 1e6).average().orElse(0);
  }

  double regret(double share) {
    return quantile(
        judged().mapToDouble(r -> (double) r.latencyNanos / Math.max(1, r.bestNanos)).toArray(),
        share);
  }

  /** The same as regret, of what was chosen and not of what became of it. */
  double choiceRegret(double share) {
    return quantile(
        judged().mapToDouble(r -> (double) r.chosenNanos / Math.max(1, r.bestNanos)).toArray(),
        share);
  }

  double nearBestShare() {
    return judged().mapToDouble(row -> row.nearBest ? 1 : 0).average().orElse(0);
  }

  private Stream<Row> judged() {
    return rows.stream().filter(Row::judged);
  }

  double coldShare() {
    return rows.stream().mapToDouble(row -> row.cold ? 1 : 0).average().orElse(0);
  }

  double localShare() {
    return rows.stream()
        .mapToDouble(row -> row.node == row.request.ingress() ? 1 : 0)
        .average()
        .orElse(0);
  }

  private static double quantile(double[] values, double share) {
    if (values.length == 0) {
      return 0;
    }
    Arrays.sort(values);
    return values[(int) Math.min(values.length - 1, Math.floor(share * values.length))];
  }
}
