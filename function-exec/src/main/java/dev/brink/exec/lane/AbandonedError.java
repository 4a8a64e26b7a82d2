package dev.brink.exec.lane;

/**
 * Unwinds a thread whose lane has been given to another. Must not be caught outside this package.
 */
final class AbandonedError extends Error {
  private static final long serialVersionUID = 1L;

  AbandonedError() {
    super("the lane has a new thread", null, false, false);
  }
}
