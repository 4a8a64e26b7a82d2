package dev.brink.grid;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.BaselineNode;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.cluster.ClusterState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after who keeps the durable store: activates it, takes new members in, and lets those go
 * that are forgotten or stay away for too long. Done by the store's oldest member only, on its
 * control thread; a failure is never a reason to change the keepers.
 */
final class DurableBaseline {
  private static final Logger log = LoggerFactory.getLogger(DurableBaseline.class);

  /** For how long the last keepers are waited for when a majority of them is there. */
  private static final Duration WAIT_FOR_ALL = Duration.ofSeconds(10);

  private static final Duration STEADY = Duration.ofSeconds(1);

  private final Duration retention;
  private final Map<UUID, Long> absentSinceNanos = new HashMap<>();
  private @Nullable Long majoritySinceNanos;
  private final Set<UUID> forgotten = new HashSet<>();
  private Set<UUID> newcomers = Set.of();
  private long newcomersSinceNanos;

  DurableBaseline(Duration retention) {
    this.retention = retention;
  }

  /**
   * Does what is due; waits for Ignite.
   *
   * @param connected whether the grid is with its majority, which a new store needs
   */
  void look(Ignite ignite, boolean connected) {
    if (ignite.cluster().state() != ClusterState.ACTIVE) {
      activate(ignite, connected);
      return;
    }
    majoritySinceNanos = null;
    Quorum quorum = DurableMajority.quorum(ignite, servers(ignite));
    if (quorum.holds() && connected) {
      takeIn(ignite);
      letGo(ignite);
    }
    if (quorum.present() == quorum.known()) {
      reset(ignite);
    }
  }

  private void activate(Ignite ignite, boolean connected) {
    Collection<BaselineNode> keepers = ignite.cluster().currentBaselineTopology();
    Quorum quorum = DurableMajority.quorum(ignite, servers(ignite));
    boolean due;
    if (keepers == null || keepers.isEmpty()) {
      due = connected;
    } else if (quorum.holds()) {
      Long since = majoritySinceNanos;
      long now = System.nanoTime();
      majoritySinceNanos = since == null ? Long.valueOf(now) : since;
      due =
          quorum.present() == quorum.known()
              || (since != null && now - since > WAIT_FOR_ALL.toNanos());
    } else {
      majoritySinceNanos = null;
      due = false;
    }
    if (due) {
      log.info("the durable store is activated: {}", quorum);
      activate(ignite);
    }
  }

  private static void activate(Ignite ignite) {
    ignite.cluster().state(ClusterState.ACTIVE);
    ignite.cluster().baselineAutoAdjustEnabled(false);
  }

  private void takeIn(Ignite ignite) {
    Map<UUID, BaselineNode> keepers = keepers(ignite);
    Map<UUID, ClusterNode> online = new HashMap<>();
    servers(ignite).forEach(node -> online.put(DurableMajority.id(node.consistentId()), node));
    Set<UUID> added =
        online.keySet().stream()
            .filter(id -> !keepers.containsKey(id))
            .collect(Collectors.toUnmodifiableSet());
    if (!added.equals(newcomers)) {
      newcomers = added;
      newcomersSinceNanos = System.nanoTime();
      return;
    }
    if (!added.isEmpty() && System.nanoTime() - newcomersSinceNanos > STEADY.toNanos()) {
      List<BaselineNode> all = new ArrayList<>(keepers.values());
      added.forEach(id -> all.add(online.get(id)));
      log.info("the durable store is kept by {} members from now on", all.size());
      ignite.cluster().setBaselineTopology(all);
    }
  }

  private void letGo(Ignite ignite) {
    Map<UUID, BaselineNode> keepers = keepers(ignite);
    Set<UUID> online = online(ignite);
    absentSinceNanos.keySet().removeAll(online);
    absentSinceNanos.keySet().retainAll(keepers.keySet());
    long now = System.nanoTime();
    for (UUID keeper : keepers.keySet()) {
      if (!online.contains(keeper)
          && now - absentSinceNanos.computeIfAbsent(keeper, id -> now) > retention.toNanos()) {
        keepers.remove(keeper);
        setKeepers(ignite, keepers, List.of(keeper));
        return;
      }
    }
  }

  /** The keepers that are not there. */
  static Set<UUID> missing(Ignite ignite) {
    Set<UUID> missing = new HashSet<>(keepers(ignite).keySet());
    missing.removeAll(online(ignite));
    return missing;
  }

  /** Stops counting on a keeper that is not there, at {@link #letForgottenGo}. */
  void forget(UUID member) {
    forgotten.add(member);
  }

  /**
   * Lets those go that somebody has said to be gone for good. A store that was not active as too
   * many of them are missing is activated then, when the others are a majority of those that are
   * left. Any member may; waits for Ignite.
   */
  void letForgottenGo(Ignite ignite) {
    Map<UUID, BaselineNode> left = keepers(ignite);
    Set<UUID> online = online(ignite);
    forgotten.removeIf(id -> online.contains(id) || !left.containsKey(id));
    if (forgotten.isEmpty() || left.size() == forgotten.size()) {
      return;
    }
    left.keySet().removeAll(forgotten);
    if (ignite.cluster().state() != ClusterState.ACTIVE) {
      Quorum quorum = DurableMajority.quorum(left.keySet(), online);
      if (!quorum.holds()) {
        return;
      }
      log.info("the durable store is activated without {}: {}", forgotten, quorum);
      activate(ignite);
    }
    setKeepers(ignite, left, forgotten);
    forgotten.clear();
  }

  private static void setKeepers(
      Ignite ignite, Map<UUID, BaselineNode> left, Collection<UUID> gone) {
    log.warn("members {} no longer keep the durable store; {} do", gone, left.size());
    ignite.cluster().setBaselineTopology(left.values());
  }

  /**
   * Partitions are lost when all their keepers were gone at once; now all are back, but for those
   * that were let go.
   */
  private static void reset(Ignite ignite) {
    List<String> lost =
        ignite.cacheNames().stream()
            .filter(name -> name.startsWith(DurableSettings.STORE))
            .filter(name -> !ignite.cache(name).lostPartitions().isEmpty())
            .toList();
    if (!lost.isEmpty()) {
      log.warn(
          "all who keep the durable store are there, and {} is used again; what only members had"
              + " that were let go is lost",
          lost);
      ignite.resetLostPartitions(lost);
    }
  }

  private static Map<UUID, BaselineNode> keepers(Ignite ignite) {
    Map<UUID, BaselineNode> keepers = new HashMap<>();
    Collection<BaselineNode> baseline = ignite.cluster().currentBaselineTopology();
    if (baseline != null) {
      baseline.forEach(node -> keepers.put(DurableMajority.id(node.consistentId()), node));
    }
    return keepers;
  }

  private static Set<UUID> online(Ignite ignite) {
    return servers(ignite).stream()
        .map(node -> DurableMajority.id(node.consistentId()))
        .collect(Collectors.toSet());
  }

  private static Collection<ClusterNode> servers(Ignite ignite) {
    return ignite.cluster().forServers().nodes();
  }
}
