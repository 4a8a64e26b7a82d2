package dev.brink.grid;

import org.jspecify.annotations.Nullable;

/** The grid could not do what it was asked to. */
public class GridException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with a message for people. */
  public GridException(String message) {
    super(message);
  }

  /** An exception with a message for people and what caused it. */
  public GridException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
