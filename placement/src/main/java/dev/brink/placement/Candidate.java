package dev.brink.placement;

import java.util.Optional;

/**
 * A node as a decision saw it. Times are nanoseconds; the score is the sum of the six terms.
 *
 * @param node its id
 * @param name its name
 * @param local whether it is the ingress's own node
 * @param warm whether an instance is expected to be ready
 * @param netNanos network, there and back
 * @param queueNanos waiting for a lane
 * @param coldNanos making an instance, 0 when warm
 * @param runNanos running
 * @param dataNanos reaching the function's data; 0 where nothing is known of it
 * @param penaltyNanos for recent failures, a recent refusal and a report past its time
 * @param scoreNanos the expected latency
 * @param slow how much longer than elsewhere work takes there; 1 is usual
 * @param netEstimated whether {@code netNanos} was never measured and is a guess or by coordinates
 * @param reportAgeNanos since the node's last report; -1 when there was none
 * @param exclusion why it could not be chosen, if so
 */
public record Candidate(
    String node,
    String name,
    boolean local,
    boolean warm,
    long netNanos,
    long queueNanos,
    long coldNanos,
    long runNanos,
    long dataNanos,
    long penaltyNanos,
    long scoreNanos,
    double slow,
    boolean netEstimated,
    long reportAgeNanos,
    Optional<Exclusion> exclusion) {

  /** Why a node is no candidate. More may come. */
  public enum Exclusion {
    /** The request says not there: it was refused there already. */
    EXCLUDED("excluded by the request"),
    /** The function's hints leave it out by its labels. */
    NOT_ALLOWED("not allowed by its labels"),
    /** It lacks something the function needs. */
    NOT_CAPABLE("lacks what the function needs"),
    /** The function is pinned to other nodes. */
    PINNED_ELSEWHERE("the function is pinned elsewhere"),
    /** It is farther than others from what the function wants to be near to. */
    TOO_FAR("farther from what the function wants to be near to"),
    /** It is as loaded as its operator lets it be, and takes nothing from others. */
    OVER_LIMIT("over its load limit"),
    /** Too many nodes to look at each, and others are nearer, warmer or freer. */
    NOT_SHORTLISTED("others are nearer, warmer or freer"),
    /** In a mesh too large to measure every pair: its round trip is not measured well enough. */
    UNVERIFIED("its round trip is not measured yet"),
    /** It said a moment ago that it has not loaded the function. */
    NOT_LOADED("has not loaded the function"),
    /** It takes nothing new. */
    DRAINING("draining"),
    /** It says that it can't be relied on. */
    UNHEALTHY("unhealthy"),
    /** It failed several times in a row and rests. */
    EJECTED("ejected after failures"),
    /** It has not reported yet. */
    UNREPORTED("no load report yet"),
    /** Its last report is too old. */
    STALE("its last load report is too old");

    private final String text;

    Exclusion(String text) {
      this.text = text;
    }

    /** One phrase for people. */
    public String text() {
      return text;
    }
  }
}
