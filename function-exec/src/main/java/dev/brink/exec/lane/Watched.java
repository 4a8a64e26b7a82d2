package dev.brink.exec.lane;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A guest's turn on a lane, as the watchdog sees it. */
public interface Watched {
  /**
   * Judges the turn. Asked about once a millisecond, on the watchdog's thread, while the turn runs;
   * but the turn may end before this has read what was used outside of it, and then be in that,
   * too. So this only says what is to be done, and that is done if the turn still runs after it.
   *
   * @param cpuNanos processor time of this turn so far
   * @param allocatedBytes bytes allocated by this turn so far
   * @return what ends the guest, {@code null} for a turn that may go on; when it returns {@code
   *     true} it has begun to, and this is not asked again for this turn
   */
  @Nullable BooleanSupplier over(long cpuNanos, long allocatedBytes, long nowNanos);

  /**
   * The guest could not be ended and the lane has a new thread, on which this is called; the old
   * thread may still be inside the guest.
   */
  void abandoned(Lane lane);
}
