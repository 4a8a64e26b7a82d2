package dev.brink.cache;

/** A response that may not be stored, or could not. */
public final class NotStoredException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  NotStoredException(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  /** Why, in one word: as {@code detail} in {@code Cache-Status}. */
  public String reason() {
    return reason;
  }
}
