package dev.brink.mesh.http;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is the same for an exchange in every HTTP version: who answers, how the answer is framed,
 * what becomes of both bodies, who hears of the end. All state but the claim is the event loop's.
 */
abstract class Exchange implements ServerExchange, BodyWriter.Sink, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final VarHandle CLAIMED;

  static {
    try {
      CLAIMED = MethodHandles.lookup().findVarHandle(Exchange.class, "claimed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Connection connection;
  private final HttpRequest request;
  private final String requestId;
  private final long arrivedNanos;
  private final @Nullable RequestBody body;

  @SuppressWarnings("unused") // through CLAIMED
  private volatile boolean claimed;

  private final ExchangeListeners listeners = new ExchangeListeners();

  private @Nullable HttpResponse answer;
  private Flow.@Nullable Publisher<ByteBuf> answerBody;
  private boolean answered;
  private boolean sending;
  private boolean started;
  private boolean ended;
  private @Nullable BodyWriter writer;
  private long unsent = -1;
  private long bytesOut;
  private int status;

  Exchange(
      Connection connection,
      HttpRequest request,
      String requestId,
      long arrivedNanos,
      boolean hasBody) {
    this.connection = connection;
    this.request = request;
    this.requestId = requestId;
    this.arrivedNanos = arrivedNanos;
    body = hasBody ? new RequestBody(this, connection.limits()) : null;
  }

  // What each version does its own way; on the event loop.

  /** There is an answer, which {@link #send} may send now or later. */
  abstract void onAnswered();

  /** Content beyond this is sent in pieces, by {@link #writeData}. */
  abstract int maxWholeBytes();

  /**
   * Sends a whole response and calls {@link #finish}.
   *
   * @param length to be told to the client, -1 for none
   * @param content the callee's
   */
  abstract void writeWhole(HttpResponse head, long length, ByteBuf content);

  /**
   * Sends the head of a response whose body follows.
   *
   * @param length to be told to the client, -1 when it is not known
   */
  abstract void writeHead(HttpResponse head, long length);

  abstract void writeData(ByteBuf data);

  /** Ends a streamed response and calls {@link #finish}. */
  abstract void writeEnd();

  /** Breaks the response off so that the client can tell. */
  abstract void breakOff();

  /** Somebody reads the request's body; the client may wait to be told. */
  abstract void onBodyWanted();

  /** More of the request's body may be read. */
  abstract void onBodyRoom();

  /** More came of a body than any may have. */
  abstract void onBodyTooLarge();

  /** More than the bound came of a body that nobody wants. */
  abstract void onBodyOverrun();

  /** The response is complete or never will be. */
  abstract void onEnded(boolean all);

  // The contract with handlers.

  @Override
  public final HttpRequest request() {
    return request;
  }

  @Override
  public final Flow.@Nullable Publisher<ByteBuf> body() {
    return body == null ? null : body.pipe();
  }

  @Override
  public final String requestId() {
    return requestId;
  }

  @Override
  public final InetSocketAddress remoteAddress() {
    return connection.remoteAddress();
  }

  @Override
  public final String clientAddress() {
    return connection.clientAddress();
  }

  @Override
  public final String scheme() {
    return connection.scheme();
  }

  @Override
  public final long arrivedNanos() {
    return arrivedNanos;
  }

  @Override
  public final EventLoop eventLoop() {
    return connection.loop().eventLoop();
  }

  @Override
  public final void respond(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> responseBody) {
    if (!claim()) {
      Discard.response(head, responseBody);
      return;
    }
    answer = head;
    answerBody = responseBody;
    if (eventLoop().inEventLoop()) {
      run();
    } else if (!hop(this)) {
      Discard.response(head, responseBody);
    }
  }

  @Override
  public final void interim(HttpResponse head) {
    if (eventLoop().inEventLoop()) {
      passInterim(head);
    } else {
      hop(() -> passInterim(head));
    }
  }

  private void passInterim(HttpResponse head) {
    int code = head.status().code();
    if (!answered && !ended && code > 101 && code < 200) {
      writeInterim(head);
    }
  }

  /** Sends an interim response, if the client can take one now. */
  abstract void writeInterim(HttpResponse head);

  @Override
  public final void fail(Problem problem) {
    respond(ProblemResponse.of(problem, requestId), null);
  }

  @Override
  public final void onCancel(Runnable action) {
    if (eventLoop().inEventLoop()) {
      listeners.onCancel(action);
    } else {
      hop(() -> listeners.onCancel(action));
    }
  }

  @Override
  public final void onEnd(EndListener action) {
    if (eventLoop().inEventLoop()) {
      listeners.onEnd(action);
    } else {
      hop(() -> listeners.onEnd(action));
    }
  }

  /** Runs on the event loop later; false when that has ended. */
  final boolean hop(Runnable action) {
    try {
      eventLoop().execute(action);
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the server has ended", requestId, e);
      return false;
    }
  }

  // What happens to it; on the event loop.

  final @Nullable RequestBody requestBody() {
    return body;
  }

  final boolean claim() {
    return CLAIMED.compareAndSet(this, false, true);
  }

  final boolean answered() {
    return answered;
  }

  /** Whether the response has begun. */
  final boolean sending() {
    return sending;
  }

  final boolean ended() {
    return ended;
  }

  /** Passes the exchange to the server's handler. */
  final void start() {
    ServerState server = connection.loop().server();
    started = true;
    server.listener().requestStarted(this);
    try {
      server.handler().handle(this);
    } catch (RuntimeException e) {
      if (e instanceof ProblemException known) {
        fail(known.problem());
      } else {
        LOG.error("{}: handler failed", requestId, e);
        fail(Refusal.INTERNAL);
      }
    }
  }

  /** Has an answer: called by itself when a thread elsewhere gave one. */
  @Override
  public final void run() {
    answered = true;
    if (ended) {
      dropAnswer();
    } else {
      onAnswered();
    }
  }

  private void dropAnswer() {
    if (answer != null) {
      Discard.response(answer, answerBody);
      answer = null;
      answerBody = null;
    }
  }

  /** Answers for the handler: the request turned out to be none that this server takes. */
  final void refuse(Problem problem) {
    if (!ended && claim()) {
      if (!started) {
        connection.loop().server().listener().requestRefused(remoteAddress(), problem);
      }
      listeners.cancelled();
      answer = ProblemResponse.of(problem, requestId);
      run();
    }
  }

  /** Sends the answer. */
  final void send() {
    HttpResponse head = requireNonNull(answer);
    Flow.Publisher<ByteBuf> from = answerBody;
    answer = null;
    answerBody = null;
    sending = true;
    if (head.status().code() < 200) {
      LOG.error("{}: answered with status {} (expected: >= 200)", requestId, head.status().code());
      Discard.response(head, from);
      head = ProblemResponse.of(Refusal.INTERNAL, requestId);
      from = null;
    }
    status = head.status().code();
    ByteBuf content =
        head instanceof FullHttpResponse full ? full.content() : Unpooled.EMPTY_BUFFER;
    boolean bodyless =
        request.method().equals(HttpMethod.HEAD) || status == 204 || status == 205 || status == 304;
    if (from == null || bodyless) {
      if (from != null) {
        Discard.body(from);
      }
      sendWhole(head, content, bodyless);
    } else {
      content.release();
      stream(head, declaredLength(head), from);
    }
  }

  private void stream(HttpResponse head, long length, Flow.Publisher<ByteBuf> from) {
    unsent = length;
    writeHead(head, length);
    writer = new BodyWriter(eventLoop(), this);
    from.subscribe(writer);
  }

  private void sendWhole(HttpResponse head, ByteBuf content, boolean bodyless) {
    int size = content.readableBytes();
    if (!bodyless) {
      if (size > maxWholeBytes()) {
        stream(head, size, new SlicedBody(content));
        return;
      }
      bytesOut = size;
      writeWhole(head, size, content);
      return;
    }
    content.release();
    long length =
        switch (status) {
          case 204 -> -1;
          case 205 -> 0;
          default -> size > 0 ? size : declaredLength(head);
        };
    writeWhole(head, length, Unpooled.EMPTY_BUFFER);
  }

  private static long declaredLength(HttpResponse head) {
    String declared = head.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    return declared == null ? -1 : Syntax.length(declared);
  }

  @Override
  public final void data(ByteBuf data) {
    int size = data.readableBytes();
    if (ended || (unsent >= 0 && size > unsent)) {
      data.release();
      if (!ended) {
        requireNonNull(writer).cancel();
        failed(new IllegalStateException("response body: longer than its content-length"));
      }
      return;
    }
    if (unsent >= 0) {
      unsent -= size;
    }
    bytesOut += size;
    writeData(data);
  }

  @Override
  public final void end() {
    if (unsent > 0) {
      failed(new IllegalStateException("response body: shorter than its content-length"));
    } else if (!ended) {
      writeEnd();
    }
  }

  @Override
  public final void failed(Throwable cause) {
    if (!ended) {
      LOG.debug("{}: response broken off", requestId, cause);
      breakOff();
      finish(false);
    }
  }

  /** The connection now carries other bytes than HTTP's. */
  final void upgraded(int code) {
    answered = true;
    sending = true;
    status = code;
  }

  /** The bytes after an upgrade have ended. */
  final void relayed(long bytes, boolean all) {
    bytesOut = bytes;
    finish(all);
  }

  /** The client takes more. */
  final void resumeWriting() {
    if (writer != null) {
      writer.resume();
    }
  }

  /** The client has gone, or was sent away. */
  final void gone() {
    if (body != null) {
      body.breakOff(Refusal.DISCONNECTED);
    }
    if (ended) {
      return;
    }
    if (writer != null) {
      writer.cancel();
    }
    if (!claim() && answered && !sending) {
      dropAnswer();
    }
    listeners.cancelled();
    finish(false);
  }

  /** The response is complete, or never will be. Once; later calls do nothing. */
  final void finish(boolean all) {
    if (ended) {
      return;
    }
    ended = true;
    listeners.ended(bytesOut, all);
    if (started) {
      long bytesIn = body == null ? 0 : body.bytes();
      long nanos = System.nanoTime() - arrivedNanos;
      connection
          .loop()
          .server()
          .listener()
          .requestEnded(this, status, bytesIn, bytesOut, nanos, all);
    }
    if (body != null) {
      body.exchangeEnded();
    }
    onEnded(all);
  }
}
