package dev.brink.placement.coordinate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whom to probe next in a mesh too large to measure every pair: by turns the peer that lies nearest
 * of those not measured yet, so that near nodes are known by measurement before they are used, and
 * any peer, so that the coordinate stays true. Not thread-safe.
 */
public final class ProbePlan {
  private final long salt;
  private long turn;

  /** Of one node; its id says in which order it goes through the others. */
  public ProbePlan(String node) {
    this.salt = node.hashCode();
  }

  /**
   * The next one.
   *
   * @param own where this node is
   * @param peers where the others say they are
   * @param measured those whose round trip is known
   * @return empty when there are no peers
   */
  public Optional<String> next(
      Coordinate own, Map<String, Coordinate> peers, Set<String> measured) {
    return next(own, peers, measured, Set.of());
  }

  /**
   * The same, where some are needed: these come first of the near ones, measured or not.
   *
   * @param wanted peers that would be used, were their round trip better known
   */
  public Optional<String> next(
      Coordinate own, Map<String, Coordinate> peers, Set<String> measured, Set<String> wanted) {
    if (peers.isEmpty()) {
      return Optional.empty();
    }
    turn++;
    if (turn % 2 != 0) {
      return Optional.of(any(List.copyOf(peers.keySet())));
    }
    Optional<String> needed = nearest(own, peers, peer -> wanted.contains(peer));
    Optional<String> near =
        needed.isPresent() ? needed : nearest(own, peers, peer -> !measured.contains(peer));
    return near.isPresent() ? near : Optional.of(any(List.copyOf(peers.keySet())));
  }

  private static Optional<String> nearest(
      Coordinate own, Map<String, Coordinate> peers, Predicate<String> filter) {
    String nearest = null;
    long least = Long.MAX_VALUE;
    for (Map.Entry<String, Coordinate> peer : peers.entrySet()) {
      Coordinate there = peer.getValue();
      if (there.sane() && filter.test(peer.getKey()) && own.rttNanos(there) < least) {
        nearest = peer.getKey();
        least = own.rttNanos(there);
      }
    }
    return Optional.ofNullable(nearest);
  }

  private String any(List<String> peers) {
    long z = (salt + turn) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    return peers.get((int) Math.floorMod(z ^ (z >>> 31), (long) peers.size()));
  }
}
