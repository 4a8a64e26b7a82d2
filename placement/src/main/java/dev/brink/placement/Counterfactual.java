package dev.brink.placement;

/**
 * What placing has gained for a function: the latency of requests the rule placed against that of a
 * control group, drawn by lot, that ran locally. Only requests that local could have run warm are
 * in either group, and a request stays in the group it was drawn into wherever it ran in the end.
 *
 * @param function the function version's id
 * @param placed requests the rule placed
 * @param placedMeanNanos their mean latency; 0 when there was none
 * @param control requests of the control group
 * @param controlMeanNanos their mean latency; 0 when there was none
 * @param errorNanos the standard error of the difference of the means; infinite with fewer than two
 *     requests in either group
 */
public record Counterfactual(
    String function,
    long placed,
    double placedMeanNanos,
    long control,
    double controlMeanNanos,
    double errorNanos) {

  /** What the rule saves per request, on average; negative where it loses. */
  public double savedNanos() {
    return controlMeanNanos - placedMeanNanos;
  }
}
