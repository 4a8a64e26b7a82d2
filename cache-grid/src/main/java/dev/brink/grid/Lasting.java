package dev.brink.grid;

import java.time.Duration;
import org.slf4j.Logger;

/**
 * Runs tasks that have to go on whatever they meet: a periodic one that throws would not be run
 * again, and one that does may end its thread. What is thrown is logged as an error, once a minute.
 * Thread-safe.
 */
public final class Lasting {
  private final Logger log;
  private final String what;
  private final Throttle complaints = new Throttle(Duration.ofMinutes(1));

  /**
   * For some tasks.
   *
   * @param what what is logged with an error, such as which tasks they are
   */
  public Lasting(Logger log, String what) {
    this.log = log;
    this.what = what;
  }

  /** The task as one that never throws. */
  public Runnable of(Runnable task) {
    return () -> run(task);
  }

  /** Runs a task now; what it throws ends here. */
  public void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      complain(e);
    }
  }

  private void complain(Throwable unexpected) {
    try {
      if (complaints.permits()) {
        log.error(what, unexpected);
      }
    } catch (RuntimeException | Error _) {
      // There may be no memory for that either.
    }
  }
}
