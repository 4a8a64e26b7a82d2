package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/** The sending side of an HTTP/1 connection: bytes, when they are flushed, and how it closes. */
final class Http1Output {
  /** Content up to this is copied behind its head, to go out in one piece. */
  private static final int COPY_BYTES = 16 * 1024;

  private static final int COPY_CHUNK_BYTES = 1024;
  private static final int CHUNK_EXTRA_BYTES = 12;
  private static final long LINGER_NANOS = 1_000_000_000L;

  private static final ByteBuf CRLF = constant("\r\n");
  private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
  private static final ByteBuf CONTINUE = constant("HTTP/1.1 100 Continue\r\n\r\n");

  private final Channel channel;
  private final ServerLoop loop;
  private boolean inRead;
  private boolean flushWanted;
  private boolean flushScheduled;
  private boolean closing;
  private boolean lingering;
  private long lingerUntilNanos;

  Http1Output(Channel channel, ServerLoop loop) {
    this.channel = channel;
    this.loop = loop;
  }

  private static ByteBuf constant(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
  }

  /** What is flushed from now on waits for {@link #readEnded}. */
  void readBegun() {
    inRead = true;
  }

  void readEnded() {
    inRead = false;
    if (flushWanted) {
      flushWanted = false;
      channel.flush();
    }
  }

  /** Flushes now, unless it can go together with what the current read brings. */
  void flush() {
    if (inRead) {
      flushWanted = true;
    } else {
      channel.flush();
    }
  }

  /** Flushes once what the event loop has at hand is done. */
  void flushSoon() {
    if (inRead) {
      flushWanted = true;
    } else if (!flushScheduled) {
      flushScheduled = true;
      loop.eventLoop().execute(this::scheduledFlush);
    }
  }

  private void scheduledFlush() {
    flushScheduled = false;
    channel.flush();
  }

  /** Writes a head, with as much of the content behind it as should be copied. */
  void head(
      Http1Exchange exchange,
      HttpResponse head,
      Http1ResponseEncoder.Framing framing,
      long length,
      @Nullable Boolean connection,
      ByteBuf content) {
    int size = content.readableBytes();
    boolean copy = size <= COPY_BYTES;
    ByteBuf out =
        loop.encoder()
            .encode(
                channel.alloc(),
                head,
                framing,
                length,
                connection,
                loop.date(),
                exchange.requestId(),
                copy ? size : 0);
    if (copy) {
      copy(content, out);
      content.release();
      write(out);
    } else {
      write(out);
      write(content);
    }
  }

  /** From an array without the views that are made to copy from one buffer to another. */
  private static void copy(ByteBuf from, ByteBuf to) {
    if (from.hasArray()) {
      to.writeBytes(from.array(), from.arrayOffset() + from.readerIndex(), from.readableBytes());
    } else {
      to.writeBytes(from);
    }
  }

  void write(ByteBuf bytes) {
    var _ = channel.write(bytes, channel.voidPromise());
  }

  void chunk(ByteBuf data) {
    int size = data.readableBytes();
    if (size == 0) {
      data.release();
      return;
    }
    boolean copy = size <= COPY_CHUNK_BYTES;
    ByteBuf out = channel.alloc().buffer(CHUNK_EXTRA_BYTES + (copy ? size : 0));
    for (int shift = 28 - Integer.numberOfLeadingZeros(size) / 4 * 4; shift >= 0; shift -= 4) {
      out.writeByte(Character.forDigit(size >>> shift & 15, 16));
    }
    out.writeShort('\r' << 8 | '\n');
    if (copy) {
      out.writeBytes(data).writeShort('\r' << 8 | '\n');
      data.release();
      write(out);
    } else {
      write(out);
      write(data);
      write(CRLF.duplicate());
    }
  }

  void lastChunk() {
    write(LAST_CHUNK.duplicate());
  }

  void interim(HttpResponse head) {
    write(loop.encoder().encodeInterim(channel.alloc(), head));
    flushSoon();
  }

  void goOn() {
    write(CONTINUE.duplicate());
    flushSoon();
  }

  /**
   * Closes the connection when all that was written has been sent.
   *
   * @param linger whether the client may still be sending: it then hears of the end first and the
   *     connection is closed a moment later, so that what it was sent is not lost
   */
  void close(boolean linger) {
    if (!closing) {
      closing = true;
      var _ =
          channel
              .writeAndFlush(Unpooled.EMPTY_BUFFER)
              .addListener((ChannelFuture f) -> sent(linger));
    }
  }

  private void sent(boolean linger) {
    if (!linger || !channel.isActive()) {
      var _ = channel.close();
      return;
    }
    lingering = true;
    lingerUntilNanos = System.nanoTime() + LINGER_NANOS;
    channel.config().setAutoRead(true);
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      var _ = tls.closeOutbound();
    } else if (channel instanceof DuplexChannel duplex) {
      var _ = duplex.shutdownOutput();
    }
  }

  boolean closing() {
    return closing;
  }

  /** Whether a lingering connection has lingered long enough. */
  boolean lingered(long now) {
    return lingering && now - lingerUntilNanos > 0;
  }

  void closeNow() {
    var _ = channel.close();
  }
}
