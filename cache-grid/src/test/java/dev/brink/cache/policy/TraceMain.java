package dev.brink.cache.policy;

import com.github.benmanes.caffeine.cache.simulator.BasicSettings;
import com.github.benmanes.caffeine.cache.simulator.parser.TraceFormat;
import com.github.benmanes.caffeine.cache.simulator.policy.AccessEvent;
import com.github.benmanes.caffeine.cache.simulator.policy.Policy;
import com.github.benmanes.caffeine.cache.simulator.policy.Policy.Characteristic;
import com.github.benmanes.caffeine.cache.simulator.policy.Registry;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Replays traces into {@link AdaptivePolicy} and into the policies of Caffeine's simulator, and
 * prints a table of hit ratios in Markdown; see docs/cache-policy.md. Arguments: {@code traces}
 * (those of the bars), {@code others} (more of the simulator's traces, which no constant was chosen
 * by), {@code generated}, {@code bytes} (byte hits, with sizes); then, if only one is wanted, its
 * name.
 */
public final class TraceMain {
  static final double[] CAPACITIES = {0.005, 0.05, 0.10};
  private static final String BRINK = "Brink";
  private static final int MOST_REQUESTS = 3_000_000;

  /** Column names by the simulator's names. */
  private static final Map<String, String> RIVALS =
      Map.of(
          "linked.Lru", "LRU",
          "linked.Sieve", "SIEVE",
          "greedy-dual.Gdsf", "GDSF",
          "two-queue.S3Fifo", "S3-FIFO",
          "product.Caffeine", "W-TinyLFU (Caffeine)");

  private static final List<String> COLUMNS =
      List.of("LRU", "SIEVE", "GDSF", "S3-FIFO", "W-TinyLFU (Caffeine)", BRINK);

  /** The rivals of the bars. */
  private static final List<String> BARS = List.of("GDSF", "S3-FIFO", "W-TinyLFU (Caffeine)");

  private TraceMain() {}

  /** One trace at one capacity: hit ratios in percent by column. */
  record Row(String name, double part, long capacity, Map<String, Double> ratios) {
    double brink() {
      return ratio(BRINK);
    }

    double lru() {
      return ratio("LRU");
    }

    /** How far ahead of the best of GDSF, S3-FIFO and W-TinyLFU, in points. */
    double ahead() {
      return brink() - BARS.stream().mapToDouble(this::ratio).max().orElseThrow();
    }

    private double ratio(String column) {
      Double ratio = ratios.get(column);
      if (ratio == null) {
        throw new IllegalStateException(column + ": missing (expected: a policy of the simulator)");
      }
      return ratio;
    }
  }

  static List<Workload> traces() {
    return List.of(
        trace("adapt-size", "request.trace.xz"),
        trace("cache2k", "web07.trace.xz"),
        trace("cache2k", "web12.trace.xz"),
        trace("scarab", "scarab-recs.trace.xz"),
        trace("gradle", "build-cache.xz"));
  }

  private static List<Workload> others() {
    return List.of(
        trace("cache2k", "orm-busy.trace.xz"),
        trace("cache2k", "orm-night.trace.xz"),
        trace("cloud-physics", "w106.trace.xz"),
        trace("corda", "trace_vaultservice.gz"),
        trace("lirs", "multi3.trace.gz"),
        trace("lirs", "sprite.trace.gz"),
        trace("lirs", "gli.trace.gz"),
        trace("lirs", "2_pools.trace.gz"));
  }

  static List<Workload> generated() {
    return List.of(
        Workload.zipf("zipf 0.7", 500_000, 50_000, 0.7, 0, 1),
        Workload.zipf("zipf 1.0", 500_000, 50_000, 1.0, 0, 2),
        Workload.zipf("zipf 0.9, drift", 500_000, 50_000, 0.9, 20_000, 3),
        Workload.scans(500_000, 50_000, 10_000, 3_000, 4),
        Workload.loop(500_000, 20_000, 5),
        Workload.mixedSizes(500_000, 50_000, 6),
        Workload.recency(500_000, 20_000, 7),
        Workload.phases(200_000, 8));
  }

