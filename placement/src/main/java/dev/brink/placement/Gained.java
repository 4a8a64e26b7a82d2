package dev.brink.placement;

/**
 * What placing has gained over all functions there ever were: no number of requests falls when a
 * function is forgotten.
 *
 * @param placed requests the rule placed, where there is a control group to compare with
 * @param control requests of the control group
 * @param savedNanos the sum of what the rule saved by the control group's latency; of functions
 *     with fewer than two requests in either group nothing
 */
public record Gained(long placed, long control, double savedNanos) {
  static final Gained NOTHING = new Gained(0, 0, 0);

  Gained and(Counterfactual function) {
    double saved =
        Double.isFinite(function.errorNanos()) ? function.placed() * function.savedNanos() : 0;
    return new Gained(placed + function.placed(), control + function.control(), savedNanos + saved);
  }
}
