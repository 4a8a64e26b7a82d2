package dev.brink.exec.websocket;

/** What a peer sent breaks the protocol or a bound. Has no stack trace: it is not a bug. */
final class WebSocketException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;

  WebSocketException(int code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** The code that the connection is to be closed with. */
  int code() {
    return code;
  }
}
