package dev.brink.mesh.link;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import dev.brink.mesh.proto.AnswerMeta;
import dev.brink.mesh.proto.CallMeta;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** One forwarded call, on the node that runs it. */
final class LinkStream extends ChannelDuplexHandler implements CallListener {
  private static final Problem GONE = Problem.of(499, "caller-gone", "the caller has gone");

  private final Http2StreamChannel stream;
  private final LinkService service;
  private final BodyWriter writer;
  private final long arrivedNanos = System.nanoTime();

  private @Nullable BodyReader reader;
  private Executor.@Nullable Running running;
  private boolean answered;
  private boolean finished;

  LinkStream(Http2StreamChannel stream, LinkService service) {
    this.stream = stream;
    this.service = service;
    this.writer = new BodyWriter(stream, this::complete, () -> {});
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case Http2HeadersFrame frame -> headers(frame);
      case Http2DataFrame frame -> data(frame);
      case Http2ResetFrame frame -> gone();
      default -> ReferenceCountUtil.release(message);
    }
  }

  private void headers(Http2HeadersFrame frame) {
    if (running != null) {
      endOfBody(frame.isEndStream());
      return;
    }
    try {
      CallMeta meta = LinkHeaders.get(frame.headers(), LinkHeaders.CALL, CallMeta.parser());
      if (meta == null) {
        throw new LinkException("headers: no " + LinkHeaders.CALL + " (expected: one)");
      }
      start(LinkHeaders.toRequest(frame.headers()), meta, frame.isEndStream());
    } catch (LinkException e) {
      onFailure(
          new CallFailure(
              Problem.of(400, "link-protocol", String.valueOf(e.getMessage())),
              CallFailure.Reach.NOT_STARTED));
    }
  }

  private void start(HttpRequest request, CallMeta meta, boolean noBody) {
    Flow.Publisher<ByteBuf> body = null;
    if (!noBody) {
      reader = new BodyReader(stream, () -> {});
      body = reader.body();
    }
    if (meta.getUpgrade()) {
      request.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
      request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    }
    var call =
        new Call(
            request,
            meta.getScheme(),
            body,
            meta.getClientAddress(),
            meta.getRequestId(),
            arrivedNanos + meta.getRemainingNanos(),
            meta.getRefused(),
            meta.getDepth());
    running = execute(call, meta);
  }

  private Executor.Running execute(Call call, CallMeta meta) {
    String tenant = meta.getTenant();
    String name = meta.getName();
    if (meta.getNamedCache()) {
      return service.named().execute(call, new Target.NamedCache(tenant, name), this);
    }
    String digest = meta.getDigest();
    return meta.getCached()
        ? service
            .cached()
            .execute(
                call,
                new Target.Cached(tenant, name, digest, meta.getAsker(), meta.getCopy()),
                this)
        : service.executor().execute(call, new Target.Function(tenant, name, digest), this);
  }

  private void data(Http2DataFrame frame) {
    BodyReader to = reader;
    if (to == null || to.ended()) {
      frame.release();
    } else {
      to.read(frame);
    }
  }

  private void endOfBody(boolean end) {
    if (end && reader != null) {
      reader.read(new DefaultHttp2DataFrame(true));
    }
  }

  @Override
  public void onAccepted() {
    onLoop(
        () -> {
          if (!answered && reader != null) {
            Http2Headers headers = new DefaultHttp2Headers(false, 1);
            headers.status("100");
            var _ = stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
          }
        });
  }

  @Override
  public void onInterim(HttpResponse head) {
    onLoop(
        () -> {
          Http2Headers headers = LinkHeaders.ofResponse(head);
          if (!answered && LinkHeaders.fit(headers)) {
            var _ = stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
          }
        });
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    onLoop(() -> respond(head, body, timing));
  }

  private void respond(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    answered = true;
    boolean upgraded = body != null && head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
    if (upgraded) {
      head.setStatus(HttpResponseStatus.OK);
      complete();
    }
    Http2Headers headers = LinkHeaders.ofResponse(head);
    LinkHeaders.put(
        headers,
        LinkHeaders.ANSWER,
        AnswerMeta.newBuilder()
            .setCold(timing.cold())
            .setQueueNanos(timing.queueNanos())
            .setColdNanos(timing.coldNanos())
            .setRunNanos(timing.runNanos())
            .setLaneNanos(timing.laneNanos())
            .setServerNanos(System.nanoTime() - arrivedNanos)
            .setLoad(service.load())
            .putAllReads(timing.reads())
            .setWhole(body == null)
            .setUpgraded(upgraded)
            .setReason(LinkHeaders.reason(head.status()))
            .build());
    if (!LinkHeaders.fit(headers)) {
      withhold(head, body);
      return;
    }
    ByteBuf content = head instanceof FullHttpResponse full ? full.content() : null;
    boolean empty = body == null && (content == null || !content.isReadable());
    var _ = stream.write(new DefaultHttp2HeadersFrame(headers, empty));
    if (body != null) {
      stream.flush();
      writer.start(body);
    } else if (content != null && !empty) {
      complete();
      var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(content, true));
    } else {
      complete();
      stream.flush();
      ReferenceCountUtil.release(head);
    }
  }

  private void withhold(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    if (body != null) {
      writer.stop();
      writer.start(body);
    }
    ReferenceCountUtil.release(head);
    complete();
    refuse(
        new CallFailure(
            Problem.of(
                502,
                "headers-too-large",
                "the answer's headers are larger than what a link takes, "
                    + LinkClient.MAX_HEADER_BYTES
                    + " bytes"),
            CallFailure.Reach.RAN));
  }

  @Override
  public void onFailure(CallFailure failure) {
    onLoop(() -> refuse(failure));
  }

  private void refuse(CallFailure failure) {
    answered = true;
    if (reader != null) {
      reader.close(new ProblemException(failure.problem()));
    }
    Http2Headers headers = new DefaultHttp2Headers(false, 2);
    headers.status("503");
    LinkHeaders.put(
        headers,
        LinkHeaders.ANSWER,
        AnswerMeta.newBuilder()
            .setServerNanos(System.nanoTime() - arrivedNanos)
            .setLoad(service.load())
            .setRefusal(Refusals.of(failure))
            .build());
    var _ = stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, true));
    if (reader != null && !reader.ended()) {
      var _ = stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    writer.writabilityChanged();
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    gone();
    var _ = ctx.close();
  }

  /**
   * All is written, or its end is no longer the call's: what the function still does in the
   * background goes on.
   */
  private void complete() {
    finished = true;
  }

  /** The stream has ended, well or not: whatever still goes on for it stops. */
  private void gone() {
    if (reader != null && !reader.ended()) {
      reader.close(new ProblemException(GONE));
    }
    writer.stop();
    if (running != null && !finished) {
      running.cancel();
      if (reader != null) {
        reader.close(new ProblemException(GONE));
      }
    }
  }

  private void onLoop(Runnable action) {
    if (stream.eventLoop().inEventLoop()) {
      action.run();
    } else {
      stream.eventLoop().execute(action);
    }
  }
}
