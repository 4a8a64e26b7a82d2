package dev.brink.mesh.link;

import java.util.concurrent.atomic.LongAdder;

/**
 * Bytes of HTTP/2 frames, headers included, for what nodes tell each other unasked: load reports
 * with news, and pings with their answers. What TLS and TCP add is not in them. Thread-safe.
 */
public final class ControlTraffic {
  /** Of each frame. */
  static final int FRAME_HEADER_BYTES = 9;

  /** A ping, or the answer to one. */
  static final int PING_BYTES = FRAME_HEADER_BYTES + 8;

  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();

  ControlTraffic() {}

  /** Sent so far. */
  public long sentBytes() {
    return sent.sum();
  }

  /** Received so far. */
  public long receivedBytes() {
    return received.sum();
  }

  void sentData(int bytes) {
    sent.add(FRAME_HEADER_BYTES + bytes);
  }

  void receivedData(int bytes) {
    received.add(FRAME_HEADER_BYTES + bytes);
  }

  void sentPing() {
    sent.add(PING_BYTES);
  }

  void receivedPing() {
    received.add(PING_BYTES);
  }
}
