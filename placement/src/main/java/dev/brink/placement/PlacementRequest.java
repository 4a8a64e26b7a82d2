package dev.brink.placement;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be placed. Immutable, so that one per function version can be made ahead and used for
 * each of its requests; only a request with a body or with an affinity needs one of its own.
 */
public final class PlacementRequest {
  private final String function;
  private final Hints hints;
  private final long bodyBytes;
  private final @Nullable String affinity;
  private final Set<String> excluded;

  private PlacementRequest(
      String function,
      Hints hints,
      long bodyBytes,
      @Nullable String affinity,
      Set<String> excluded) {
    this.function = requireNonNull(function, "function");
    this.hints = requireNonNull(hints, "hints");
    this.bodyBytes = bodyBytes;
    this.affinity = affinity;
    this.excluded = excluded;
  }

  /**
   * A request that may run on any node: no hints, no body, no affinity.
   *
   * @param function the id of the function version, as load reports name it
   */
  public static PlacementRequest of(String function) {
    return new PlacementRequest(function, Hints.none(), 0, null, Set.of());
  }

  /** The same, with these hints. */
  public PlacementRequest hints(Hints newHints) {
    return new PlacementRequest(function, newHints, bodyBytes, affinity, excluded);
  }

  /**
   * The same, with a body of this size; a negative size counts as 0, which is "none or unknown".
   */
  public PlacementRequest bodyBytes(long bytes) {
    long sane = Math.max(0, bytes);
    return sane == bodyBytes
        ? this
        : new PlacementRequest(function, hints, sane, affinity, excluded);
  }

  /**
   * The same, as part of a session: requests with the same key run on the same node while that is
   * up and not much worse than the best. The id of a node as the key means that node.
   */
  public PlacementRequest affinity(String key) {
    return new PlacementRequest(function, hints, bodyBytes, requireNonNull(key, "key"), excluded);
  }

  /** The same, but not on these nodes: the one that has refused it. */
  public PlacementRequest excluding(Set<String> nodes) {
    return new PlacementRequest(function, hints, bodyBytes, affinity, Set.copyOf(nodes));
  }

  /** The same, but not on this node either. */
  public PlacementRequest excluding(String node) {
    if (excluded.isEmpty()) {
      return new PlacementRequest(function, hints, bodyBytes, affinity, Set.of(node));
    }
    var all = new HashSet<>(excluded);
    all.add(node);
    return new PlacementRequest(function, hints, bodyBytes, affinity, Set.copyOf(all));
  }

  public String function() {
    return function;
  }

  public Hints hints() {
    return hints;
  }

  public long bodyBytes() {
    return bodyBytes;
  }

  /** The session's key, or {@code null} where there is none. */
  public @Nullable String affinity() {
    return affinity;
  }

  public Set<String> excluded() {
    return excluded;
  }

  @Override
  public String toString() {
    return "PlacementRequest["
        + function
        + (bodyBytes == 0 ? "" : ", " + bodyBytes + " bytes")
        + (affinity == null ? "" : ", affinity " + affinity)
        + (excluded.isEmpty() ? "" : ", not " + excluded)
        + "]";
  }
}
