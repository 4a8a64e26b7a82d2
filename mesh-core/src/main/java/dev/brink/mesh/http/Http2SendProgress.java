package dev.brink.mesh.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's peer takes of its streams. A stream is stalled when its own window stays
 * closed although all that it sent has left, or when nothing moves on the whole connection; one
 * that only waits for its turn is not. Used on the connection's event loop.
 */
final class Http2SendProgress extends ChannelInboundHandlerAdapter {
  private final Http2Connection connection;
  private final Http2FrameCodec codec;
  private final PropertyKey key;
  private int window;
  private long movedNanos = System.nanoTime();

  Http2SendProgress(Http2Connection connection, Http2FrameCodec codec) {
    this.connection = connection;
    this.codec = codec;
    key = codec.connection().newKey();
  }

  /** The part of the stream of this number. */
  OfStream of(int id) {
    Http2Stream stream = codec.connection().stream(id);
    var made = new OfStream(stream);
    if (stream != null) {
      var _ = stream.setProperty(key, made);
    }
    return made;
  }

  /** Something was sent to its end. */
  void moved() {
    movedNanos = System.nanoTime();
  }

  /** Between two looks, a window can be opened and be used up again: then only this tells. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Http2WindowUpdateFrame update) {
      Http2Stream stream = codec.connection().stream(update.stream().id());
      OfStream granted = stream == null ? null : stream.getProperty(key);
      if (granted != null) {
        granted.granted = true;
      }
    }
    ctx.fireChannelRead(message);
  }

  private int windowOf(Http2Stream stream) {
    return codec.connection().remote().flowController().windowSize(stream);
  }

  private void look(long now) {
    int current = windowOf(codec.connection().connectionStream());
    // What the socket does not take is the connection's own affair.
    if (current != window || connection.hasUnsent()) {
      window = current;
      movedNanos = now;
    }
  }

  /** What is taken of one stream. */
  final class OfStream {
    private final @Nullable Http2Stream stream;
    private boolean granted = true;
    private int window;
    private int marks;
    private boolean sent;
    private long sinceNanos;

    private OfStream(@Nullable Http2Stream stream) {
      this.stream = stream;
    }

    /**
     * Looks at how far the stream has come.
     *
     * @param sending whether it has something to send
     * @return whether it waits for its peer, and has for too long
     */
    boolean stalled(long now, boolean sending) {
      look(now);
      int current = stream == null ? 1 : windowOf(stream);
      if (granted || current != window) {
        granted = false;
        window = current;
        movedNanos = now;
        mark();
        sinceNanos = now;
      } else if (!sending || !sent) {
        sinceNanos = now;
      }
      long waitsSince = window <= 0 ? sinceNanos : Math.max(sinceNanos, movedNanos);
      return now - waitsSince > connection.limits().writeTimeout().toNanos();
    }

    /** Finds out when what was sent so far has left: only then it is the peer's turn. */
    private void mark() {
      sent = false;
      int mark = ++marks;
      var _ =
          connection
              .channel()
              .write(Unpooled.EMPTY_BUFFER)
              .addListener((ChannelFuture left) -> sent |= mark == marks);
      connection.flushSoon();
    }
  }
}
