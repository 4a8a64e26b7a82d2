package dev.brink.exec.websocket;

/** What a peer said, once all of it is there. */
public sealed interface Received {
  /** Something for the application. */
  sealed interface Message extends Received {}

  record Text(String data) implements Message {}

  /**
   * Bytes.
   *
   * @param data belongs to the receiver
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Binary(byte[] data) implements Message {}

  /** Wants the same payload back. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Ping(byte[] data) implements Received {}

  record Pong() implements Received {}

  /**
   * The peer sends nothing more.
   *
   * @param code {@link CloseCode#NONE} when it said none
   */
  record Close(int code, String reason) implements Received {}
}
