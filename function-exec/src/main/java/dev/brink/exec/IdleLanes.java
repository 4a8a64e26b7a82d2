package dev.brink.exec;

import dev.brink.exec.lane.Lanes;
import java.util.concurrent.locks.LockSupport;

/** Tells whether a runtime has nothing to do. For any thread that may wait. */
final class IdleLanes {
  private static final int LOOKS = 4;
  private static final long LOOK_NANOS = 5_000_000;

  /** How long a look takes. */
  static final long NANOS = LOOKS * LOOK_NANOS;

  private static final long PAUSE_STEP_NANOS = 100_000_000;

  /**
   * So many turns between the first look and the last are no work, as those of 200 calls a second.
   */
  private static final int FEW_TURNS = 4;

  private final GraalRuntime runtime;

  IdleLanes(GraalRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * Whether the lanes had nothing to do whenever one looked, and little in between: calls that are
   * short are seldom under way when one looks, however many there are.
   */
  boolean look() {
    Lanes lanes = runtime.lanes();
    long turns = lanes.turns();
    for (int i = 0; i < LOOKS; i++) {
      if (!now()) {
        return false;
      }
      pause(LOOK_NANOS);
    }
    return Math.abs(lanes.turns() - turns) <= FEW_TURNS;
  }

  /** Whether they have nothing to do in this moment. */
  boolean now() {
    Lanes lanes = runtime.lanes();
    return lanes.busy() == 0 && lanes.queued() == 0 && lanes.overtime() == 0;
  }

  /** Waits so long, or until the runtime is closed. */
  void pause(long nanos) {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !runtime.closed(); left = until - System.nanoTime()) {
      LockSupport.parkNanos(this, Math.min(left, PAUSE_STEP_NANOS));
    }
  }
}
