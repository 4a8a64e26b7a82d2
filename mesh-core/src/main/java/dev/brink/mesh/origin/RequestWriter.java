package dev.brink.mesh.origin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.brink.mesh.http.BodyWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Writes one request: its head, and its body by length or chunked. On the event loop only. */
final class RequestWriter implements BodyWriter.Sink {
  private static final ByteBuf CRLF =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer(2).writeBytes("\r\n".getBytes(US_ASCII)).asReadOnly());
  private static final ByteBuf LAST_CHUNK =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer(5).writeBytes("0\r\n\r\n".getBytes(US_ASCII)).asReadOnly());

  private final Channel channel;
  private final long length;
  private final Listener listener;
  private @Nullable BodyWriter body;
  private long sent;
  private boolean done;

  /** Hears how it goes. */
  interface Listener {
    /** A piece of the body came. */
    void requestProgressed();

    /** All of it was written. */
    void requestWritten();

    /** It can't be completed; the connection is of no use any more. */
    void requestBroken(Throwable cause);
  }

  /**
   * @param length of the body, -1 for chunked
   */
  RequestWriter(Channel channel, long length, Listener listener) {
    this.channel = channel;
    this.length = length;
    this.listener = listener;
  }

  /** Writes the head, and the body as it comes. */
  void write(ByteBuf head, Flow.@Nullable Publisher<ByteBuf> publisher) {
    if (publisher == null) {
      done = true;
      send(head);
      channel.flush();
      return;
    }
    send(head);
    body = new BodyWriter(channel.eventLoop(), this);
    publisher.subscribe(body);
    channel.flush();
  }

  /** A failure is heard of as the channel's. */
  private void send(ByteBuf bytes) {
    var _ = channel.write(bytes, channel.voidPromise());
  }

  /** Whether all of the request was written. */
  boolean done() {
    return done;
  }

  /** The server's side can take more. */
  void resume() {
    if (body != null) {
      body.resume();
    }
  }

  /** Nothing more is to be written. */
  void cancel() {
    if (body != null && !done) {
      body.cancel();
    }
  }

  @Override
  public void data(ByteBuf buffer) {
    int size = buffer.readableBytes();
    if (size == 0) {
      buffer.release();
      return;
    }
    sent += size;
    if (length >= 0 && sent > length) {
      buffer.release();
      cancel();
      listener.requestBroken(new IllegalStateException("body: longer than its content-length"));
      return;
    }
    if (length < 0) {
      ByteBuf prefix = channel.alloc().buffer(10);
      prefix.writeCharSequence(Integer.toHexString(size), US_ASCII);
      prefix.writeShort('\r' << 8 | '\n');
      send(prefix);
      send(buffer);
      send(CRLF.duplicate());
    } else {
      send(buffer);
    }
    listener.requestProgressed();
  }

  @Override
  public void end() {
    if (length >= 0 && sent < length) {
      listener.requestBroken(new IllegalStateException("body: shorter than its content-length"));
      return;
    }
    done = true;
    if (length < 0) {
      send(LAST_CHUNK.duplicate());
    }
    channel.flush();
    listener.requestWritten();
  }

  @Override
  public void failed(Throwable cause) {
    listener.requestBroken(cause);
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public void flush() {
    channel.flush();
  }
}
