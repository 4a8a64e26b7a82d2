package dev.brink.grid;

import dev.brink.grid.wire.BeaconIdentity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where other nodes may be: the seeds, the known members, and nodes that asked lately. Thread-safe.
 */
final class Neighbours {
  private static final int MAX_ADDRESSES = 256;
  private static final int MAX_ASKERS = 64;
  private static final long ASKER_NANOS = Duration.ofSeconds(60).toNanos();

  private final String cluster;
  private final HostPort self;
  private final List<HostPort> seeds;
  private final KnownMembers known;
  private final Map<HostPort, Long> askers = new ConcurrentHashMap<>();

  Neighbours(String cluster, HostPort self, List<HostPort> seeds, KnownMembers known) {
    this.cluster = cluster;
    this.self = self;
    this.seeds = seeds;
    this.known = known;
  }

  /** Remembers for a minute who asked, so that a node nobody names is seen as well. */
  void asked(InetSocketAddress from, BeaconIdentity who) {
    HostPort at = HostPort.of(from.getAddress(), from.getPort());
    if (who.getCluster().equals(cluster)
        && (askers.size() < MAX_ASKERS || askers.containsKey(at))) {
      askers.put(at, System.nanoTime());
    }
  }

  /** Whether it is a seed or a known member, and not only one that asked. */
  boolean expects(HostPort at) {
    return seeds.contains(at)
        || known.all().stream().anyMatch(member -> member.discovery().equals(at));
  }

  /** All addresses but this node's own, 256 at most. */
  Collection<HostPort> addresses() {
    long now = System.nanoTime();
    askers.values().removeIf(heard -> now - heard > ASKER_NANOS);
    Set<HostPort> all = new LinkedHashSet<>(seeds);
    known.all().forEach(member -> all.add(member.discovery()));
    all.addAll(askers.keySet());
    all.remove(self);
    return all.stream().limit(MAX_ADDRESSES).toList();
  }
}
