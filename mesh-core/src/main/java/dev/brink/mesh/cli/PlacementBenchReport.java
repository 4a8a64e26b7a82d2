package dev.brink.mesh.cli;

import com.google.protobuf.ListValue;
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

  void print(PrintStream out) {
    out.printf(
        Locale.ROOT, "%s; %d requests answered, %d compared%n", what, answered, samples.size());
    Table table =
        Table.of("REGRET", ">COMPARED", ">P50", ">P90", ">P99", ">MAX", ">WITHIN 5 % + 1 MS");
    add(table, "one run on each node", RegretFigures.raw(samples));
    RegretFigures medians = RegretFigures.ofMedians(samples);
    if (medians.count() > 0) {
      add(table, "medians of repeated runs", medians);
      add(table, "control: the chosen node twice", RegretFigures.ofSameNode(samples));
      add(table, "control: the best by medians, one run", RegretFigures.ofBestByMedians(samples));
    }
    table.print(out, "");
  }

  private static void add(Table table, String name, RegretFigures figures) {
    table.row(
        name,
        figures.count(),
        number(figures.quantile(0.5)),
        number(figures.quantile(0.9)),
        number(figures.quantile(0.99)),
        number(figures.quantile(1)),
        String.format(Locale.ROOT, "%.1f %%", 100 * figures.asGood()));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** The same as JSON, with every comparison. */
  String json() {
    RegretFigures raw = RegretFigures.raw(samples);
    Struct.Builder report =
        Struct.newBuilder()
            .putFields("what", text(what))
            .putFields("answered", value(answered))
            .putFields("compared", value(samples.size()))
            .putFields("regretP50", value(raw.quantile(0.5)))
            .putFields("regretP90", value(raw.quantile(0.9)))
            .putFields("regretP99", value(raw.quantile(0.99)))
            .putFields("regretMax", value(raw.quantile(1)))
            .putFields("asGood", value(raw.asGood()))
            .putFields("medians", figures(RegretFigures.ofMedians(samples)))
            .putFields("controlSameNode", figures(RegretFigures.ofSameNode(samples)))
            .putFields("controlBestByMedians", figures(RegretFigures.ofBestByMedians(samples)));
    ListValue.Builder list = ListValue.newBuilder();
    for (RegretSample sample : samples) {
      list.addValues(struct(comparison(sample)));
    }
    Value all = Value.newBuilder().setListValue(list).build();
    return AdminJson.complete(report.putFields("samples", all).build()) + "\n";
  }

  private static Value figures(RegretFigures figures) {
    return struct(
        Struct.newBuilder()
            .putFields("compared", value(figures.count()))
            .putFields("p50", value(figures.quantile(0.5)))
            .putFields("p90", value(figures.quantile(0.9)))
            .putFields("p99", value(figures.quantile(0.99)))
            .putFields("max", value(figures.quantile(1)))
            .putFields("asGood", value(figures.asGood())));
  }

  private static Struct.Builder comparison(RegretSample sample) {
    Struct.Builder millis = Struct.newBuilder();
    Struct.Builder expected = Struct.newBuilder();
    Struct.Builder again = Struct.newBuilder();
    for (RegretSample.Run run : sample.runs()) {
      millis.putFields(run.node(), value(run.millis()));
      expected.putFields(run.node(), value(run.expectedMillis()));
      Value.Builder times = Value.newBuilder();
      run.againMillis().forEach(time -> times.getListValueBuilder().addValues(value(time)));
      if (times.hasListValue()) {
        again.putFields(run.node(), times.build());
      }
    }
    return Struct.newBuilder()
        .putFields("at", text(sample.at().toString()))
        .putFields("function", text(sample.name()))
        .putFields("chosen", text(sample.chosen()))
        .putFields("regret", value(sample.regret()))
        .putFields("millis", struct(millis))
        .putFields("expectedMillis", struct(expected))
        .putFields("againMillis", struct(again));
  }

  private static Value struct(Struct.Builder fields) {
    return Value.newBuilder().setStructValue(fields).build();
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
