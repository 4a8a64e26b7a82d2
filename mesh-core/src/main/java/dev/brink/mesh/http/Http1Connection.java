package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1 connection: reads requests, passes them on, sends the answers in the requests' order.
 *
 * <p>Requests that follow one another without waiting are under way together only as long as all of
 * them are safe (RFC 9112 section 9.3.2); any other waits for those before it, and holds up those
 * after it.
 */
final class Http1Connection extends Connection {
  private enum Mode {
    /** Reading a head. */
    HEAD,
    /** A head was read whose exchange can't start yet. */
    HELD,
    /** Reading a body. */
    BODY,
    /** What comes is thrown away. */
    DISCARD,
    /** What comes goes to the relay. */
    RELAY
  }

  private static final HttpRequest NO_REQUEST =
      new DefaultHttpRequest(
          HttpVersion.HTTP_1_1, HttpMethod.GET, "/", EmptyHttpHeaders.INSTANCE, false);

  private final Http1RequestParser parser;
  private final Http1BodyReader body;
  private final Http1Output output;
  private final ArrayDeque<Http1Exchange> exchanges = new ArrayDeque<>(4);

  private Mode mode = Mode.HEAD;
  private @Nullable ByteBuf unread;
  private @Nullable RawRelay relay;
  private boolean parsing;
  private boolean readStopped;
  private boolean holdUp;
  private boolean closeWhenDone;
  private boolean unclean;

  private long lastReadNanos;
  private long headSinceNanos;
  private boolean headBegun;
  private long idleSinceNanos;
  private long discardedBytes;

  Http1Connection(ServerLoop loop, Channel channel, String scheme) {
    super(loop, channel, scheme);
    parser = new Http1RequestParser(limits(), loop, () -> address(channel));
    body = new Http1BodyReader(limits(), channel.alloc());
    output = new Http1Output(channel, loop);
    lastReadNanos = System.nanoTime();
    idleSinceNanos = lastReadNanos;
  }

  /** The address that the client has connected to, as an authority. */
  private static String address(Channel channel) {
    return channel.localAddress() instanceof InetSocketAddress own
        ? NetUtil.toSocketAddressString(own)
        : "localhost";
  }

