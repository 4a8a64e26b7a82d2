package dev.brink.mesh.link;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Writes a body to a stream as fast as the peer takes it. */
final class BodyWriter implements Flow.Subscriber<ByteBuf> {
  private final Http2StreamChannel stream;
  private final Runnable onComplete;
  private final Runnable onBroken;

  // Touched on the stream's event loop only.
  private Flow.@Nullable Subscription subscription;
  private boolean waiting;
  private boolean stopped;

  /**
   * @param onComplete runs on the event loop once all of a body is written
   * @param onBroken runs on the event loop when a body has failed, before the stream is reset
   */
  BodyWriter(Http2StreamChannel stream, Runnable onComplete, Runnable onBroken) {
    this.stream = stream;
    this.onComplete = onComplete;
    this.onBroken = onBroken;
  }

  /** Subscribes; call it on the event loop. */
  void start(Flow.Publisher<ByteBuf> body) {
    body.subscribe(this);
  }

  /** The stream became writable or not. */
  void writabilityChanged() {
    Flow.Subscription from = subscription;
    if (from != null && waiting && !stopped && stream.isWritable()) {
      waiting = false;
      from.request(1);
    }
  }

  /** The stream has ended: nobody takes the rest. */
  void stop() {
    if (!stopped) {
      stopped = true;
      Flow.Subscription from = subscription;
      if (from != null) {
        from.cancel();
      }
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    onLoop(
        () -> {
          subscription = newSubscription;
          if (stopped) {
            newSubscription.cancel();
          } else {
            newSubscription.request(1);
          }
        });
  }

  @Override
  public void onNext(ByteBuf buffer) {
    onLoop(() -> write(buffer));
  }

  private void write(ByteBuf buffer) {
    if (stopped) {
      buffer.release();
      return;
    }
    var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(buffer));
    if (stream.isWritable() && subscription != null) {
      subscription.request(1);
    } else {
      waiting = true;
    }
  }

  @Override
  public void onComplete() {
    onLoop(
        () -> {
          if (!stopped) {
            stopped = true;
            onComplete.run();
            var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(true));
          }
        });
  }

  @Override
  public void onError(Throwable cause) {
    onLoop(
        () -> {
          if (!stopped) {
            stopped = true;
            onBroken.run();
            var _ = stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
          }
        });
  }

  private void onLoop(Runnable action) {
    if (stream.eventLoop().inEventLoop()) {
      action.run();
    } else {
      stream.eventLoop().execute(action);
    }
  }
}
