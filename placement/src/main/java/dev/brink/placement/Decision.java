package dev.brink.placement;

import java.util.List;

/**
 * Where a request goes and why, with every node that was looked at.
 *
 * @param choice what {@link Placement#choose} would have said at the same time
 * @param function the function version's id
 * @param candidates all nodes, best first, those that could not be chosen last
 */
public record Decision(Choice choice, String function, List<Candidate> candidates) {
  public Decision {
    candidates = List.copyOf(candidates);
  }

  /** The chosen node's id. */
  public String node() {
    return choice.node();
  }

  public Reason reason() {
    return choice.reason();
  }
}