  Http1Output output() {
    return output;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    lastReadNanos = System.nanoTime();
    output.readBegun();
    if (relay != null) {
      relay.received(in);
    } else if (mode == Mode.DISCARD) {
      discard(in);
    } else {
      unread =
          unread == null
              ? in
              : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), unread, in);
      parse();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    output.readEnded();
  }

  private void discard(ByteBuf in) {
    discardedBytes += in.readableBytes();
    in.release();
    if (discardedBytes > limits().maxDrainBytes()) {
      if (output.closing()) {
        var _ = channel().close();
      } else {
        readStopped = true;
        channel().config().setAutoRead(false);
      }
    }
  }

  /** Goes as far as can be gone with what was read. */
  private void parse() {
    if (parsing) {
      return;
    }
    parsing = true;
    try {
      boolean more;
      do {
        more = advance();
      } while (more);
    } finally {
      parsing = false;
    }
    if (unread != null && (mode == Mode.DISCARD || !unread.isReadable())) {
      unread.release();
      unread = null;
    }
    if (mode == Mode.HEAD || mode == Mode.HELD || mode == Mode.BODY) {
      boolean stop =
          mode == Mode.HELD
              || (mode == Mode.BODY && body.full())
              || (mode == Mode.HEAD && unread != null && !takesRequest());
      if (stop != readStopped) {
        readStopped = stop;
        channel().config().setAutoRead(!stop);
      }
    }
  }

  /**
   * @return whether there may be more to do
   */
  private boolean advance() {
    return switch (mode) {
      case HEAD -> unread != null && unread.isReadable() && takesRequest() && readHead(unread);
      case HELD -> startHeld();
      case BODY -> !body.full() && unread != null && unread.isReadable() && readBody(unread);
      case DISCARD, RELAY -> false;
    };
  }

  private boolean takesRequest() {
    Http1Exchange last = exchanges.peekLast();
    return !closeWhenDone
        && channel().isWritable()
        && (last == null || (exchanges.size() < limits().maxPipelined() && !last.upgradable()));
  }

  private boolean readHead(ByteBuf in) {
    return switch (parser.parse(in)) {
      case MORE -> {
        if (!headBegun) {
          headBegun = true;
          headSinceNanos = lastReadNanos;
        }
        yield false;
      }
      case REFUSED -> {
        refuseHead(parser.problem());
        yield false;
      }
      case REQUEST -> {
        headBegun = false;
        mode = Mode.HELD;
        yield true;
      }
    };
  }

  private void refuseHead(Problem problem) {
    headBegun = false;
    stopReading();
    Http1Exchange refused =
        new Http1Exchange(
            this, NO_REQUEST, loop().newRequestId(), lastReadNanos, new RequestFraming());
    exchanges.add(refused);
    refused.refuse(problem);
  }

  /** The rest of what comes is of no use: the connection ends with the last exchange under way. */
  private void stopReading() {
    mode = Mode.DISCARD;
    body.stop();
    unclean = true;
    closeWhenDone = true;
  }

  private boolean startHeld() {
    RequestFraming framing = parser.framing();
    boolean alone = framing.http10() || framing.upgrade() || framing.hasBody() || !isSafe();
    if (!exchanges.isEmpty() && (alone || holdUp)) {
      return false;
    }
    holdUp = alone;
    HttpVersion version = framing.http10() ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
    HttpRequest request =
        new DefaultHttpRequest(version, parser.method(), parser.target(), parser.headers(), false);
    String id = loop().requestId(parser.headers());
    Http1Exchange exchange = new Http1Exchange(this, request, id, lastReadNanos, framing);
    exchanges.add(exchange);
    closeWhenDone |= !framing.keepAlive();
    if (framing.length() > limits().maxBodyBytes()) {
      stopReading();
      exchange.refuse(Refusal.BODY_TOO_LARGE);
      return false;
    }
    mode = Mode.HEAD;
    if (framing.hasBody()) {
      mode = Mode.BODY;
      body.begin(exchange, framing.length());
    }
    exchange.start();
    return true;
  }

  private boolean isSafe() {
    HttpMethod method = parser.method();
    return method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || method.equals(HttpMethod.OPTIONS);
  }

  private boolean readBody(ByteBuf in) {
    Http1Exchange exchange = body.exchange();
    boolean read = body.read(in);
    if (mode != Mode.BODY || exchange == null) {
      return false;
    }
    if (body.problem() != null) {
      bodyBroken(exchange, body.problem());
      return false;
    }
    if (body.exchange() == null) {
      mode = Mode.HEAD;
      closeIfDone();
    }
    return read;
  }

  /** The body can't be read to its end. */
  void bodyBroken(Http1Exchange exchange, Problem problem) {
    stopReading();
    if (exchange.requestBody() != null) {
      exchange.requestBody().breakOff(problem);
    }
    exchange.refuse(problem);
    closeIfDone();
  }

  void bodyRoom(Http1Exchange exchange) {
    if (body.reads(exchange) && body.full()) {
      body.room();
      lastReadNanos = System.nanoTime();
      parse();
    }
  }

  /** More than the bound came of a body that is thrown away. */
  void bodyOverrun(Http1Exchange exchange) {
    if (body.reads(exchange)) {
      stopReading();
      closeIfDone();
    }
  }

  private void closeIfDone() {
    if (closeWhenDone && exchanges.isEmpty() && body.unwanted()) {
      boolean linger =
          unclean || body.exchange() != null || (unread != null && unread.isReadable());
      mode = Mode.DISCARD;
      output.close(linger);
    }
  }

  // Answers.

  /** Whether the next response on the connection is this exchange's. */
  boolean isNext(Http1Exchange exchange) {
    return exchanges.peek() == exchange;
  }

  void answered(Http1Exchange exchange) {
    if (exchanges.peek() == exchange) {
      exchange.send();
    }
  }

  /** What a response says of the connection: whether it stays open, {@code null} for nothing. */
  @Nullable Boolean connectionOption(Http1Exchange exchange, boolean untilClose) {
    boolean last = exchanges.size() == 1;
    closeWhenDone |=
        last && (untilClose || loop().server().draining() || body.undrainable(exchange));
    if (closeWhenDone && last) {
      return Boolean.FALSE;
    }
    return exchange.http10() ? Boolean.TRUE : null;
  }

  void flushAnswer() {
    if (exchanges.size() <= 1) {
      output.flush();
    } else {
      output.flushSoon();
    }
  }

  void ended(Http1Exchange exchange, boolean all) {
    if (!all || exchanges.peek() != exchange) {
      return;
    }
    exchanges.poll();
    Http1Exchange next = exchanges.peek();
    if (next != null && next.answered()) {
      next.send();
    }
    closeIfDone();
    if (unread != null || readStopped || mode == Mode.HELD) {
      parse();
    }
  }

  /** A response broke off: the client sees that by the connection's end. */
  void closeWhenSent() {
    stopReading();
    output.close(false);
  }

  void upgrade(
      Http1Exchange exchange,
      HttpResponse head,
      Flow.Subscriber<ByteBuf> inbound,
      Flow.Publisher<ByteBuf> outbound) {
    RawRelay started =
        new RawRelay(
            channel(),
            limits().bodyBufferBytes(),
            (bytes, all) -> {
              exchange.relayed(bytes, all);
              output.close(all);
            });
    if (exchange.ended()) {
      ReferenceCountUtil.release(head);
      started.start(inbound, outbound);
      started.closed();
      return;
    }
    mode = Mode.RELAY;
    relay = started;
    exchange.upgraded(head.status().code());
    output.head(
        exchange, head, Http1ResponseEncoder.Framing.UPGRADE, -1, null, Unpooled.EMPTY_BUFFER);
    ReferenceCountUtil.release(head);
    output.flushSoon();
    started.start(inbound, outbound);
    if (readStopped) {
      readStopped = false;
      channel().config().setAutoRead(true);
    }
    if (unread != null) {
      started.received(unread);
      unread = null;
    }
  }

  // The clock, and the end.

  @Override
  void tick(long now) {
    if (abortedStalled(now)) {
      return;
    }
    if (output.lingered(now)) {
      var _ = channel().close();
    } else if (relay != null) {
      if (now - Math.max(lastReadNanos, relay.lastSentNanos())
          > limits().upgradedIdleTimeout().toNanos()) {
        abort();
      }
    } else if (mode == Mode.BODY && body.exchange() != null) {
      if (body.late(now - lastReadNanos)) {
        bodyBroken(body.exchange(), Refusal.TIMEOUT);
      }
    } else if (mode == Mode.HEAD) {
      tickHead(now);
    }
    if (!exchanges.isEmpty()) {
      idleSinceNanos = now;
    }
  }

  private void tickHead(long now) {
    if (headBegun) {
      if (now - headSinceNanos > limits().headerTimeout().toNanos()) {
        refuseHead(Refusal.TIMEOUT);
        parse();
      }
    } else if (exchanges.isEmpty()) {
      boolean draining = loop().server().draining();
      long limit = draining ? IDLE_GRACE_NANOS : limits().idleTimeout().toNanos();
      if (now - Math.max(lastReadNanos, idleSinceNanos) > limit) {
        closeWhenSent();
      }
    }
  }

  /** Nothing: from now on every response says that it is the last. */
  @Override
  void drain() {}

  @Override
  void closeIfIdle() {
    if (exchanges.isEmpty() && mode == Mode.HEAD && !headBegun) {
      closeWhenSent();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel().isWritable()) {
      // Later, because this may be called from within a flush.
      loop().eventLoop().execute(this::resume);
    }
  }

  private void resume() {
    if (relay != null) {
      relay.resume();
    }
    Http1Exchange first = exchanges.peek();
    if (first != null) {
      first.resumeWriting();
    }
    if (unread != null || readStopped) {
      parse();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    mode = Mode.DISCARD;
    if (unread != null) {
      unread.release();
      unread = null;
    }
    if (relay != null) {
      relay.closed();
    }
    Http1Exchange reading = body.exchange();
    body.stop();
    if (reading != null) {
      reading.gone();
    }
    for (Http1Exchange exchange; (exchange = exchanges.poll()) != null; ) {
      exchange.gone();
    }
  }
}
