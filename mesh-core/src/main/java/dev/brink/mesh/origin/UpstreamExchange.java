package dev.brink.mesh.origin;

import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.HopByHop;
import dev.brink.mesh.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on a connection.
 *
 * <p>A response of up to 32 KiB of known length is passed on when it is complete, so that a server
 * that is lost in the middle of one can still be replaced by another. Everything on the
 * connection's event loop; bodies cross to other threads in a {@link BodyPipe}.
 */
final class UpstreamExchange
    implements UpstreamConnection.Occupant, RequestWriter.Listener, BodyPipe.Source {
  private static final int MAX_GATHERED_BYTES = 32 * 1024;
  private static final int MAX_DRAIN_BYTES = 64 * 1024;
  private static final int MAX_INTERIM = 32;

  private final UpstreamConnection connection;
  private final OutgoingRequest request;
  private final Listener listener;
  private final RequestWriter writer;
  private final ExchangeClock clock;

  private @Nullable HttpResponse held;
  private @Nullable ByteBuf gathered;
  private @Nullable BodyPipe pipe;
  private int interim;
  private boolean skipping;
  private boolean touched;
  private boolean responded;
  private boolean keepAlive;
  private boolean untilClose;
  private boolean paused;
  private boolean discarding;
  private boolean done;
  private long length = -1;
  private long received;

  /** How the body of a response ended. */
  enum End {
    COMPLETE,
    /** The server is to blame. */
    BROKEN,
    /** The caller did not want it, or did not send all of the request. */
    CANCELLED
  }

  /** Hears of the exchange: {@code responded}, {@code switched} or {@code failed}, once. */
  interface Listener {
    /** There is an interim response other than {@code 100}, which may be passed on. */
    default void interim(HttpResponse head) {}

    /**
     * There is a response. Without a body it is over; with one, {@link #ended} follows.
     *
     * @param head full when {@code body} is {@code null} and the response is not empty
     */
    void responded(HttpResponse head, @Nullable BodyPipe body);

    /** The server no longer speaks HTTP; whoever is told occupies the connection. */
    void switched(HttpResponse head, UpstreamConnection connection);

    /**
     * There is no response.
     *
     * @param touched whether anything of one came
     */
    void failed(Fault fault, @Nullable Throwable cause, boolean touched);

    /** The response's body is over; whoever reads it hears of that after this. */
    void ended(End end);
  }

  UpstreamExchange(UpstreamConnection connection, OutgoingRequest request, Listener listener) {
    this.connection = connection;
    this.request = request;
    this.listener = listener;
    writer = new RequestWriter(connection.channel(), request.bodyLength(), this);
    clock = new ExchangeClock(connection, request);
  }

  /** Sends the request. */
  void start() {
    connection.occupy(this);
    connection.expectResponse(request.toHead());
    if (request.body() == null) {
      clock.awaitHead(request.startedNanos());
    } else {
      clock.awaitUpload();
    }
    writer.write(request.head(), request.body());
  }

  // The request.

  @Override
  public void requestProgressed() {
    if (!responded) {
      clock.awaitUpload();
    } else if (!paused) {
      clock.awaitBody();
    }
  }

  @Override
  public void requestWritten() {
    if (!responded) {
      clock.awaitHead(System.nanoTime());
    }
  }

  @Override
  public void requestBroken(Throwable cause) {
    breakOff(Fault.REQUEST_BROKEN, cause, End.CANCELLED);
  }

  @Override
  public void writabilityChanged() {
    if (connection.channel().isWritable()) {
      writer.resume();
    }
  }

  /** The caller has gone. */
  void cancel() {
    if (responded) {
      unwanted();
    } else {
      breakOff(Fault.CANCELLED, null, End.CANCELLED);
    }
  }

  // The response.

  @Override
  public void received(Object message) {
    if (done) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof HttpResponse head) {
      head(head);
    } else if (message instanceof HttpContent content) {
      content(content);
    } else {
      ReferenceCountUtil.release(message);
      invalid(null);
    }
  }

  private void head(HttpResponse head) {
    touched = true;
    if (head.decoderResult().isFailure()) {
      Throwable cause = head.decoderResult().cause();
      boolean cut = cause instanceof PrematureChannelClosureException;
      breakOff(cut ? Fault.LOST : Fault.INVALID_RESPONSE, cause, End.BROKEN);
      return;
    }
    String flaw = ResponseDecoder.flaw(head, connection.limits());
    if (flaw != null) {
      invalid(new DecoderException("response: " + flaw));
      return;
    }
    int code = head.status().code();
    if (code == 101 && request.upgrade()) {
      switchProtocols(head);
    } else if (code == 101) {
      invalid(new DecoderException("response: 101 (expected: not, nobody asked to switch)"));
    } else if (code < 200) {
      skipping = true;
      if (++interim > MAX_INTERIM) {
        invalid(new DecoderException("response: interim responses without end"));
      } else if (code > 100) {
        HopByHop.remove(head.headers());
        listener.interim(head);
      }
    } else {
      finalHead(head);
    }
  }

  private void switchProtocols(HttpResponse head) {
    done = true;
    listener.switched(head, connection);
    connection.switchToRaw();
  }

  private void finalHead(HttpResponse head) {
    boolean hasBody = !request.toHead() && !ResponseDecoder.bodiless(head);
    boolean chunked = HttpUtil.isTransferEncodingChunked(head);
    length = HttpUtil.getContentLength(head, -1L);
    untilClose = hasBody && !chunked && length < 0;
    keepAlive =
        head.protocolVersion().equals(HttpVersion.HTTP_1_1)
            && HttpUtil.isKeepAlive(head)
            && !untilClose;
    if (head.status().equals(HttpResponseStatus.RESET_CONTENT)) {
      // What it has for a body all the same is nobody's answer, and not waited for.
      keepAlive &= length == 0;
      head.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
    }
    connection.keptFor(ResponseDecoder.keptNanos(head));
    HopByHop.remove(head.headers());
    held = head;
  }

  private void content(HttpContent content) {
    boolean last = content instanceof LastHttpContent;
    if (content.decoderResult().isFailure()) {
      content.release();
      invalid(content.decoderResult().cause());
    } else if (skipping) {
      content.release();
      skipping = !last;
    } else if (last && untilClose && !connection.endsCleanly()) {
      content.release();
      breakOff(Fault.LOST, null, End.BROKEN);
    } else {
      received += content.content().readableBytes();
      body(content.content(), last);
    }
  }

  private void body(ByteBuf data, boolean last) {
    if (held != null) {
      if (last || gathers()) {
        gather(held, data, last);
        return;
      }
      stream(held);
    }
    BodyPipe to = pipe;
    if (to == null || discarding) {
      data.release();
    } else if (!data.isReadable()) {
      data.release();
    } else if (!to.offer(data) && !last && !done) {
      pause();
    }
    if (last && !done) {
      finish(End.COMPLETE);
      listener.ended(End.COMPLETE);
      if (to != null) {
        to.complete();
      }
    } else if (discarding && received > MAX_DRAIN_BYTES && !done) {
      breakOff(Fault.CANCELLED, null, End.CANCELLED);
    }
  }

  private boolean gathers() {
    return length >= 0 && length <= MAX_GATHERED_BYTES;
  }

  private void gather(HttpResponse head, ByteBuf data, boolean last) {
    if (!last) {
      ByteBuf to = gathered;
      if (to == null) {
        to = connection.channel().alloc().buffer((int) length);
        gathered = to;
      }
      to.writeBytes(data);
      data.release();
      return;
    }
    ByteBuf whole = data;
    if (gathered != null) {
      whole = gathered.writeBytes(data);
      gathered = null;
      data.release();
    }
    held = null;
    responded = true;
    boolean empty = !whole.isReadable();
    if (empty) {
      whole.release();
    }
    finish(End.COMPLETE);
    listener.responded(empty ? head : full(head, whole), null);
  }

  private static HttpResponse full(HttpResponse head, ByteBuf body) {
    return new DefaultFullHttpResponse(
        head.protocolVersion(), head.status(), body, head.headers(), EmptyHttpHeaders.INSTANCE);
  }

  private void stream(HttpResponse head) {
    held = null;
    responded = true;
    BodyPipe opened = new BodyPipe(connection.limits().bodyBufferBytes(), this);
    pipe = opened;
    clock.awaitBody();
    listener.responded(head, opened);
  }

  @Override
  public void readComplete() {
    if (done) {
      return;
    }
    if (held != null && !gathers()) {
      stream(held);
    } else if (responded && !paused && !discarding) {
      clock.awaitBody();
    }
  }

  private void pause() {
    paused = true;
    connection.pauseReading();
    clock.awaitReader();
  }

  @Override
  public void drained() {
    if (!connection.loop().inEventLoop()) {
      connection.loop().execute(this::drained);
    } else if (paused && !done) {
      paused = false;
      clock.awaitBody();
      connection.resumeReading();
    }
  }

  @Override
  public void cancelled() {
    if (connection.loop().inEventLoop()) {
      unwanted();
    } else {
      connection.loop().execute(this::unwanted);
    }
  }

  /** The response's body is not wanted; the rest is read only if that is quickly done. */
  private void unwanted() {
    if (done || discarding) {
      return;
    }
    boolean soonOver = keepAlive && writer.done() && length - received <= MAX_DRAIN_BYTES;
    if (length < 0 || !soonOver) {
      breakOff(Fault.CANCELLED, null, End.CANCELLED);
      return;
    }
    discarding = true;
    paused = false;
    received = 0;
    clock.awaitRest();
    connection.resumeReading();
  }

  // The end.

  private void invalid(@Nullable Throwable cause) {
    breakOff(Fault.INVALID_RESPONSE, cause, End.BROKEN);
  }

  @Override
  public void broken(Throwable cause) {
    boolean nonsense = cause instanceof DecoderException;
    breakOff(nonsense ? Fault.INVALID_RESPONSE : Fault.LOST, cause, End.BROKEN);
  }

  @Override
  public void closed() {
    breakOff(Fault.LOST, null, End.BROKEN);
  }

  @Override
  public void expired() {
    ExchangeClock.Expiry expiry = clock.expired();
    breakOff(expiry.fault(), expiry.cause(), expiry.end());
  }

  private void breakOff(Fault fault, @Nullable Throwable cause, End end) {
    if (done) {
      return;
    }
    ReferenceCountUtil.release(gathered);
    gathered = null;
    held = null;
    finish(end);
    if (!responded) {
      listener.failed(fault, cause, touched);
      return;
    }
    listener.ended(discarding ? End.CANCELLED : end);
    if (pipe != null) {
      pipe.fail(
          cause instanceof ProblemException known ? known : new ProblemException(fault.problem()));
    }
  }

  private void finish(End end) {
    done = true;
    boolean complete = end == End.COMPLETE;
    boolean whole = writer.done();
    writer.cancel();
    connection.release(complete && whole && keepAlive);
  }
}
