package dev.brink.exec.lane;

/** Work that waits for a lane and may be taken by any of them. */
@FunctionalInterface
public interface LaneJob {
  /** Runs on a thread of {@code lane}. */
  void start(Lane lane);

  /**
   * Whether an idle lane should take it, that it does not wait for. On a thread of {@code thief}.
   *
   * @param waitNanos how long it would still wait, as far as that can be estimated
   */
  default boolean suits(Lane thief, long waitNanos) {
    return true;
  }
}
