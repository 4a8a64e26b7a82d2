package dev.brink.grid;

/** A value cannot be added to. */
public final class NotACounterException extends GridException {
  private static final long serialVersionUID = 1L;

  NotACounterException(String key, String why) {
    super("counter: " + key + " " + why + " (expected: the decimal text of a 64-bit integer)");
  }
}
