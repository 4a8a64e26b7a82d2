package dev.brink.mesh.link;

import dev.brink.mesh.http.BodyPipe;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.concurrent.Flow;

/** A stream's incoming body: reads on only while its subscriber keeps up. */
final class BodyReader {
  private final Http2StreamChannel stream;
  private final BodyPipe pipe;
  private boolean ended;

  /**
   * @param onCancel runs when the subscriber does not want the rest
   */
  BodyReader(Http2StreamChannel stream, Runnable onCancel) {
    this.stream = stream;
    this.pipe =
        new BodyPipe(
            BodyPipe.DEFAULT_HIGH_WATER_BYTES,
            this::readOn,
            () -> {
              // What still comes is thrown away, so that the peer is not kept waiting with it.
              readOn();
              onCancel.run();
            });
  }

  Flow.Publisher<ByteBuf> body() {
    return pipe;
  }

  /** Takes over a frame's reference. */
  void read(Http2DataFrame frame) {
    boolean last = frame.isEndStream();
    if (frame.content().isReadable()) {
      if (!pipe.offer(frame.content())) {
        stream.config().setAutoRead(false);
      }
    } else {
      frame.release();
    }
    if (last) {
      ended = true;
      pipe.complete();
    }
  }

  boolean ended() {
    return ended;
  }

  /** Ends it with an error, after what came: whoever has it reads it or says that it won't. */
  void fail(Throwable cause) {
    if (!ended) {
      ended = true;
      pipe.fail(cause);
    }
  }

  /**
   * Nobody will read it any more: what nobody has subscribed to is released, also if it is whole.
   */
  void close(Throwable cause) {
    pipe.close(cause);
  }

  private void readOn() {
    stream.eventLoop().execute(() -> stream.config().setAutoRead(true));
  }
}
