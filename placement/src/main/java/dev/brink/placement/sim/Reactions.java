package dev.brink.placement.sim;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How fast a rule lets go of a node in trouble and comes back to it: the traffic that other nodes
 * send there, against the same seconds of the same seeds without the trouble. The node is the one
 * that gets most from others.
 */
final class Reactions {
  /** What goes wrong from second 5 to second 9. */
  enum Trouble {
    SLOW("node 10 times slower", 500),
    FAR("link 100 ms longer", 1_500),
    DEAD("node dead", 1_000);

    final String name;

    /** How soon 95 % of the traffic is to be gone. */
    final int wantedMillis;

    Trouble(String name, int wantedMillis) {
      this.name = name;
      this.wantedMillis = wantedMillis;
    }

    private Scenario.Fault fault(int node) {
      return switch (this) {
        case SLOW -> new Scenario.Fault.Slow(node, 10, FROM, UNTIL);
        case FAR -> new Scenario.Fault.FarAway(node, Duration.ofMillis(100), FROM, UNTIL);
        case DEAD -> new Scenario.Fault.Dead(node, FROM, UNTIL);
      };
    }
  }

  /**
   * What was seen.
   *
   * @param usualPerSecond requests from others before
   * @param lostMillis after so long, and for the second after that, no more than 5 % of them; -1
   *     for never
   * @param stayed of those that came to others, once the traffic was to be gone, so many still ran
   *     there and were judged
   * @param wrongly so many of them would have had their answer over 5 % + 1 ms sooner elsewhere
   * @param due requests since it was well for which it really was the best by over 5 % + 1 ms, of
   *     those that came to others
   * @param backMillis after so long since it was well, half of the usual ones at least, for a
   *     second; -1 for never. It says something only where some are due
   * @param shares of the usual traffic, by half seconds
   */
  record Reaction(
      Trouble trouble,
      double usualPerSecond,
      int lostMillis,
      int stayed,
      int wrongly,
      int due,
      int backMillis,
      List<Double> shares) {

    String row() {
      return String.format(
          Locale.ROOT,
          "| %s | %.0f | %s | %d ms | %d of %d | %d | %s | 5000 ms |",
          trouble.name,
          usualPerSecond,
          lostMillis < 0 ? "never" : lostMillis + " ms",
          trouble.wantedMillis,
          wrongly,
          stayed,
          due,
          due == 0 ? "none due" : backMillis < 0 ? "never" : backMillis + " ms");
    }
  }

  private static final String HEADER =
      "| trouble | requests a second before | 95 % gone after | wanted | wrongly there since"
          + " | due once well | half back after | wanted |\n|---|---|---|---|---|---|---|---|";

  private static final Duration FROM = Duration.ofSeconds(5);
  private static final Duration UNTIL = Duration.ofSeconds(9);
  private static final Duration END = Duration.ofSeconds(16);
  private static final long STEP_NANOS = 50_000_000L;
  private static final int STEPS = (int) (END.toNanos() / STEP_NANOS);
  private static final int CHART_STEPS = 10;
  private static final Duration WINDOW = Duration.ofSeconds(1);
  private static final double GONE = 0.05;
  private static final double BACK = 0.5;

  private final Scenario.Builder scenario;
  private final Simulation.Rules rules;
  private final List<Usual> usual = new ArrayList<>();

  /** A seed's run without trouble, and the node that others send most to. */
  private record Usual(long seed, Result result, int node) {}

  /** Runs the scenario without trouble; its times and faults are replaced. */
  Reactions(Scenario.Builder scenario, Simulation.Rules rules, int firstSeed, int seeds) {
    this.scenario = scenario.time(Duration.ZERO, END);
    this.rules = rules;
    for (int seed = firstSeed; seed < firstSeed + seeds; seed++) {
      Result result = Simulation.run(scenario.faults(List.of()).build(), rules, seed);
      usual.add(new Usual(seed, result, mostSentTo(result)));
    }
  }

