package dev.brink.exec.lane;

/** Work that waits for a lane and may be taken by any of them. */
@FunctionalInterface
public interface LaneJob {
  /** Runs on a thread of {@code lane}. */
  void start(Lane lane);
}
