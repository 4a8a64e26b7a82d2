package dev.brink.placement.coordinate;

import java.util.Arrays;

/**
 * Where a node lies: a point in eight dimensions and a height above them, which is its way to the
 * network's core, all in seconds. Immutable. Comes from other nodes: see {@link #sane}.
 */
public final class Coordinate {
  /** Of the point. */
  public static final int DIMENSIONS = 8;

  static final double MIN_HEIGHT_SECONDS = 1e-5;
  static final double MAX_ERROR = 1.5;
  private static final double SETTLED_ERROR = 0.8;
  private static final double MAX_SECONDS = 60;
  private static final Coordinate ORIGIN =
      new Coordinate(new double[DIMENSIONS], MIN_HEIGHT_SECONDS, MAX_ERROR);

  private final double[] point;
  private final double height;
  private final double error;

  private Coordinate(double[] point, double height, double error) {
    this.point = point;
    this.height = height;
    this.error = error;
  }

  /** Where a node that knows nothing begins. */
  public static Coordinate origin() {
    return ORIGIN;
  }

  /**
   * As a node said.
   *
   * @param point its eight coordinates, in seconds
   * @param height in seconds
   * @param error how wrong the node thinks it is, as a share of a round trip
   * @throws IllegalArgumentException if there are not eight
   */
  public static Coordinate of(double[] point, double height, double error) {
    if (point.length != DIMENSIONS) {
      throw new IllegalArgumentException("point: " + point.length + " (expected: 8 values)");
    }
    return new Coordinate(point.clone(), height, error);
  }

  /** A copy of the point. */
  public double[] point() {
    return point.clone();
  }

  public double height() {
    return height;
  }

  public double error() {
    return error;
  }

  /** Whether all values are finite and no farther off than a minute: what is not is ignored. */
  public boolean sane() {
    return Arrays.stream(point).allMatch(x -> Math.abs(x) <= MAX_SECONDS)
        && height >= 0
        && height <= MAX_SECONDS
        && error >= 0
        && error <= MAX_ERROR;
  }

  /** Whether the node has learned enough for distances from it to be better than a guess. */
  public boolean settled() {
    return error < SETTLED_ERROR;
  }

  /**
   * How far apart two places are in the same node's eyes at different times, heights included.
   *
   * @return seconds
   */
  public double movedFrom(Coordinate before) {
    return flat(before) + Math.abs(height - before.height);
  }

  /** The round trip between the two, as far as the coordinates go. */
  public long rttNanos(Coordinate other) {
    return (long) (1e9 * distance(other));
  }

  double distance(Coordinate other) {
    return flat(other) + height + other.height;
  }

  private double flat(Coordinate other) {
    double sum = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      double d = point[i] - other.point[i];
      sum += d * d;
    }
    return Math.sqrt(sum);
  }

  /**
   * Moved by a force in seconds away from another, or towards it where that is negative.
   *
   * @param aside where to go from a point that is the same: a unit vector
   */
  Coordinate pushed(double force, Coordinate from, double newError, double[] aside) {
    double flat = flat(from);
    var moved = new double[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      double unit = flat > 1e-6 ? (point[i] - from.point[i]) / flat : aside[i];
      moved[i] = point[i] + force * unit;
    }
    double lifted = flat > 1e-6 ? (height + from.height) * force / flat + height : height;
    return new Coordinate(moved, Math.max(MIN_HEIGHT_SECONDS, lifted), newError);
  }

  /** Drawn back towards the origin, the more the farther it has drifted: Serf's gravity. */
  Coordinate drawnBack(double rho) {
    double distance = distance(ORIGIN);
    double force = -(distance / rho) * (distance / rho);
    return pushed(force, ORIGIN, error, new double[DIMENSIONS]);
  }

  @Override
  public String toString() {
    return "Coordinate" + Arrays.toString(point) + " + " + height + " ± " + error;
  }
}
