package dev.brink.placement.sim;

import java.util.List;

/**
 * How long messages take: half the round trip, a little jitter that is the same for the same
 * message whatever the rule, and what faults add.
 */
final class SimNetwork {
  private static final double JITTER = 0.03;
  private static final double MAX_JITTER_MILLIS = 3;

  private final RttMatrix matrix;
  private final List<Scenario.Fault> faults;

  SimNetwork(RttMatrix matrix, List<Scenario.Fault> faults) {
    this.matrix = matrix;
    this.faults = faults;
  }

  int size() {
    return matrix.size();
  }

  /**
   * One way.
   *
   * @param message tells it from others
   */
  long oneWayNanos(int from, int to, long message, long nowNanos) {
    if (from == to) {
      return 0;
    }
    long half = matrix.rttNanos(from, to) / 2;
    double noise = -Math.log(1 - unit(message * 4096 + from * 64L + to)) * JITTER * half;
    long delay = half + (long) Math.min(noise, MAX_JITTER_MILLIS * 1e6);
    for (Scenario.Fault fault : faults) {
      if (fault instanceof Scenario.Fault.FarAway far
          && (far.node() == from || far.node() == to)
          && far.at().toNanos() <= nowNanos
          && nowNanos < far.until().toNanos()) {
        delay += far.more().toNanos() / 2;
      }
    }
    return delay;
  }

  private static double unit(long number) {
    long z = number + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
  }

  double slowness(int node, long nowNanos) {
    double factor = 1;
    for (Scenario.Fault fault : faults) {
      if (fault instanceof Scenario.Fault.Slow slow
          && slow.node() == node
          && slow.at().toNanos() <= nowNanos
          && nowNanos < slow.until().toNanos()) {
        factor *= slow.factor();
      }
    }
    return factor;
  }

  boolean dead(int node, long nowNanos) {
    for (Scenario.Fault fault : faults) {
      if (fault instanceof Scenario.Fault.Dead dead
          && dead.node() == node
          && dead.at().toNanos() <= nowNanos
          && nowNanos < dead.until().toNanos()) {
        return true;
      }
    }
    return false;
  }
}
