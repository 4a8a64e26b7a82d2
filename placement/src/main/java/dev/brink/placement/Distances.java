package dev.brink.placement;

import dev.brink.placement.coordinate.Coordinate;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Where data lies and how far it is from each node, as the nodes say. Thread-safe; bounded: what
 * there is no room for is as far away as an unmeasured node.
 */
final class Distances {
  private static final int MAX_SOURCES = 1 << 14;
  private static final int MAX_HOLDERS = 1 << 10;

  private final long priorNanos;

  /** From a node to another or to an origin, as the first one measured. */
  private final Map<String, Map<String, Long>> rtts = new ConcurrentHashMap<>();

  private final Map<String, Coordinate> coordinates = new ConcurrentHashMap<>();

  private final Map<String, Set<String>> holders = new ConcurrentHashMap<>();
  private final AtomicInteger version = new AtomicInteger();

  Distances(long priorNanos) {
    this.priorNanos = priorNanos;
  }

  /** Changes with everything it is told. */
  int version() {
    return version.get();
  }

  void rtt(String from, String to, long rttNanos) {
    Map<String, Long> row = rtts.computeIfAbsent(from, node -> new ConcurrentHashMap<>());
    if (row.size() < MAX_SOURCES || row.containsKey(to)) {
      row.put(to, rttNanos);
      version.getAndIncrement();
    }
  }

  void holders(String source, Set<String> now) {
    if (now.isEmpty()) {
      holders.remove(source);
    } else if (now.size() <= MAX_HOLDERS
        && (holders.size() < MAX_SOURCES || holders.containsKey(source))) {
      holders.put(source, Set.copyOf(now));
    }
    version.getAndIncrement();
  }

  /** Where a node lies, for what it and the others did not measure. */
  void coordinate(String node, Coordinate at) {
    coordinates.put(node, at);
    version.getAndIncrement();
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
    coordinates.remove(node);
    version.getAndIncrement();
  }

  /** Whether anything holds a copy of a source that is not the source itself. */
  boolean hasHolders(String source) {
    return holders.containsKey(source);
  }

  /**
   * From a node to the nearest copy of a source; where no copies are known the source is itself the
   * place, as an origin is.
   */
  long toSourceNanos(NodeState from, String source) {
    long nearest = Long.MAX_VALUE;
    for (String holder : holders.getOrDefault(source, Set.of(source))) {
      nearest = Math.min(nearest, betweenNanos(from, holder));
    }
    return nearest;
  }

  /** From one node to another node or an origin. */
  long betweenNanos(NodeState from, String to) {
    if (from.info.id().equals(to)) {
      return 0;
    }
    Long said = rtts.getOrDefault(from.info.id(), Map.of()).get(to);
    if (said != null) {
      return said;
    }
    // The other way round is as good, where the other one is a node.
    Long back = rtts.getOrDefault(to, Map.of()).get(from.info.id());
    return back != null ? back : estimatedNanos(from.info.id(), to);
  }

  /** From a node to the nearest copies of what a function reads: the sum over its usual reads. */
  long dataNanos(NodeState from, Map<String, Double> reads, Predicate<String> counts) {
    double sum = 0;
    for (Map.Entry<String, Double> read : reads.entrySet()) {
      if (counts.test(read.getKey())) {
        sum += read.getValue() * toSourceNanos(from, read.getKey());
      }
    }
    return (long) Math.min(sum, 3.6e12);
  }
}
