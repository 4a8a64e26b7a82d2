package dev.brink.mesh.dns;

import java.io.Serial;

/** A query that is not as the RFCs say. Without a stack trace: clients make them at will. */
final class MalformedQueryException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  MalformedQueryException(String message) {
    super(message, null, false, false);
  }
}
