package dev.brink.mesh.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP/2 connection: its streams, what it counts, and how it ends. */
final class Http2Connection extends Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);

  /** What eight streams may send before it is read: so many readers can be slow. */
  private static final int WINDOW_BYTES = 8 * ReceiveWindow.STREAM_BYTES;

  private final Http2FrameCodec codec;
  private final Http2SendProgress progress;
  private final ArrayList<Http2Exchange> exchanges = new ArrayList<>();
  private boolean flushScheduled;
  private boolean closing;
  private int controlFrames;
  private long windowSinceNanos;
  private long idleSinceNanos = System.nanoTime();

  private Http2Connection(ServerLoop loop, Channel channel, String scheme, Http2FrameCodec codec) {
    super(loop, channel, scheme);
    this.codec = codec;
    progress = new Http2SendProgress(this, codec);
  }

  /** Makes the pipeline speak HTTP/2. */
  static void install(ChannelPipeline pipeline, ServerLoop loop, String scheme) {
    HttpLimits limits = loop.server().limits();
    Http2Settings settings =
        Http2Settings.defaultSettings()
            .maxConcurrentStreams(limits.maxStreams())
            .initialWindowSize(ReceiveWindow.STREAM_BYTES)
            .maxHeaderListSize(limits.maxHeaderBytes() + limits.maxRequestLineBytes());
    int windowSeconds = (int) Math.max(1, limits.floodWindow().toSeconds());
    Http2FrameCodec codec =
        Http2FrameCodecBuilder.forServer()
            .initialSettings(settings)
            .validateHeaders(true)
            .gracefulShutdownTimeoutMillis(-1)
            .decoderEnforceMaxRstFramesPerWindow(limits.maxResets(), windowSeconds)
            .encoderEnforceMaxRstFramesPerWindow(limits.maxResets(), windowSeconds)
            .encoderEnforceMaxQueuedControlFrames(limits.maxControlFrames())
            .build();
    Http2Connection connection = new Http2Connection(loop, pipeline.channel(), scheme, codec);
    pipeline.addLast(
        codec,
        connection.progress,
        new Http2MultiplexHandler(connection.streams()),
        new ReceiveWindow(WINDOW_BYTES),
        connection);
  }

  private ChannelHandler streams() {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel stream) {
        stream.pipeline().addLast(new Http2StreamHandler(Http2Connection.this));
      }

      @Override
      public boolean isSharable() {
        return true;
      }
    };
  }

  Http2SendProgress progress() {
    return progress;
  }

  /** How much more of all bodies the client can send before something of one is read. */
  int receiveWindow() {
    var frames = codec.connection();
    return frames.local().flowController().windowSize(frames.connectionStream());
  }

  boolean isFull() {
    return exchanges.size() >= limits().maxStreams();
  }

  void add(Http2Exchange exchange) {
    exchange.slot = exchanges.size();
    exchanges.add(exchange);
  }

  void remove(Http2Exchange exchange) {
    int slot = exchange.slot;
    if (slot >= 0) {
      exchange.slot = -1;
      Http2Exchange last = exchanges.removeLast();
      if (slot < exchanges.size()) {
        exchanges.set(slot, last);
        last.slot = slot;
      }
    }
  }

  /** Flushes once what the event loop has at hand is done. */
  void flushSoon() {
    if (!flushScheduled) {
      flushScheduled = true;
      loop().eventLoop().execute(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    channel().flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    if (frame instanceof Http2SettingsFrame
        || (frame instanceof Http2PingFrame ping && !ping.ack())) {
      long now = System.nanoTime();
      if (now - windowSinceNanos > limits().floodWindow().toNanos()) {
        windowSinceNanos = now;
        controlFrames = 0;
      }
      if (++controlFrames > limits().maxControlFrames()) {
        endNow(Http2Error.ENHANCE_YOUR_CALM);
      }
    }
    ReferenceCountUtil.release(frame);
  }

  private void endNow(Http2Error why) {
    if (!closing) {
      closing = true;
      var _ =
          channel()
              .writeAndFlush(new DefaultHttp2GoAwayFrame(why))
              .addListener((ChannelFuture sent) -> abort());
    }
  }

  @Override
  void tick(long now) {
    if (abortedStalled(now)) {
      return;
    }
    for (int i = exchanges.size() - 1; i >= 0; i--) {
      if (i < exchanges.size()) {
        exchanges.get(i).tick(now);
      }
    }
    if (!exchanges.isEmpty()) {
      idleSinceNanos = now;
    } else if (now - idleSinceNanos > limits().idleTimeout().toNanos()) {
      closeIfIdle();
    }
  }

  /** Says that no new streams are wanted, while those on their way are still served. */
  @Override
  void drain() {
    DefaultHttp2GoAwayFrame soon = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR);
    soon.setExtraStreamIds(Integer.MAX_VALUE);
    var _ = channel().writeAndFlush(soon);
  }

  /** The frame codec closes when the last stream has. */
  @Override
  void closeIfIdle() {
    if (!closing) {
      closing = true;
      var _ = channel().write(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
      var _ = channel().close();
    }
  }

  /** The frame codec has said GOAWAY already when the client broke the protocol. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http2Exception || cause.getCause() instanceof Http2Exception) {
      LOG.debug("{}: connection broke", remoteAddress(), cause);
    } else {
      super.exceptionCaught(ctx, cause);
    }
  }
}
