package dev.brink.placement.sim;

import dev.brink.placement.PlacementSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/** All rules by name: Brink's own, an omniscient one, and what others do. */
final class Baselines {
  /** Those that know where a function is warm, or aim to. */
  private static final Set<String> KNOW_WARMTH = Set.of("brink", "oracle", "knative", "home");

  private Baselines() {}

  static List<String> names() {
    return List.copyOf(all().keySet());
  }

  static Simulation.Rules rule(String name) {
    Simulation.Rules rule = all().get(name);
    if (rule == null) {
      throw new IllegalArgumentException("rule: " + name + " (expected: one of " + names() + ")");
    }
    return rule;
  }

  private static Map<String, Simulation.Rules> all() {
    Map<String, Simulation.Rules> all = new LinkedHashMap<>();
    all.put("brink", brink(PlacementSettings.defaults()));
    all.put("oracle", (simulation, seed) -> ingress -> new OracleRule(simulation));
    all.put("local", (simulation, seed) -> ingress -> (request, now) -> ingress);
    all.put("random", seeded((s, random) -> (request, now) -> random.nextInt(nodes(s))));
    all.put("p2c", seeded((s, random) -> new LeastRequestsRule(nodes(s), random)));
    all.put("peak-ewma-p2c", seeded((s, random) -> new PeakEwmaRule(nodes(s), random, false)));
    all.put("peak-ewma", seeded((s, random) -> new PeakEwmaRule(nodes(s), random, true)));
    all.put("c3", seeded((s, random) -> new C3Rule(nodes(s))));
    all.put("prequal", seeded((s, random) -> new PrequalRule(s, random)));
    all.put("knative", seeded((s, random) -> new KnativeRule(s, random)));
    all.put("home", (simulation, seed) -> ingress -> new HomeRule(simulation));
    return all;
  }

  static Simulation.Rules brink(PlacementSettings settings) {
    return (simulation, seed) -> ingress -> new BrinkRule(simulation, ingress, settings);
  }

  static boolean knowsWarmth(String rule) {
    return KNOW_WARMTH.contains(rule);
  }

  private static int nodes(Simulation simulation) {
    return simulation.scenario().nodes();
  }

  private interface Seeded {
    Rule of(Simulation simulation, SplittableRandom random);
  }

  private static Simulation.Rules seeded(Seeded rule) {
    return (simulation, seed) -> {
      var random = new SplittableRandom(seed);
      IntFunction<Rule> maker = ingress -> rule.of(simulation, random.split());
      return maker;
    };
  }
}