  static Workload trace(String format, String file) {
    try (var events = TraceFormat.named(format).readFiles(List.of(file)).events()) {
      List<AccessEvent> list = events.limit(MOST_REQUESTS).toList();
      return new Workload(
          file.replaceFirst("\\..*", ""),
          list.stream().mapToLong(AccessEvent::key).toArray(),
          list.stream().mapToInt(AccessEvent::weight).toArray());
    }
  }

  /** Runs all policies over a workload at the capacities of {@link #CAPACITIES}. */
  static List<Row> rows(Workload work, Goal goal) {
    long footprint = work.footprint();
    List<Row> rows = new ArrayList<>();
    for (double part : CAPACITIES) {
      long capacity = Math.max(1, Math.round(footprint * part));
      Map<String, Double> ratios = new LinkedHashMap<>(rivals(work, capacity, goal));
      ratios.put(BRINK, brink(work, capacity, goal));
      rows.add(new Row(work.name(), part, capacity, ratios));
    }
    return rows;
  }

  private static double brink(Workload work, long capacity, Goal goal) {
    AdaptivePolicy policy = AdaptivePolicy.builder(capacity).goal(goal).build();
    double had = 0;
    double asked = 0;
    for (int i = 0; i < work.keys().length; i++) {
      double value = goal.value(work.sizes()[i], 1);
      asked += value;
      if (policy.use(work.keys()[i])) {
        had += value;
      } else {
        boolean _ = policy.admit(work.keys()[i], work.sizes()[i], 1, gone -> {});
      }
    }
    return 100 * had / asked;
  }

  private static Map<String, Double> rivals(Workload work, long capacity, Goal goal) {
    Config config =
        ConfigFactory.parseString(
                "admission=[Always]\npolicies=["
                    + String.join(",", RIVALS.keySet())
                    + "]\nmaximum-size="
                    + capacity)
            .withFallback(ConfigFactory.load().getConfig("caffeine.simulator"));
    Map<String, Double> ratios = new LinkedHashMap<>();
    for (Policy policy :
        new Registry(new BasicSettings(config), Set.of(Characteristic.WEIGHTED)).policies()) {
      for (int i = 0; i < work.keys().length; i++) {
        policy.record(AccessEvent.forKeyAndWeight(work.keys()[i], work.sizes()[i]));
      }
      policy.finished();
      String column = RIVALS.getOrDefault(policy.name(), policy.name());
      double ratio =
          goal == Goal.BYTE_HITS ? policy.stats().weightedHitRate() : policy.stats().hitRate();
      ratios.put(column, 100 * ratio);
    }
    return ratios;
  }

  public static void main(String[] arguments) {
    String kind = arguments.length == 0 ? "traces" : arguments[0];
    Goal goal = kind.equals("bytes") ? Goal.BYTE_HITS : Goal.OBJECT_HITS;
    List<Workload> works =
        switch (kind) {
          case "traces" -> traces();
          case "others" -> others();
          case "generated" -> generated();
          case "bytes" ->
              List.of(
                  trace("adapt-size", "request.trace.xz"), Workload.mixedSizes(500_000, 50_000, 6));
          default ->
              throw new IllegalArgumentException(
                  "argument: " + kind + " (expected: traces, others, generated or bytes)");
        };
    System.out.println("| trace | capacity | " + String.join(" | ", COLUMNS) + " | ahead |");
    System.out.println("|---|---:|" + "---:|".repeat(COLUMNS.size() + 1));
    List<Row> all = new ArrayList<>();
    for (Workload work : works) {
      if (arguments.length > 1 && !work.name().equals(arguments[1])) {
        continue;
      }
      for (Row row : rows(work, goal)) {
        all.add(row);
        print(row);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n%d rows; least ahead %+.2f; a point ahead on %d; least over LRU %+.2f%n",
        all.size(),
        all.stream().mapToDouble(Row::ahead).min().orElse(0),
        all.stream().filter(row -> row.ahead() >= 1).count(),
        all.stream().mapToDouble(row -> row.brink() - row.lru()).min().orElse(0));
  }

  private static void print(Row row) {
    var line = new StringBuilder();
    line.append("| %s | %.1f %% |".formatted(row.name(), 100 * row.part()));
    for (String column : COLUMNS) {
      line.append(String.format(Locale.ROOT, " %.2f |", row.ratio(column)));
    }
    System.out.println(line.append(String.format(Locale.ROOT, " %+.2f |", row.ahead())));
  }
}
