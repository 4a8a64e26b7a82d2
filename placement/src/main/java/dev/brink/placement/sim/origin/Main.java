package dev.brink.placement.sim.origin;

import dev.brink.placement.origin.BalancingPolicy;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Compares the balancing policies on simulated origins and prints a table: {@code [--policy
 * all|NAME] [--load 0.7] [--requests 200000] [--seed 1]}.
 */
public final class Main {
  private Main() {}

  /** Exits with 2 on a bad option. */
  public static void main(String[] args) {
    try {
      run(args, System.out);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  static void run(String[] args, PrintStream out) {
    String policy = "all";
    double load = 0.7;
    int requests = 200_000;
    long seed = 1;
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + ": no value (expected: one)");
      }
      String value = args[i + 1];
      switch (args[i]) {
        case "--policy" -> policy = value;
        case "--load" -> load = within(args[i], Double.parseDouble(value), 0.01, 0.95);
        case "--requests" -> requests = (int) within(args[i], Integer.parseInt(value), 100, 1e7);
        case "--seed" -> seed = Long.parseLong(value);
        default ->
            throw new IllegalArgumentException(
                args[i] + ": unknown (expected: --policy, --load, --requests, --seed)");
      }
    }
    print(policies(policy), load, requests, seed, out);
  }

  private static void print(
      List<BalancingPolicy> policies, double load, int requests, long seed, PrintStream out) {
    out.println("| scenario | policy | mean ms | p50 ms | p99 ms | failed |");
    out.println("|---|---|---|---|---|---|");
    for (Scenario scenario : Scenario.values()) {
      for (BalancingPolicy policy : policies) {
        OriginScore score =
            new OriginSimulation(policy, scenario.origins(), load, requests, seed).run();
        out.printf(
            Locale.ROOT,
            "| %s | %s | %.1f | %.1f | %.1f | %.2f %% |%n",
            scenario.spelling(),
            spelling(policy),
            score.meanMillis(),
            score.p50Millis(),
            score.p99Millis(),
            100 * score.failedShare());
      }
    }
  }

  private static List<BalancingPolicy> policies(String name) {
    if (name.equals("all")) {
      return List.of(BalancingPolicy.values());
    }
    return Arrays.stream(BalancingPolicy.values())
        .filter(policy -> spelling(policy).equals(name))
        .findFirst()
        .map(List::of)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--policy: "
                        + name
                        + " (expected: all, "
                        + String.join(
                            ", ",
                            Arrays.stream(BalancingPolicy.values()).map(Main::spelling).toList())
                        + ")"));
  }

  private static String spelling(BalancingPolicy policy) {
    return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static double within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s: %s (expected: %s to %s)".formatted(name, value, least, most));
    }
    return value;
  }
}
