package dev.brink.mesh.deploy;

import java.util.List;

/**
 * Where a request would run, and why: the decision of the node asked, as it would be now.
 *
 * @param version digest of the function version
 * @param node name of the chosen node
 * @param reason one word for why, such as {@code fastest}
 * @param why the same as a phrase
 * @param candidates all nodes, the best first, those that cannot be chosen last
 */
public record Explanation(
    String tenant,
    String name,
    String version,
    String node,
    String reason,
    String why,
    List<Candidate> candidates) {
  public Explanation {
    candidates = List.copyOf(candidates);
  }

  /**
   * A node and what a request would take there, in milliseconds: the score is the sum of the other
   * terms.
   *
   * @param id of the node
   * @param node its name
   * @param chosen whether it is the one
   * @param local whether it is the node asked
   * @param warm whether an instance is expected to be ready
   * @param netMillis network, there and back
   * @param netEstimated whether that goes by network coordinates, or is a guess: it was never
   *     measured
   * @param queueMillis waiting for a lane
   * @param coldMillis making an instance; 0 when warm
   * @param runMillis running
   * @param dataMillis reaching the function's data
   * @param penaltyMillis for failures and refusals of late
   * @param slow how much longer than elsewhere work takes there; 1 is usual
   * @param reportAgeMillis since its last load report; negative when there was none
   * @param excluded why it cannot be chosen; empty when it can
   */
  public record Candidate(
      String id,
      String node,
      boolean chosen,
      boolean local,
      boolean warm,
      double netMillis,
      boolean netEstimated,
      double queueMillis,
      double coldMillis,
      double runMillis,
      double dataMillis,
      double penaltyMillis,
      double scoreMillis,
      double slow,
      double reportAgeMillis,
      String excluded) {}
}
