package dev.brink.exec.outbound;

/** A request must not go where it wants to. The message is for the function's author. */
public final class OutboundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutboundException(String message) {
    super(message, null, false, false);
  }
}
