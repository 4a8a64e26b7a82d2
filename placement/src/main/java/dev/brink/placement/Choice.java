package dev.brink.placement;

/**
 * Where a request goes: the short form of a {@link Decision}.
 *
 * @param node the chosen node's id
 * @param reason why this one
 * @param local whether it is the ingress's own node
 * @param warm whether an instance is expected to be ready there
 * @param cohort which group of the running experiment it belongs to
 */
public record Choice(String node, Reason reason, boolean local, boolean warm, Cohort cohort) {

  /** The groups of requests whose latencies {@link Counterfactual} compares. */
  public enum Cohort {
    /** Not compared: the local node could not have run it warm. */
    NONE,
    /** Placed by the rule, where local could have run it warm. */
    PLACED,
    /** Drawn by lot to run locally, whatever the rule says. */
    CONTROL
  }

  /** Without a part in the experiment. */
  public Choice(String node, Reason reason, boolean local, boolean warm) {
    this(node, reason, local, warm, Cohort.NONE);
  }

  /** Whether the request may run there at all; if not it is to be refused. */
  public boolean allowed() {
    return reason != Reason.NOT_ALLOWED;
  }
}
