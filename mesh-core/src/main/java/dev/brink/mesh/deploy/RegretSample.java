package dev.brink.mesh.deploy;

import java.time.Instant;
import java.util.List;

/**
 * A request that ran on the chosen node and then, for comparison, on the others.
 *
 * @param chosen the name of the node that placement chose
 * @param regret time on the chosen node as a multiple of that on the fastest, at least 1
 * @param runs how long it took on each, the chosen one first
 */
public record RegretSample(
    Instant at, String tenant, String name, String chosen, double regret, List<Run> runs) {
  public RegretSample {
    runs = List.copyOf(runs);
  }

  /**
   * What one node took.
   *
   * @param node name of the node
   * @param millis from the ingress's choice to the start of the answer
   * @param expectedMillis the same, as the choice expected it
   * @param againMillis the same, of each repetition; none unless {@code placement.regret-repeats}
   *     is set
   */
  public record Run(String node, double millis, double expectedMillis, List<Double> againMillis) {
    public Run {
      againMillis = List.copyOf(againMillis);
    }
  }
}
