package dev.brink.placement.coordinate;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A node's own coordinate, learned from round trips to others that say theirs: Vivaldi with height
 * (Dabek, Cox, Kaashoek, Morris, SIGCOMM 2004) and with Serf's constants, its median of three and
 * its gravity, but without its adjustment term, which is good for round trips and bad for finding
 * the nearest node.
 *
 * <p>Thread-safe. Of at most 1,024 peers the latest samples are kept, those heard of longest ago go
 * first.
 */
public final class Vivaldi {
  private static final double ERROR_WEIGHT = 0.25;
  private static final double STEP = 0.25;
  private static final double GRAVITY_RHO = 150;
  private static final int MEDIAN_OF = 3;
  private static final int MAX_PEERS = 1_024;
  private static final double MAX_RTT_SECONDS = 10;
  private static final double MIN_RTT_SECONDS = 1e-6;

  private final Map<String, double[]> samples =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, double[]> eldest) {
          return size() > MAX_PEERS;
        }
      };

  private final long salt;
  private long asides;
  private Coordinate own = Coordinate.origin();

  /** A node that knows nothing; its id says to which side it leaves a peer at the same point. */
  public Vivaldi(String node) {
    this.salt = node.hashCode();
  }

  /** Where this node is now. */
  public synchronized Coordinate coordinate() {
    return own;
  }

  /**
   * A round trip to a peer was measured. What makes no sense teaches nothing.
   *
   * @param there where the peer says it is
   */
  public synchronized void measured(String peer, Coordinate there, long rttNanos) {
    double rtt = rttNanos / 1e9;
    if (!there.sane() || !(rtt >= 0 && rtt <= MAX_RTT_SECONDS)) {
      return;
    }
    double median = Math.max(MIN_RTT_SECONDS, median(peer, rtt));
    double wrong = Math.abs(own.distance(there) - median) / median;
    double both = Math.max(own.error() + there.error(), 1e-6);
    double weight = own.error() / both;
    double error =
        Math.min(
            Coordinate.MAX_ERROR,
            ERROR_WEIGHT * weight * wrong + own.error() * (1 - ERROR_WEIGHT * weight));
    double force = STEP * weight * (median - own.distance(there));
    Coordinate next = own.pushed(force, there, error, aside()).drawnBack(GRAVITY_RHO);
    own = next.sane() ? next : Coordinate.origin();
  }

  private double median(String peer, double rtt) {
    double[] known = samples.get(peer);
    double[] last = known == null ? new double[0] : known;
    int from = Math.max(0, last.length + 1 - MEDIAN_OF);
    double[] now = Arrays.copyOfRange(last, from, last.length + 1);
    now[now.length - 1] = rtt;
    samples.put(peer, now);
    double[] sorted = now.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** A direction that differs from time to time and from node to node, but not from run to run. */
  private double[] aside() {
    var unit = new double[Coordinate.DIMENSIONS];
    double sum = 0;
    for (int i = 0; i < unit.length; i++) {
      long z = (salt * 31 + ++asides) * 0x9E3779B97F4A7C15L;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      unit[i] = ((z ^ (z >>> 27)) >> 11) * 0x1p-52;
      sum += unit[i] * unit[i];
    }
    double length = Math.max(1e-9, Math.sqrt(sum));
    for (int i = 0; i < unit.length; i++) {
      unit[i] /= length;
    }
    return unit;
  }
}
