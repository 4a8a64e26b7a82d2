package dev.brink.mesh.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Tells a command that runs until it is stopped when that is. Ctrl-C and SIGTERM ask for a stop
 * once the command is armed, and the process waits for it to tidy up. Thread-safe.
 */
final class Stop {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean signalled;

  /**
   * From now on signals ask instead of ending the process at once.
   *
   * @param limit how long the process then waits for {@link #finished}
   */
  void arm(Duration limit) {
    arm(limit, () -> true);
  }

  /**
   * The same for a process that has something to tidy up only later.
   *
   * @param untidy whether it has by now; if not, a signal ends it at once
   */
  void arm(Duration limit, BooleanSupplier untidy) {
    Thread hook =
        new Thread(
            () -> {
              signalled = true;
              request();
              try {
                if (untidy.getAsBoolean()) {
                  finished.await(limit.toMillis(), TimeUnit.MILLISECONDS);
                }
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            },
            "brink-stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Asks for a stop. */
  void request() {
    requested.countDown();
  }

  boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Whether a signal asked for it, which ends the process with a code of its own. */
  boolean isSignalled() {
    return signalled;
  }

  /** Waits until a stop is asked for. */
  void await() throws InterruptedException {
    requested.await();
  }

  /** The command has tidied up. */
  void finished() {
    finished.countDown();
  }
}
