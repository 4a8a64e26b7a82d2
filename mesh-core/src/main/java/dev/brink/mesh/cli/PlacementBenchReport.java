package dev.brink.mesh.cli;

import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.wire.AdminJson;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What {@code bench placement} found. */
final class PlacementBenchReport {
  private static final double AS_GOOD_SHARE = 1.05;
  private static final double AS_GOOD_MILLIS = 1;

  private final String what;
  private final int answered;
  private final List<RegretSample> samples = new ArrayList<>();

  PlacementBenchReport(String what, int answered) {
    this.what = what;
    this.answered = answered;
  }

  void add(List<RegretSample> more) {
    samples.addAll(more);
    samples.sort(Comparator.comparingDouble(RegretSample::regret));
  }

  int samples() {
    return samples.size();
  }

  private double quantile(double share) {
    return samples.isEmpty()
        ? Double.NaN
        : samples.get((int) Math.min(samples.size() - 1, share * samples.size())).regret();
  }

  /** How often the choice was within 5 % + 1 ms of the fastest. */
  private double asGood() {
    long good =
        samples.stream()
            .filter(
                sample -> {
                  double chosen = sample.runs().getFirst().millis();
                  double least =
                      sample.runs().stream().mapToDouble(RegretSample.Run::millis).min().orElse(0);
                  return chosen <= least * AS_GOOD_SHARE + AS_GOOD_MILLIS;
                })
            .count();
    return samples.isEmpty() ? Double.NaN : (double) good / samples.size();
  }

  void print(PrintStream out) {
    out.printf(
        Locale.ROOT, "%s; %d requests answered, %d compared%n", what, answered, samples.size());
    Table.of(">REGRET P50", ">P90", ">P99", ">MAX", ">WITHIN 5 % + 1 MS")
        .row(
            number(quantile(0.5)),
            number(quantile(0.9)),
            number(quantile(0.99)),
            number(quantile(1)),
            String.format(Locale.ROOT, "%.1f %%", 100 * asGood()))
        .print(out, "");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** The same as JSON, with every comparison. */
  String json() {
    Struct.Builder report =
        Struct.newBuilder()
            .putFields("what", text(what))
            .putFields("answered", value(answered))
            .putFields("compared", value(samples.size()))
            .putFields("regretP50", value(quantile(0.5)))
            .putFields("regretP90", value(quantile(0.9)))
            .putFields("regretP99", value(quantile(0.99)))
            .putFields("regretMax", value(quantile(1)))
            .putFields("asGood", value(asGood()));
    Value.Builder list = Value.newBuilder();
    for (RegretSample sample : samples) {
      Struct.Builder runs = Struct.newBuilder();
      sample.runs().forEach(run -> runs.putFields(run.node(), value(run.millis())));
      list.getListValueBuilder()
          .addValues(
              Value.newBuilder()
                  .setStructValue(
                      Struct.newBuilder()
                          .putFields("function", text(sample.name()))
                          .putFields("chosen", text(sample.chosen()))
                          .putFields("regret", value(sample.regret()))
                          .putFields("millis", Value.newBuilder().setStructValue(runs).build())));
    }
    return AdminJson.complete(report.putFields("samples", list.build()).build()) + "\n";
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value value(double number) {
    return Double.isFinite(number)
        ? Value.newBuilder().setNumberValue(number).build()
        : Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
  }
}
