package dev.brink.placement.sim;

/** A distribution given by some of its quantiles, straight lines between. Immutable. */
final class Quantiles {
  private final double[] shares;
  private final double[] values;

  /**
   * Keeps the arrays.
   *
   * @param shares from 0 to 1, growing
   * @param values not falling
   */
  Quantiles(double[] shares, double[] values) {
    if (shares.length != values.length || shares.length < 1) {
      throw new IllegalArgumentException("values: " + values.length + " (expected: one per share)");
    }
    this.shares = shares;
    this.values = values;
  }

  double at(double share) {
    int above = 0;
    while (above < shares.length && shares[above] < share) {
      above++;
    }
    if (above == 0) {
      return values[0];
    }
    if (above == shares.length) {
      return values[above - 1];
    }
    double span = shares[above] - shares[above - 1];
    double part = (share - shares[above - 1]) / span;
    return values[above - 1] + part * (values[above] - values[above - 1]);
  }
}
