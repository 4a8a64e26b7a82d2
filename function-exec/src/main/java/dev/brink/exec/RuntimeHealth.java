package dev.brink.exec;

/**
 * Whether a runtime can be relied on. A guest that cannot be stopped costs no lane, as that goes on
 * with another thread, but it keeps its thread, what it holds and a processor, possibly for ever:
 * only a new process gets rid of it. One that ends after all no longer counts.
 *
 * @param stuckThreads threads given up whose guests have not ended
 * @param unhealthyFrom so many of them are too many
 */
public record RuntimeHealth(int stuckThreads, int unhealthyFrom) {
  /** Whether it should get no work that could be done elsewhere. */
  public boolean unhealthy() {
    return stuckThreads >= unhealthyFrom;
  }

  /** What is wrong, for people; empty when nothing is. */
  public String problem() {
    return unhealthy()
        ? stuckThreads
            + " functions could not be stopped and run on (unhealthy from "
            + unhealthyFrom
            + ")"
        : "";
  }
}
