package dev.brink.placement;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.Set;

/**
 * What is to be placed. Immutable, so that one per function version can be made ahead and used for
 * each of its requests.
 */
public final class PlacementRequest {
  private final String function;
  private final Set<String> excluded;

  private PlacementRequest(String function, Set<String> excluded) {
    this.function = requireNonNull(function, "function");
    this.excluded = excluded;
  }

  /**
   * A request that may run on any node.
   *
   * @param function the id of the function version, as load reports name it
   */
  public static PlacementRequest of(String function) {
    return new PlacementRequest(function, Set.of());
  }

  /** The same, but not on these nodes: the one that has refused it. */
  public PlacementRequest excluding(Set<String> nodes) {
    return new PlacementRequest(function, Set.copyOf(nodes));
  }

  /** The same, but not on this node either. */
  public PlacementRequest excluding(String node) {
    if (excluded.isEmpty()) {
      return new PlacementRequest(function, Set.of(node));
    }
    var all = new HashSet<>(excluded);
    all.add(node);
    return new PlacementRequest(function, Set.copyOf(all));
  }

  public String function() {
    return function;
  }

  public Set<String> excluded() {
    return excluded;
  }

  @Override
  public String toString() {
    return "PlacementRequest[" + function + (excluded.isEmpty() ? "" : ", not " + excluded) + "]";
  }
}
