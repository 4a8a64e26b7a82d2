package dev.brink.placement;

/**
 * What placing has gained over all functions there ever were: no number of requests falls when a
 * function is forgotten.
 *
 * @param placed requests the rule placed, where there is a control group to compare with
 * @param control requests of the control group
 * @param savedNanos the sum of what the rule saved by the control group's latency; of functions
 *     with fewer than two requests in either group nothing
 * @param errorNanos the standard error of that sum: within twice as much of 0 it says nothing
 */
public record Gained(long placed, long control, double savedNanos, double errorNanos) {
  static final Gained NOTHING = new Gained(0, 0, 0, 0);

  Gained and(Counterfactual function) {
    boolean known = Double.isFinite(function.errorNanos());
    double saved = known ? function.placed() * function.savedNanos() : 0;
    double error = known ? function.placed() * function.errorNanos() : 0;
    return new Gained(
        placed + function.placed(),
        control + function.control(),
        savedNanos + saved,
        Math.hypot(errorNanos, error));
  }
}
