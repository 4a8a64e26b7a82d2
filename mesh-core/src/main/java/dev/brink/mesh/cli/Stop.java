package dev.brink.mesh.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells a command that runs until it is stopped when that is. Ctrl-C and SIGTERM ask for a stop
 * once the command is armed, and the process waits for it to tidy up. Thread-safe.
 */
final class Stop {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean signalled;
  private volatile boolean untidy;

  /**
   * From now on signals ask instead of ending the process at once.
   *
   * @param limit how long the process then waits for {@link #finished}
   */
  void arm(Duration limit) {
    untidy();
    arm(limit, () -> {});
  }

  /**
   * The same for a process that has something to tidy up only later: until it is {@link #untidy}, a
   * signal ends it at once.
   *
   * @param tidy what is done then, before it ends
   */
  void arm(Duration limit, Runnable tidy) {
    Thread hook =
        new Thread(
            () -> {
              signalled = true;
              request();
              if (untidy) {
                awaitFinished(limit);
              } else {
                tidy.run();
              }
            },
            "brink-stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void awaitFinished(Duration limit) {
    try {
      var _ = finished.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on the process has something to tidy up. */
  void untidy() {
    untidy = true;
  }

  /** Asks for a stop. */
  void request() {
    requested.countDown();
  }

  /** Asks as a signal does: while the process has nothing to tidy up, it ends at once, with 0. */
  void requestOrEnd() {
    request();
    if (!untidy) {
      System.exit(0);
    }
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
