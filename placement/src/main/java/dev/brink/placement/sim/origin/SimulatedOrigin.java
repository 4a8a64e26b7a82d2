package dev.brink.placement.sim.origin;

/**
 * A server with some workers and a queue before them.
 *
 * @param workMillis mean time of a request at a worker; exponentially distributed
 * @param rttMillis away from the balancer
 * @param stallEveryMillis how often it stands still, 0 for never, for {@code stallMillis}
 * @param failureShare of the requests that it answers with an error, at once
 */
record SimulatedOrigin(
    String id,
    int workers,
    double workMillis,
    double rttMillis,
    double stallEveryMillis,
    double stallMillis,
    double failureShare) {

  SimulatedOrigin working(double millis) {
    return new SimulatedOrigin(
        id, workers, millis, rttMillis, stallEveryMillis, stallMillis, failureShare);
  }

  SimulatedOrigin away(double millis) {
    return new SimulatedOrigin(
        id, workers, workMillis, millis, stallEveryMillis, stallMillis, failureShare);
  }

  SimulatedOrigin stalling(double everyMillis, double forMillis) {
    return new SimulatedOrigin(
        id, workers, workMillis, rttMillis, everyMillis, forMillis, failureShare);
  }

  SimulatedOrigin failing(double share) {
    return new SimulatedOrigin(
        id, workers, workMillis, rttMillis, stallEveryMillis, stallMillis, share);
  }

  /** When work that could begin at {@code millis} really begins. */
  double afterStall(double millis) {
    if (stallEveryMillis == 0) {
      return millis;
    }
    double into = millis % stallEveryMillis;
    return into < stallMillis ? millis - into + stallMillis : millis;
  }

  double perMilli() {
    return workers / workMillis;
  }
}
