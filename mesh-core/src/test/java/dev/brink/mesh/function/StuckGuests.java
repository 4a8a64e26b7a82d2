package dev.brink.mesh.function;

import dev.brink.exec.ConsoleSink;

/**
 * A console that guests cannot be stopped at, like in some builtins, when they print {@code stuck},
 * until they are let go. How long a builtin takes depends on whether it is compiled, thus on what
 * ran before.
 */
public final class StuckGuests implements ConsoleSink, AutoCloseable {
  private volatile boolean letGo;

  @Override
  public void print(String function, String requestId, Level level, String text) {
    printed(text);
  }

  /** The guest whose thread this is has printed something. */
  public void printed(String text) {
    if (text.endsWith("stuck")) {
      long end = System.nanoTime() + 120_000_000_000L;
      while (!letGo && System.nanoTime() - end < 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** Lets them go. */
  @Override
  public void close() {
    letGo = true;
  }
}
