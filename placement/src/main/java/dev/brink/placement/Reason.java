package dev.brink.placement;

/** Why a node was chosen. More may come. */
public enum Reason {
  /** The lowest expected latency of all. */
  FASTEST("lowest expected latency"),
  /** As good as the best within the tolerance, and no network. */
  LOCAL_TIE("local is as good as the best"),
  /** As good as the best within the tolerance, and the last used for this function. */
  LAST_USED("the node last used is as good as the best"),
  /** Drawn by lot for the control group, which runs locally: see {@link Counterfactual}. */
  CONTROL("local, for comparison"),
  /** The node of the request's session, and not much worse than the best. */
  AFFINITY("the node of the session"),
  /** As good as the best within the slack of a function that is to be spread, and its turn. */
  SPREAD("its turn among nodes about as good as the best"),
  /** No other node could be considered. */
  ONLY_CANDIDATE("the only candidate"),
  /**
   * Unhealthy, resting after failures, or a moment ago without the function, but no other node
   * could be considered: it is to be told that there is no other.
   */
  LAST_RESORT("no other candidate, though it is unhealthy, failed or had not loaded the function"),
  /** No node could be considered, not even the local one: local must try. */
  NOTHING_LEFT("no candidate was left, so local"),
  /** No node that is up and below its load limit may run it: the request is to be refused. */
  NOT_ALLOWED("no node that is up and takes calls may run it");

  private final String text;

  Reason(String text) {
    this.text = text;
  }

  /** One phrase for people. */
  public String text() {
    return text;
  }
}
