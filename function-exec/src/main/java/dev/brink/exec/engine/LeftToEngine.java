package dev.brink.exec.engine;

/** A value, or a text that it would make, is left to the engine's own writer. */
final class LeftToEngine extends RuntimeException {
  private static final long serialVersionUID = 1;

  LeftToEngine() {
    super(null, null, false, false);
  }
}
