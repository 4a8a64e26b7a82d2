package dev.brink.grid;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Who is in the grid: the public membership and what only the grid itself needs to know of it. */
record View(Membership membership, List<Peer> peers) {
  static View of(long version, List<Peer> peers) {
    return new View(
        new Membership(version, peers.stream().map(Peer::member).toList()), List.copyOf(peers));
  }

  Set<UUID> ids() {
    return ids(peers);
  }

  static Set<UUID> ids(List<Peer> peers) {
    return peers.stream().map(peer -> peer.member().id()).collect(Collectors.toUnmodifiableSet());
  }

  boolean hasSession(UUID session) {
    return peers.stream().anyMatch(peer -> peer.session().equals(session));
  }

  /** The lowest id; by it two parts of equal size agree which one yields. */
  UUID lowestId() {
    return peers.stream()
        .map(peer -> peer.member().id())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Whether this node has been in the grid for longest; it does what only one shall do. */
  boolean selfIsOldest() {
    return peers.stream()
        .min(Comparator.comparingLong(Peer::order))
        .map(peer -> peer.member().self())
        .orElse(false);
  }
}
