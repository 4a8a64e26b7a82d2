package dev.brink.grid;

import org.jspecify.annotations.Nullable;

/** Bytes that came from elsewhere are not what they should be. */
final class MalformedRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
