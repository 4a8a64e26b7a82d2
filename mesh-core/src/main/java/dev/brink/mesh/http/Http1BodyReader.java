package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The request body that an HTTP/1 connection is reading, if any. Used by that connection. */
final class Http1BodyReader {
  private final HttpLimits limits;
  private final Http1BodyDecoder decoder;
  private @Nullable Http1Exchange exchange;
  private @Nullable RequestBody body;
  private boolean full;

  Http1BodyReader(HttpLimits limits, ByteBufAllocator allocator) {
    this.limits = limits;
    decoder = new Http1BodyDecoder(limits, allocator);
  }

  /**
   * Begins to read an exchange's body, if it has one.
   *
   * @param length -1 for chunked
   */
  void begin(Http1Exchange of, long length) {
    body = of.requestBody();
    exchange = body == null ? null : of;
    full = false;
    decoder.begin(length);
  }

  /** Whose body is being read. */
  @Nullable Http1Exchange exchange() {
    return exchange;
  }

  boolean reads(Http1Exchange of) {
    return exchange == of;
  }

  /** Reads no more of it. */
  void stop() {
    exchange = null;
    body = null;
    full = false;
  }

  /** Whether whoever wants the body has as much of it as is held for them. */
  boolean full() {
    return full;
  }

  /** There is room again. */
  void room() {
    full = false;
  }

  /**
   * Takes the next piece of the body, and passes on that and the body's end.
   *
   * @return whether there was one
   */
  boolean read(ByteBuf in) {
    RequestBody to = body;
    if (to == null) {
      return false;
    }
    ByteBuf data = decoder.next(in);
    if (data != null && !to.data(data)) {
      full = true;
    }
    if (body == null) {
      return false;
    }
    if (decoder.done() && decoder.problem() == null) {
      stop();
      to.end();
      return true;
    }
    return data != null;
  }

  /** What is wrong with the body, {@code null} for nothing. */
  @Nullable Problem problem() {
    return decoder.problem();
  }

  /** Whether nobody reads the rest, so that it is thrown away. */
  boolean unwanted() {
    return body == null || body.unwanted();
  }

  /** Whether the rest, should nobody want it, is not going to be thrown away. */
  boolean undrainable(Http1Exchange of) {
    return exchange == of
        && body != null
        && (of.awaitsContinue()
            || (!body.pipe().subscribed() && decoder.remaining() > limits.maxDrainBytes()));
  }

  /**
   * Whether the next piece has been waited for too long.
   *
   * @param waitedNanos since something came last, or there was room again
   */
  boolean late(long waitedNanos) {
    if (exchange == null) {
      return false;
    }
    boolean ours = full || exchange.awaitsContinue();
    long limit = (full ? limits.idleTimeout() : limits.bodyTimeout()).toNanos();
    return waitedNanos > limit && (exchange.ended() || !ours);
  }
}