  private static int mostSentTo(Result result) {
    return result.chosen().stream()
        .filter(choice -> choice.ingress() != choice.node())
        .collect(Collectors.groupingBy(Result.Chosen::node, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElseThrow(() -> new IllegalStateException("nothing was sent to another node"));
  }

  Reaction to(Trouble trouble) {
    var before = new long[STEPS];
    var after = new long[STEPS];
    int stayed = 0;
    int wrongly = 0;
    int due = 0;
    for (Usual one : usual) {
      Scenario faulty = scenario.faults(List.of(trouble.fault(one.node))).build();
      count(one.result, one.node, before);
      Result result = Simulation.run(faulty, rules, one.seed);
      count(result, one.node, after);
      List<Result.Row> late = stayed(result, one.node, trouble);
      stayed += late.size();
      wrongly += (int) late.stream().filter(row -> !row.nearBest()).count();
      due += due(result, one.node);
    }
    double perSecond = sum(before, 0, FROM) / (double) FROM.toSeconds() / usual.size();
    int lost = first(FROM, UNTIL, at -> sum(after, at, WINDOW) <= GONE * sum(before, at, WINDOW));
    int back = first(UNTIL, END, at -> sum(after, at, WINDOW) >= BACK * sum(before, at, WINDOW));
    var shares = new ArrayList<Double>();
    for (int at = 0; at < STEPS; at += CHART_STEPS) {
      Duration length = Duration.ofNanos(CHART_STEPS * STEP_NANOS);
      shares.add((double) sum(after, at, length) / Math.max(1, sum(before, at, length)));
    }
    return new Reaction(trouble, perSecond, lost, stayed, wrongly, due, back, shares);
  }

  /** The traffic that is left, over time. */
  static String chart(List<Reaction> reactions) {
    var plot =
        new Plot(
            "Traffic from others to a node in trouble from second 5 to 9",
            Plot.Axis.linear("seconds"),
            Plot.Axis.linear("% of the same half second without the trouble"));
    for (Reaction one : reactions) {
      var points = new ArrayList<Plot.Point>();
      for (int i = 0; i < one.shares.size(); i++) {
        points.add(
            Plot.Point.of((i + 0.5) * CHART_STEPS * STEP_NANOS / 1e9, 100 * one.shares.get(i)));
      }
      plot.line(one.trouble.name, points);
    }
    return plot.svg();
  }

  /** All of it, as a table. */
  List<Reaction> print(PrintStream out) {
    out.println(HEADER);
    List<Reaction> seen = Stream.of(Trouble.values()).map(this::to).toList();
    seen.forEach(one -> out.println(one.row()));
    out.printf(
        Locale.ROOT,
        "%nchanges per second, ingress and function without trouble: %.3f; "
            + "needed %.3f, between equals %.3f, for the worse %.3f, after a refusal %.3f%n",
        changesPerSecond(),
        changesPerSecond(Result.Change.NEEDED),
        changesPerSecond(Result.Change.EQUAL),
        changesPerSecond(Result.Change.WORSE),
        changesPerSecond(Result.Change.AGAIN));
    return seen;
  }

  /** What others still sent there, and had judged, once 95 % of it was to be gone. */
  private static List<Result.Row> stayed(Result result, int node, Trouble trouble) {
    long from = FROM.plusMillis(trouble.wantedMillis).toNanos();
    return result.rows().stream()
        .filter(row -> row.atNanos() >= from && row.atNanos() < UNTIL.toNanos())
        .filter(row -> row.request().ingress() != node && row.node() == node && row.judged())
        .toList();
  }

  /** Requests to others that the node, well again, was clearly the best for. */
  private static int due(Result result, int node) {
    return (int)
        result.rows().stream()
            .filter(row -> row.atNanos() >= UNTIL.toNanos())
            .filter(row -> row.request().ingress() != node && row.clearBest() == node)
            .count();
  }

  private static void count(Result result, int node, long[] steps) {
    for (Result.Chosen choice : result.chosen()) {
      int step = (int) (choice.atNanos() / STEP_NANOS);
      if (choice.node() == node && choice.ingress() != node && step < STEPS) {
        steps[step]++;
      }
    }
  }

  private static long sum(long[] steps, int from, Duration length) {
    int count = (int) (length.toNanos() / STEP_NANOS);
    return Arrays.stream(steps, from, Math.min(steps.length, from + count)).sum();
  }

  /** The first step from which on a whole window is as wanted, in milliseconds after the start. */
  private static int first(Duration from, Duration until, IntPredicate asWanted) {
    int start = (int) (from.toNanos() / STEP_NANOS);
    int last = (int) (until.minus(WINDOW).toNanos() / STEP_NANOS);
    for (int at = start; at <= last; at++) {
      if (asWanted.test(at)) {
        return (int) ((at - start) * STEP_NANOS / 1_000_000);
      }
    }
    return -1;
  }

  /**
   * How often, per second and pair of ingress and function, an ingress sends a function's request
   * elsewhere than the one before, without trouble and once everything is known; the control group
   * apart.
   */
  double changesPerSecond() {
    return Stream.of(Result.Change.values())
        .filter(change -> change != Result.Change.NONE)
        .mapToDouble(this::changesPerSecond)
        .sum();
  }

  /** The same, of the changes of one kind. */
  double changesPerSecond(Result.Change kind) {
    int changes = 0;
    int pairs = 0;
    for (Usual one : usual) {
      Set<Long> seen = new HashSet<>();
      for (Result.Chosen choice : one.result.chosen()) {
        if (!choice.control() && choice.atNanos() >= FROM.toNanos()) {
          seen.add(((long) choice.ingress() << 32) | choice.function());
          changes += choice.change() == kind ? 1 : 0;
        }
      }
      pairs += seen.size();
    }
    return changes / (double) END.minus(FROM).toSeconds() / Math.max(1, pairs);
  }
}
