package dev.brink.placement.warmth;

/**
 * How a node is doing.
 *
 * @param lanes threads that run functions, at least 1
 * @param idleLanes those with nothing to do
 */
public record NodeSample(int lanes, int idleLanes) {
  public NodeSample {
    if (lanes < 1) {
      throw new IllegalArgumentException("lanes: " + lanes + " (expected: at least 1)");
    }
    if (idleLanes < 0 || idleLanes > lanes) {
      throw new IllegalArgumentException(
          "idleLanes: " + idleLanes + " (expected: 0 to " + lanes + ")");
    }
  }

  double cpu() {
    return 1 - (double) idleLanes / lanes;
  }
}
