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
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One forwarded call, on the node that forwards it. */
final class OutgoingCall extends ChannelDuplexHandler implements Executor.Running {
  /**
   * How long after the deadline the node may still say how the call ended there: its own clock for
   * the function begins later, and what ends by that is no fault of the node.
   */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String node;
  private final Call call;
  private final Target target;
  private final CallListener listener;
  private final LinkListener link;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile @Nullable Http2StreamChannel stream;

  // Touched on the stream's event loop only.
  private @Nullable BodyWriter writer;
  private @Nullable BodyReader reader;
  private @Nullable Future<?> deadline;

  /** From the deadline until the node is to blame, or has answered after all. */
  private @Nullable Future<?> silence;

  private boolean answered;
  private long sentNanos;
  private boolean whole;
  private long bodyBytes;
  private long headNanos;

  OutgoingCall(String node, Call call, Target target, CallListener listener, LinkListener link) {
    this.link = link;
    this.node = node;
    this.call = call;
    this.target = target;
    this.listener = listener;
  }

  /** Sends the request; called on the stream's event loop. */
  void begin(Http2StreamChannel newStream) {
    stream = newStream;
    sentNanos = System.nanoTime();
    long remainingNanos = call.deadlineNanos() - sentNanos;
    if (cancelled || remainingNanos <= 0) {
      fail(
          new CallFailure(
              Problem.of(504, "deadline-exceeded", "the request's time was up before it was sent"),
              CallFailure.Reach.NOT_STARTED));
      var _ = newStream.close();
      return;
    }
    Http2Headers headers = LinkHeaders.ofRequest(call.request(), call.scheme());
    CallMeta.Builder meta = CallMeta.newBuilder();
    if (target instanceof Target.Cached cached) {
      meta.setCached(true).setAsker(cached.asker()).setCopy(cached.copy());
    }
    LinkHeaders.put(
        headers,
        LinkHeaders.CALL,
        meta.setTenant(target.tenant())
            .setName(target.name())
            .setDigest(digest(target))
            .setNamedCache(target instanceof Target.NamedCache)
            .setRequestId(call.requestId())
            .setRemainingNanos(remainingNanos)
            .setScheme(call.scheme())
            .setClientAddress(call.clientAddress())
            .setRefused(call.refused())
            .setDepth(call.depth())
            .setUpgrade(call.upgrade())
            .build());
    if (!LinkHeaders.fit(headers)) {
      fail(
          new CallFailure(
              Problem.of(
                  431,
                  "headers-too-large",
                  "the request's URL and headers are larger than what a link takes, "
                      + LinkClient.MAX_HEADER_BYTES
                      + " bytes"),
              CallFailure.Reach.RAN));
      var _ = newStream.close();
      return;
    }
    var body = call.body();
    deadline = newStream.eventLoop().schedule(this::timeOut, remainingNanos, TimeUnit.NANOSECONDS);
    var _ = newStream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, body == null));
    if (body != null) {
      writer = new BodyWriter(newStream, () -> {}, this::bodyBroken);
      writer.start(body);
    }
  }

  /** No fault of the node, and what is left of the body is the same for any other. */
  private void bodyBroken() {
    fail(
        new CallFailure(
            Problem.of(400, "body-broken", "the request's body could not be read to its end"),
            CallFailure.Reach.RAN));
  }

  private static String digest(Target target) {
    return switch (target) {
      case Target.Function function -> function.digest();
      case Target.Cached cached -> cached.digest();
      case Target.NamedCache _ -> "";
      case Target.Origin origin ->
          throw new IllegalArgumentException(
              "target: " + origin + " (expected: a function or what is cached)");
    };
  }

  private void timeOut() {
    if (!answered) {
      fail(
          new CallFailure(
              Problem.of(504, "deadline-exceeded", "node " + node + " did not answer in time"),
              CallFailure.Reach.RAN));
      if (writer != null) {
        writer.stop();
      }
      Http2StreamChannel open = stream;
      if (open != null && target instanceof Target.Function) {
        silence = open.eventLoop().schedule(this::unanswered, GRACE_NANOS, TimeUnit.NANOSECONDS);
      } else {
        reset();
      }
    }
  }

  private void unanswered() {
    link.unanswered(node);
    reset();
  }

  private void heard() {
    if (silence != null) {
      silence.cancel(false);
    }
  }

  private void reset() {
    Http2StreamChannel open = stream;
    if (open != null && open.isActive()) {
      var _ = open.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
      var _ = open.close();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    Http2StreamChannel open = stream;
    if (open != null) {
      open.eventLoop().execute(this::reset);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case Http2HeadersFrame frame -> headers(frame);
      case Http2DataFrame frame -> data(frame);
      case Http2ResetFrame frame -> lost("node " + node + " reset the call");
      default -> ReferenceCountUtil.release(message);
    }
  }

  private void headers(Http2HeadersFrame frame) {
    if ("100".contentEquals(frame.headers().status())) {
      listener.onAccepted();
      return;
    }
    if (!answered && frame.headers().status().charAt(0) == '1') {
      listener.onInterim(LinkHeaders.toResponse(frame.headers()));
      return;
    }
    if (answered) {
      if (frame.isEndStream() && reader != null) {
        listener.onBodyEnd(bodyBytes);
        reader.read(new DefaultHttp2DataFrame(true));
      }
      return;
    }
    answered = true;
    heard();
    try {
      AnswerMeta meta = LinkHeaders.get(frame.headers(), LinkHeaders.ANSWER, AnswerMeta.parser());
      if (meta == null) {
        throw new LinkException("headers: no " + LinkHeaders.ANSWER + " (expected: one)");
      }
      if (meta.hasRefusal()) {
        fail(Refusals.failure(meta.getRefusal()));
      } else {
        answer(frame, meta);
      }
    } catch (LinkException e) {
      fail(
          new CallFailure(
              Problem.of(502, "link-protocol", String.valueOf(e.getMessage())),
              CallFailure.Reach.UNKNOWN));
      reset();
    }
  }

  private void answer(Http2HeadersFrame frame, AnswerMeta meta) {
    long elapsedNanos = System.nanoTime() - sentNanos;
    var timing =
        new CallTiming(
            node,
            meta.getCold(),
            meta.getQueueNanos(),
            meta.getColdNanos(),
            meta.getRunNanos(),
            meta.getLaneNanos(),
            Math.max(0, elapsedNanos - meta.getServerNanos()),
            meta.getReadsMap());
    HttpResponse head = LinkHeaders.toResponse(frame.headers(), meta.getReason());
    if (!end()) {
      reset();
      return;
    }
    if (frame.isEndStream()) {
      listener.onResponse(
          new DefaultFullHttpResponse(
              head.protocolVersion(),
              head.status(),
              Unpooled.EMPTY_BUFFER,
              head.headers(),
              EmptyHttpHeaders.INSTANCE),
          null,
          timing);
      return;
    }
    if (meta.getUpgraded()) {
      head.setStatus(HttpResponseStatus.SWITCHING_PROTOCOLS);
      head.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
      head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    }
    whole = meta.getWhole();
    headNanos = System.nanoTime();
    var from = new BodyReader(Objects.requireNonNull(stream, "stream"), this::cancel);
    reader = from;
    listener.onResponse(head, from.body(), timing);
  }

  private void data(Http2DataFrame frame) {
    BodyReader to = reader;
    if (to == null || to.ended()) {
      frame.release();
    } else {
      bodyBytes += frame.content().readableBytes();
      if (frame.isEndStream() && whole) {
        link.transferred(node, bodyBytes, System.nanoTime() - headNanos);
      }
      if (frame.isEndStream()) {
        listener.onBodyEnd(bodyBytes);
      }
      to.read(frame);
    }
  }

  private void lost(String detail) {
    heard();
    fail(new CallFailure(Problem.of(502, "peer-lost", detail), CallFailure.Reach.UNKNOWN));
    if (reader != null) {
      reader.fail(new ProblemException(Problem.of(502, "peer-lost", detail)));
    }
    if (writer != null) {
      writer.stop();
    }
  }

  /** Tells the listener of a failure, unless it has heard of an outcome. */
  void fail(CallFailure failure) {
    if (end()) {
      listener.onFailure(failure);
    }
  }

  private boolean end() {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    if (deadline != null) {
      deadline.cancel(false);
    }
    return true;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (writer != null) {
      writer.writabilityChanged();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lost("link to node " + node + " was lost");
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    lost("link to node " + node + " failed");
    var _ = ctx.close();
  }
}
