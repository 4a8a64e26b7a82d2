package dev.brink.placement.sim.warmth;

import dev.brink.placement.sim.InvocationTrace;
import dev.brink.placement.warmth.ColdPrice;
import dev.brink.placement.warmth.KeeperSettings;
import dev.brink.placement.warmth.WarmthPolicyKind;
import dev.brink.placement.warmth.WarmthSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the warmth policies on invocation traces and prints a table. The first half of each
 * trace is for learning, the second is judged.
 *
 * <p>{@code --trace} is a directory in the schema of the AzurePublicDataset, or {@code synthetic}
 * (the default) for four kinds of made-up callers.
 */
public final class Main {
  private static final int SYNTHETIC_MINUTES = 480;
  private static final List<Double> PRICES =
      List.of(75e3, 150e3, 225e3, 300e3, 450e3, 600e3, 900e3, 1_500e3);

  private Main() {}

  /** Exits with 2 on a bad option. */
  public static void main(String[] args) throws IOException {
    try {
      run(args, System.out);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  static void run(String[] args, PrintStream out) throws IOException {
    Options options = Options.of(args);
    List<Row> rows = new ArrayList<>();
    for (Map.Entry<String, List<CalledFunction>> each : traces(options).entrySet()) {
      rows.addAll(rows(each.getKey(), each.getValue(), options));
    }
    out.println("| trace | policy | price MB·s | cold starts | wasted GB·h | cost GB·s |");
    out.println("|---|---|---|---|---|---|");
    rows.forEach(row -> out.println(row.markdown()));
    if (!options.json.isEmpty()) {
      Files.writeString(Path.of(options.json), Row.json(rows));
    }
    if (!options.svg.isEmpty()) {
      Files.writeString(Path.of(options.svg), TradeOffChart.svg(rows));
    }
  }

  private static Map<String, List<CalledFunction>> traces(Options options) throws IOException {
    Map<String, List<CalledFunction>> traces = new LinkedHashMap<>();
    if (options.trace.equals("synthetic")) {
      for (Workload workload : Workload.values()) {
        traces.put(
            workload.name().toLowerCase(Locale.ROOT),
            workload.functions(options.seed, SYNTHETIC_MINUTES));
      }
    } else {
      InvocationTrace trace = InvocationTrace.read(Path.of(options.trace));
      boolean all = options.trigger.equals("all");
      traces.put(
          options.trigger,
          CalledFunction.of(trace.only(f -> all || f.trigger().equals(options.trigger))));
    }
    return traces;
  }

  private static List<Row> rows(String trace, List<CalledFunction> functions, Options options) {
    long end =
        functions.stream()
            .flatMap(function -> function.busy().stream())
            .mapToLong(CalledFunction.Span::endNanos)
            .max()
            .orElse(0);
    long half = Math.ceilDiv(end, 2 * CalledFunction.MINUTE) * CalledFunction.MINUTE;
    List<Row> rows = new ArrayList<>();
    for (WarmthPolicyKind kind : WarmthPolicyKind.values()) {
      for (double price : prices(kind, options)) {
        var run =
            new PolicyRun(kind, WarmthSettings.defaults(), new ColdPrice(price), half, 2 * half);
        rows.add(new Row(trace, kind.spelling(), price, run.run(functions)));
      }
    }
    var keeper =
        new KeeperRun(
            KeeperSettings.builder()
                .price(new ColdPrice(options.price))
                .memoryBytes(Long.MAX_VALUE / 2)
                .build(),
            half,
            2 * half);
    rows.add(new Row(trace, "node", options.price, keeper.run(functions)));
    return rows;
  }

  private static List<Double> prices(WarmthPolicyKind kind, Options options) {
    return kind == WarmthPolicyKind.LEARNED_COST && !options.svg.isEmpty()
        ? PRICES
        : List.of(options.price);
  }

  private record Options(
      String trace, String trigger, double price, long seed, String json, String svg) {
    static Options of(String[] args) {
      String trace = "synthetic";
      String trigger = "http";
      double price = ColdPrice.DEFAULT.megabyteSeconds();
      long seed = 1;
      String json = "";
      String svg = "";
      for (int i = 0; i < args.length; i += 2) {
        if (i + 1 == args.length) {
          throw new IllegalArgumentException(args[i] + ": no value (expected: one)");
        }
        String value = args[i + 1];
        switch (args[i]) {
          case "--trace" -> trace = value;
          case "--trigger" -> trigger = value;
          case "--price" -> price = Double.parseDouble(value);
          case "--seed" -> seed = Long.parseLong(value);
          case "--json" -> json = value;
          case "--svg" -> svg = value;
          default ->
              throw new IllegalArgumentException(
                  args[i]
                      + ": unknown (expected: --trace, --trigger, --price, --seed, --json, --svg)");
        }
      }
      return new Options(trace, trigger, price, seed, json, svg);
    }
  }
}
