package dev.brink.grid;

import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.BaselineNode;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.TopologyValidator;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/**
 * Lets the durable store be written to only while the majority of the members that keep it are
 * there: more than half, or half with the one of the lowest id. Of two parts of a split store at
 * most one can write, and any two majorities have a member in common, who has what was written.
 * Ignite asks at each change of its topology.
 */
final class DurableMajority implements TopologyValidator {
  private static final long serialVersionUID = 1L;

  @IgniteInstanceResource private transient @Nullable Ignite ignite;

  @Override
  public boolean validate(Collection<ClusterNode> nodes) {
    Ignite here = ignite;
    return here != null && quorum(here, nodes).holds();
  }

  /** All are one: Ignite compares those of caches that share partitions, and of members. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DurableMajority;
  }

  @Override
  public int hashCode() {
    return DurableMajority.class.hashCode();
  }

  /** Counts the members that keep the store. */
  static Quorum quorum(Ignite ignite, Collection<ClusterNode> present) {
    Set<UUID> online =
        present.stream().map(node -> id(node.consistentId())).collect(Collectors.toSet());
    Collection<BaselineNode> baseline = ignite.cluster().currentBaselineTopology();
    if (baseline == null) {
      return new Quorum(0, online.size(), true);
    }
    Set<UUID> keepers =
        baseline.stream().map(node -> id(node.consistentId())).collect(Collectors.toSet());
    return quorum(keepers, online);
  }

  static Quorum quorum(Set<UUID> keepers, Set<UUID> online) {
    int count = (int) keepers.stream().filter(online::contains).count();
    boolean withLowest = keepers.stream().min(UUID::compareTo).map(online::contains).orElse(true);
    return new Quorum(
        keepers.size(),
        count,
        2 * count > keepers.size() || (2 * count == keepers.size() && withLowest));
  }

  static UUID id(Object consistentId) {
    return UUID.fromString(consistentId.toString());
  }
}
