package dev.brink.placement;

/**
 * What an ingress has learned of a function lately, to be told to the others. It comes from another
 * machine there: a value that makes no sense teaches nothing.
 *
 * @param function the function version's id
 * @param sizeClass of the request's body, 0 to 4: up to 1 KiB, 16 KiB, 256 KiB, 4 MiB, more
 * @param runs answers seen since the last sample
 * @param runNanos a run on a usual node, on average
 * @param typicalLaneNanos the geometric mean of the part that holds a lane; 0 where it is not known
 * @param laneNanos the part of it that holds a lane
 * @param colds cold starts seen since the last sample
 * @param coldNanos a cold start on a usual node
 * @param bytes of request and response together; 0 where it is not known
 */
public record FunctionSample(
    String function,
    int sizeClass,
    int runs,
    long runNanos,
    long typicalLaneNanos,
    long laneNanos,
    int colds,
    long coldNanos,
    long bytes) {

  /** Where the geometric mean is not known. */
  public FunctionSample(
      String function,
      int sizeClass,
      int runs,
      long runNanos,
      long laneNanos,
      int colds,
      long coldNanos,
      long bytes) {
    this(function, sizeClass, runs, runNanos, 0, laneNanos, colds, coldNanos, bytes);
  }
}
