package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A call's place among those in Ignite; for the thread that carries the call out. */
final class Turn implements AutoCloseable {
  private final Semaphore places;
  private final String what;
  private final Deadline deadline;
  private boolean held;

  /** Waits for a place. */
  Turn(Semaphore places, String what, Deadline deadline) {
    this.places = places;
    this.what = what;
    this.deadline = deadline;
    take();
  }

  /** Waits for something else than Ignite and leaves the place to others meanwhile. */
  <T> T without(Supplier<T> waiting) {
    close();
    T result = waiting.get();
    take();
    return result;
  }

  private void take() {
    try {
      held = places.tryAcquire(deadline.leftMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KeyValueCalls.unavailable(Reason.STOPPED, what + ": interrupted", e);
    }
    if (!held) {
      throw KeyValueCalls.unavailable(Reason.BUSY, what + ": others took all the time", null);
    }
  }

  @Override
  public void close() {
    if (held) {
      held = false;
      places.release();
    }
  }
}
