package dev.brink.placement;

import dev.brink.placement.coordinate.Coordinate;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where data lies and how far it is from each node, as the nodes say. Thread-safe; bounded: what
 * there is no room for is as far away as an unmeasured node, and of round trips that is any old
 * one.
 */
final class Distances {
  private static final int MAX_SOURCES = 1 << 14;
  private static final int MAX_HOLDERS = 1 << 10;

  private final long priorNanos;

  /** From a node to another or to an origin, as the first one measured. */
  private final Map<String, Map<String, Long>> rtts = new ConcurrentHashMap<>();

  private final Map<String, Coordinate> coordinates = new ConcurrentHashMap<>();

  private final Map<String, Set<String>> holders = new ConcurrentHashMap<>();

  Distances(long priorNanos) {
    this.priorNanos = priorNanos;
  }

  void rtt(String from, String to, long rttNanos) {
    Map<String, Long> row = rtts.computeIfAbsent(from, node -> new ConcurrentHashMap<>());
    if (row.size() >= MAX_SOURCES && !row.containsKey(to)) {
      // Any one: of a node that has left others may have told once more, and what counts is told
      // again.
      Iterator<String> some = row.keySet().iterator();
      if (some.hasNext()) {
        row.remove(some.next());
      }
    }
    row.put(to, rttNanos);
  }

  void holders(String source, Set<String> now) {
    if (now.isEmpty()) {
      holders.remove(source);
    } else if (now.size() <= MAX_HOLDERS
        && (holders.size() < MAX_SOURCES || holders.containsKey(source))) {
      holders.put(source, Set.copyOf(now));
    }
  }

  /** Where a node lies, for what it and the others did not measure. */
  void coordinate(String node, Coordinate at) {
    coordinates.put(node, at);
  }

  /** The round trip by the coordinates of the two; the prior where they are not known. */
  long estimatedNanos(String from, String to) {
    Coordinate one = coordinates.get(from);
    Coordinate other = coordinates.get(to);
    return one == null || other == null || !one.settled() || !other.settled()
        ? priorNanos
        : one.rttNanos(other);
  }

  void forget(String node) {
    rtts.remove(node);
    rtts.values().forEach(row -> row.remove(node));
    coordinates.remove(node);
  }

  /**
   * From a node to the nearest copy of a source; where no copies are known the source is itself the
   * place, as an origin is.
   */
  private long toSourceNanos(NodeState from, String source, @Nullable Set<String> copies) {
    if (copies == null) {
      return betweenNanos(from, source);
    }
    long nearest = Long.MAX_VALUE;
    for (String holder : copies) {
      nearest = Math.min(nearest, betweenNanos(from, holder));
    }
    return nearest;
  }

  /** From one node to another node or an origin. */
  long betweenNanos(NodeState from, String to) {
    if (from.info.id().equals(to)) {
      return 0;
    }
    Map<String, Long> row = rtts.get(from.info.id());
    Long said = row == null ? null : row.get(to);
    if (said != null) {
      return said;
    }
    // The other way round is as good, where the other one is a node.
    Map<String, Long> otherRow = rtts.get(to);
    Long back = otherRow == null ? null : otherRow.get(from.info.id());
    return back != null ? back : estimatedNanos(from.info.id(), to);
  }

  /**
   * From a node to the nearest copies of what a function reads: the sum over its usual reads.
   *
   * @param originsOnly whether what has copies somewhere does not count
   */
  long dataNanos(NodeState from, DataUse.Reads reads, boolean originsOnly) {
    double sum = 0;
    for (int i = 0; i < reads.sources().length; i++) {
      String source = reads.sources()[i];
      Set<String> copies = holders.get(source);
      if (copies == null || !originsOnly) {
        sum += reads.times()[i] * toSourceNanos(from, source, copies);
      }
    }
    return (long) Math.min(sum, 3.6e12);
  }
}
