package dev.brink.placement.sim.warmth;

import dev.brink.placement.sim.InvocationTrace;
import dev.brink.placement.sim.Options;
import dev.brink.placement.warmth.ColdPrice;
import dev.brink.placement.warmth.KeeperSettings;
import dev.brink.placement.warmth.WarmthPolicyKind;
import dev.brink.placement.warmth.WarmthSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Compares the warmth policies on invocation traces and prints a table. The first half of each
 * trace is for learning, the second is judged.
 *
 * <p>{@code --trace} is a directory in the schema of the AzurePublicDataset, or {@code synthetic}
 * (the default) for four kinds of made-up callers; {@code --policy} one or several names or {@code
 * all}. {@code --seeds} runs are added up where chance plays a part: in made-up callers, and in
 * Q-learning. See docs/warmth.md.
 */
public final class Main {
  private static final List<String> OPTIONS =
      List.of("trace", "trigger", "policy", "price", "seeds", "first-seed", "json", "svg");

  /** The policies, and the whole keeper with all that is around them. */
  private static final String NODE = "node";

  private static final List<String> POLICIES =
      Stream.concat(
              Stream.of(WarmthPolicyKind.values()).map(WarmthPolicyKind::spelling), Stream.of(NODE))
          .toList();
  private static final int SYNTHETIC_MINUTES = 480;
  private static final List<Double> PRICES =
      List.of(75e3, 150e3, 225e3, 300e3, 450e3, 600e3, 900e3, 1_500e3);

  private Main() {}

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
    double price = options.number("price", ColdPrice.DEFAULT.megabyteSeconds());
    int first = options.whole("first-seed", 1);
    int seeds = options.whole("seeds", 5);
    List<String> policies = options.names("policy", "all", POLICIES);
    Path svg = options.path("svg");
    var prices = svg == null ? List.of(price) : PRICES;
    Map<List<Object>, Row> rows = new LinkedHashMap<>();
    for (int seed = first; seed < first + seeds; seed++) {
      for (Map.Entry<String, List<CalledFunction>> each : traces(options, seed).entrySet()) {
        for (String policy : policies) {
          boolean learned = policy.equals(WarmthPolicyKind.LEARNED_COST.spelling());
          for (double at : learned ? prices : List.of(price)) {
            var row =
                new Row(each.getKey(), policy, at, 1, score(policy, at, each.getValue(), seed));
            rows.merge(List.of(row.trace(), policy, at), row, Row::plus);
          }
        }
      }
    }
    out.println(Row.HEADER);
    rows.values().forEach(row -> out.println(row.markdown()));
    Path json = options.path("json");
    if (json != null) {
      Files.writeString(json, Row.json(rows.values()));
    }
    if (svg != null) {
      Files.writeString(svg, Row.chart(rows.values()));
    }
  }

  private static Map<String, List<CalledFunction>> traces(Options options, int seed)
      throws IOException {
    Map<String, List<CalledFunction>> traces = new LinkedHashMap<>();
    String directory = options.text("trace", "synthetic");
    String trigger = options.text("trigger", "http");
    if (directory.equals("synthetic")) {
      for (Workload workload : Workload.values()) {
        traces.put(
            workload.name().toLowerCase(Locale.ROOT), workload.functions(seed, SYNTHETIC_MINUTES));
      }
    } else {
      InvocationTrace trace = InvocationTrace.read(Path.of(directory));
      traces.put(
          trigger,
          CalledFunction.of(trace.only(f -> trigger.equals("any") || f.trigger().equals(trigger))));
    }
    return traces;
  }

  private static WarmthScore score(
      String policy, double price, List<CalledFunction> functions, int seed) {
    long end =
        functions.stream()
            .flatMap(function -> function.busy().stream())
            .mapToLong(CalledFunction.Span::endNanos)
            .max()
            .orElse(0);
    long half = Math.ceilDiv(end, 2 * CalledFunction.MINUTE) * CalledFunction.MINUTE;
    var settings = WarmthSettings.builder().seed(seed).build();
    if (policy.equals(NODE)) {
      var keeper =
          KeeperSettings.builder()
              .policies(settings)
              .price(new ColdPrice(price))
              .memoryBytes(Long.MAX_VALUE / 2)
              .build();
      return new KeeperRun(keeper, half, 2 * half).run(functions);
    }
    WarmthPolicyKind kind =
        Stream.of(WarmthPolicyKind.values())
            .filter(one -> one.spelling().equals(policy))
            .findFirst()
            .orElseThrow();
    return new PolicyRun(kind, settings, new ColdPrice(price), half, 2 * half).run(functions);
  }
}
