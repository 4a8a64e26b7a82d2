package dev.brink.grid;

/** A value is longer than it may be. */
public final class ValueTooLargeException extends GridException {
  private static final long serialVersionUID = 1L;

  ValueTooLargeException(long maxBytes) {
    super("value: more than " + maxBytes + " bytes (expected: at most that)");
  }
}
