package dev.brink.exec.websocket;

import java.time.Duration;

/**
 * What the WebSockets of a runtime may use.
 *
 * @param maxOpen sockets at once, of all functions; a request for one more is answered with 503
 * @param maxPerOwner of these, sockets of the functions of one owner; a request for one more is
 *     answered with 429
 * @param messageBytes largest message that is received; a larger one closes the socket with 1009
 * @param queuedBytes what may wait at a socket to be sent; beyond it the socket is closed with 1008
 * @param memoryBytes what all sockets together may hold of messages that are not complete or not
 *     sent; beyond it the one that wants more is closed with 1013
 * @param idle without a word from the peer, after which it is pinged, and after as long again given
 *     up
 * @param lifetime of a socket; it is closed with 1001 then
 */
public record WebSocketLimits(
    int maxOpen,
    int maxPerOwner,
    int messageBytes,
    int queuedBytes,
    long memoryBytes,
    Duration idle,
    Duration lifetime) {
  /** How long a peer has to answer a close, and to take what was sent before it. */
  public static final Duration CLOSING = Duration.ofSeconds(10);

  /** What {@link Builder} says. */
  public static final WebSocketLimits DEFAULT = builder().build();

  public WebSocketLimits {
    positive("maxOpen", maxOpen);
    positive("maxPerOwner", maxPerOwner);
    positive("messageBytes", messageBytes);
    positive("queuedBytes", queuedBytes);
    positive("memoryBytes", memoryBytes);
    positive("idle", idle.toNanos());
    positive("lifetime", lifetime.toNanos());
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** These, to be changed. */
  public Builder toBuilder() {
    return new Builder()
        .maxOpen(maxOpen)
        .maxPerOwner(maxPerOwner)
        .messageBytes(messageBytes)
        .queuedBytes(queuedBytes)
        .memoryBytes(memoryBytes)
        .idle(idle)
        .lifetime(lifetime);
  }

  /**
   * Collects limits. Defaults: 4,096 sockets, 2,048 of one owner; messages of 1 MiB; 4 MiB queued
   * at one; 256 MiB in all; a ping after 30 s; an hour. Not thread-safe.
   */
  public static final class Builder {
    private int maxOpen = 4_096;
    private int maxPerOwner = 2_048;
    private int messageBytes = 1 << 20;
    private int queuedBytes = 4 << 20;
    private long memoryBytes = 256L << 20;
    private Duration idle = Duration.ofSeconds(30);
    private Duration lifetime = Duration.ofHours(1);

    private Builder() {}

    public Builder maxOpen(int sockets) {
      maxOpen = sockets;
      return this;
    }

    public Builder maxPerOwner(int sockets) {
      maxPerOwner = sockets;
      return this;
    }

    public Builder messageBytes(int limit) {
      messageBytes = limit;
      return this;
    }

    public Builder queuedBytes(int limit) {
      queuedBytes = limit;
      return this;
    }

    public Builder memoryBytes(long limit) {
      memoryBytes = limit;
      return this;
    }

    public Builder idle(Duration time) {
      idle = time;
      return this;
    }

    public Builder lifetime(Duration time) {
      lifetime = time;
      return this;
    }

    /**
     * The limits.
     *
     * @throws IllegalArgumentException unless all are positive
     */
    public WebSocketLimits build() {
      return new WebSocketLimits(
          maxOpen, maxPerOwner, messageBytes, queuedBytes, memoryBytes, idle, lifetime);
    }
  }
}
