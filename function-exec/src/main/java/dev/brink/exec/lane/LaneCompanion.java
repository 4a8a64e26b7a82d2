package dev.brink.exec.lane;

import java.util.function.BooleanSupplier;

/**
 * Work that a lane's thread does between the turns of its guests, such as an event loop's socket
 * I/O. What arrives there and runs as a guest then needs no other thread, in neither direction.
 *
 * <p>A companion has a thread of its own, its keeper, which runs it whenever no lane does. A lane
 * borrows it; while a guest runs it belongs to nobody, and a guest that runs for long loses it to
 * the keeper. So it never waits for a guest for more than two looks of the watchdog, about 2 ms.
 */
public interface LaneCompanion {
  /**
   * Takes the companion for the calling thread if it belongs to nobody; else asks the keeper to let
   * go of it, and to unpark the calling thread when it has.
   *
   * @return whether the calling thread has it now
   */
  boolean borrow();

  /** The calling thread, which has it, is about to run a guest. */
  void lend();

  /** The guest has left. Returns whether the companion is still, or again, the calling thread's. */
  boolean resume();

  /** Gives it to the keeper, if the calling thread or nobody has it. */
  void giveBack();

  /** Gives it to the keeper, if nobody has it; nobody asks for it then. Any thread. */
  void reclaim();

  /**
   * Does what is to do. The calling thread must have it.
   *
   * @param waitNanos how long to wait when there is nothing to do; 0 for not at all
   * @param mayWait asked once more before waiting, after which {@link #wakeup} ends the wait
   * @return whether the calling thread still has it
   */
  boolean run(long waitNanos, BooleanSupplier mayWait);

  /** Ends a wait. Any thread. */
  void wakeup();
}
