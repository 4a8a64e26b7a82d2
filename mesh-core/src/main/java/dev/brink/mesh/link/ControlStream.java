package dev.brink.mesh.link;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.brink.grid.Throttle;
import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.proto.WarmRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nodes say to each other beside calls, on the node that answers. */
final class ControlStream extends ChannelInboundHandlerAdapter {
  static final String BEAT = "beat";
  static final String APPLY = "apply";
  static final String WARM = "warm";
  static final String PURGE = "purge";
  static final String OFFER = "offer";

  /** Tells where responses are not for all, or are. */
  static final String HERDS = "herds";

  static final int MAX_MESSAGE_BYTES = 32 << 20;
  static final long BEAT_MILLIS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ControlStream.class);

  /** What goes wrong with each report is told of so often. */
  private final Throttle complaints = new Throttle(Duration.ofMinutes(1));

  private final Http2StreamChannel stream;
  private final LinkService service;
  private final String kind;
  private final ByteBuf received = Unpooled.buffer(0, MAX_MESSAGE_BYTES);
  private final ControlTraffic traffic;
  private final BeatWriter writer;
  private @Nullable Future<?> beats;
  private int ticks;

  ControlStream(
      Http2StreamChannel stream,
      LinkService service,
      Http2Headers headers,
      ControlTraffic traffic) {
    this.stream = stream;
    this.service = service;
    this.kind = String.valueOf(headers.get(LinkHeaders.CONTROL));
    this.writer = new BeatWriter(headers.contains(LinkHeaders.CHANGES));
    this.traffic = traffic;
  }

  /** Answers the stream's headers. */
  void begin() {
    switch (kind) {
      case BEAT -> {
        sendHead();
        beats =
            stream
                .eventLoop()
                .scheduleAtFixedRate(this::tick, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
      }
      case APPLY, WARM, PURGE, OFFER, HERDS -> {} // once its message is here
      default -> reset(Http2Error.PROTOCOL_ERROR);
    }
  }

  /** The next report comes whatever this one meets: what throws is not called again. */
  private void tick() {
    try {
      beat();
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      if (complaints.permits()) {
        LOG.error("link {}: no load report: unexpected", stream.parent().remoteAddress(), e);
      }
    }
  }

  private void beat() {
    boolean due = ticks == 0 || ticks >= service.beatTicks();
    ticks++;
    if (!due || !stream.isWritable()) {
      return;
    }
    ticks = 1;
    ByteBuf beat = writer.next(service.beat(), service.news());
    traffic.sentData(beat.readableBytes());
    var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(beat));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof Http2DataFrame data) {
        if (data.content().readableBytes() > MAX_MESSAGE_BYTES - received.readableBytes()) {
          reset(Http2Error.ENHANCE_YOUR_CALM);
          return;
        }
        received.writeBytes(data.content());
        if (data.isEndStream()) {
          answer();
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answer() {
    try {
      switch (kind) {
        case APPLY -> apply(ApplyRequest.parseFrom(ByteBufUtil.getBytes(received)));
        case WARM -> warm(WarmRequest.parseFrom(ByteBufUtil.getBytes(received)));
        case OFFER -> offered(CopyOffers.parseFrom(ByteBufUtil.getBytes(received)));
        case HERDS -> heard(HerdReports.parseFrom(ByteBufUtil.getBytes(received)));
        case PURGE -> purge(PurgeRequest.parseFrom(ByteBufUtil.getBytes(received)));
        default -> {} // nothing is asked
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("link {}: unreadable {} request: {}", stream.parent().remoteAddress(), kind, e);
      reset(Http2Error.PROTOCOL_ERROR);
    } catch (RuntimeException e) {
      // The peer hears of it now, and not when its patience ends.
      LOG.error("link {}: {} request failed", stream.parent().remoteAddress(), kind, e);
      reset(Http2Error.INTERNAL_ERROR);
    }
  }

  private void apply(ApplyRequest request) {
    var _ =
        service
            .apply(request)
            .whenComplete(
                (reply, failure) ->
                    stream.eventLoop().execute(() -> send(reply == null ? no(failure) : reply)));
  }

  private void purge(PurgeRequest request) {
    var _ =
        service
            .purge(request)
            .whenComplete(
                (reply, failure) ->
                    stream
                        .eventLoop()
                        .execute(
                            () -> {
                              if (reply == null) {
                                LOG.warn("purge: {}", String.valueOf(failure));
                                reset(Http2Error.INTERNAL_ERROR);
                              } else {
                                send(reply);
                              }
                            }));
  }

  private static ApplyReply no(@Nullable Throwable failure) {
    return ApplyReply.newBuilder().setMessage(String.valueOf(failure)).build();
  }

  /** There is nothing to answer: whether it is warm will be in the load reports. */
  private void warm(WarmRequest request) {
    service.warm(request.getVersion());
    noContent();
  }

  private void offered(CopyOffers offers) {
    service.offered(offers);
    noContent();
  }

  private void heard(HerdReports reports) {
    service.heard(reports);
    noContent();
  }

  private void noContent() {
    Http2Headers headers = new DefaultHttp2Headers(false, 1);
    headers.status("204");
    var _ = stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, true));
  }

  private void send(MessageLite reply) {
    sendHead();
    var _ =
        stream.writeAndFlush(
            new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(reply.toByteArray()), true));
  }

  private void sendHead() {
    Http2Headers headers = new DefaultHttp2Headers(false, 1);
    headers.status("200");
    var _ = stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
  }

  private void reset(Http2Error error) {
    var _ = stream.writeAndFlush(new DefaultHttp2ResetFrame(error));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (beats != null) {
      beats.cancel(false);
    }
    received.release();
    ctx.fireChannelInactive();
  }

  /** A message behind its length in four bytes. */
  static ByteBuf delimited(MessageLite message) {
    int size = message.getSerializedSize();
    return Unpooled.buffer(4 + size).writeInt(size).writeBytes(message.toByteArray());
  }
}
