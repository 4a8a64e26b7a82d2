package dev.brink.placement.sim;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Compares rules of placement in simulation, on the command line:
 *
 * <pre>{@code
 * java -cp … dev.brink.placement.sim.Main --rtt FILE --trace DIR --rule all --nodes 24 \
 *     --load 0.6 --seeds 5 --json OUT
 * }</pre>
 *
 * <p>{@code --rtt} is a matrix or {@code synthetic}, {@code --trace} a directory or {@code
 * synthetic}, {@code --rule} one or several names or {@code all}. See docs/placement.md.
 */
public final class Main {
  private static final List<String> OPTIONS =
      List.of(
          "rtt",
          "trace",
          "trigger",
          "rule",
          "nodes",
          "lanes",
          "load",
          "seeds",
          "first-seed",
          "seconds",
          "warm-up",
          "cold-ms",
          "further-cold-ms",
          "memory-mb",
          "skew",
          "data",
          "run-scale",
          "longest-mean-ms",
          "json",
          "svg",
          "fault",
          "known-runs",
          "judged",
          "reactions");

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
    Scenario.Builder builder = scenario(options);
    int seeds = options.whole("seeds", 5);
    int first = options.whole("first-seed", 1);
    Path svg = options.path("svg");
    if (Boolean.parseBoolean(options.text("reactions", "false"))) {
      builder.load(options.number("load", 0.6));
      String rule = options.names("rule", "brink", Baselines.names()).getFirst();
      List<Reactions.Reaction> seen =
          new Reactions(builder, Baselines.rule(rule), first, seeds).print(out);
      if (svg != null) {
        Files.writeString(svg, Reactions.chart(seen));
      }
      return;
    }
    List<Double> loads = options.numbers("load", "0.6");
    var runs = new ArrayList<Run>();
    out.println(Table.HEADER);
    for (String rule : options.names("rule", "all", Baselines.names())) {
      for (double load : loads) {
        var run = new Run(rule, load, new Result());
        for (int seed = first; seed < first + seeds; seed++) {
          Scenario scenario = builder.load(load).build();
          run.result().addAll(Simulation.run(scenario, Baselines.rule(rule), seed));
        }
        runs.add(run);
        out.println(Table.row(run));
        write(runs, options, arguments);
      }
    }
  }

  /** After each run anew, so that what was found stays when a long comparison is broken off. */
  private static void write(List<Run> runs, Options options, String[] arguments)
      throws IOException {
    Path json = options.path("json");
    if (json != null) {
      Files.writeString(json, Table.json(runs, arguments));
    }
    Path svg = options.path("svg");
    if (svg != null) {
      boolean oneLoad = runs.stream().map(Run::load).distinct().count() == 1;
      Files.writeString(svg, oneLoad ? Run.regretChart(runs) : Run.nearBestChart(runs));
    }
  }

  private static Scenario.Builder scenario(Options options) throws IOException {
    String rtt = options.text("rtt", "synthetic");
    RttMatrix matrix =
        rtt.equals("synthetic") ? RttMatrix.synthetic(200, 1) : RttMatrix.read(Path.of(rtt));
    String trace = options.text("trace", "synthetic");
    String trigger = options.text("trigger", "http");
    InvocationTrace calls =
        trace.equals("synthetic")
            ? InvocationTrace.synthetic(100, 480, 1)
            : InvocationTrace.read(Path.of(trace))
                .only(f -> trigger.equals("any") || f.trigger().equals(trigger));
    return Scenario.builder(matrix, calls)
        .nodes(options.whole("nodes", 24))
        .lanes(options.whole("lanes", 8))
        .time(
            millis(1000 * options.number("warm-up", 10)),
            millis(1000 * options.number("seconds", 25)))
        .coldMedian(millis(options.number("cold-ms", 200)))
        .furtherCold(millis(options.number("further-cold-ms", 1)))
        .nodeMemoryMb(options.number("memory-mb", 1024))
        .ingressSkew(options.number("skew", 0.5))
        .dataShare(options.number("data", 0))
        .runs(options.number("run-scale", 0.3), millis(options.number("longest-mean-ms", 1000)))
        .knownRuns(Boolean.parseBoolean(options.text("known-runs", "false")))
        .judged(options.number("judged", 1))
        .faults(faults(options.text("fault", "")));
  }

  private static Duration millis(double millis) {
    return Duration.ofNanos((long) (millis * 1e6));
  }

  /** {@code slow|far|dead:NODE:FROM_SECONDS:UNTIL_SECONDS}, comma-separated. */
  private static List<Scenario.Fault> faults(String text) {
    var faults = new ArrayList<Scenario.Fault>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      String[] words = part.split(":", -1);
      if (words.length != 4) {
        throw new IllegalArgumentException(
            "--fault: " + part + " (expected: slow|far|dead:NODE:FROM:UNTIL)");
      }
      int node = Integer.parseInt(words[1]);
      Duration from = millis(1000 * Double.parseDouble(words[2]));
      Duration until = millis(1000 * Double.parseDouble(words[3]));
      faults.add(
          switch (words[0].toLowerCase(Locale.ROOT)) {
            case "slow" -> new Scenario.Fault.Slow(node, 10, from, until);
            case "far" -> new Scenario.Fault.FarAway(node, Duration.ofMillis(100), from, until);
            case "dead" -> new Scenario.Fault.Dead(node, from, until);
            default ->
                throw new IllegalArgumentException(
                    "--fault: " + words[0] + " (expected: slow, far or dead)");
          });
    }
    return faults;
  }
}
