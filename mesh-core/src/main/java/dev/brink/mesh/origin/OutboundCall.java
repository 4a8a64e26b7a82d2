package dev.brink.mesh.origin;

import dev.brink.exec.Subrequests;
import dev.brink.exec.outbound.OutboundException;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One request of a function on its way to a host outside; {@link #cancel} from any thread. */
final class OutboundCall implements ConnectionPool.Waiter, UpstreamExchange.Listener {
  private final Call call;
  private final String host;
  private final EventLoop loop;
  private final ConnectionPool connections;
  private final CdnLoop cdnLoop;
  private final Flow.@Nullable Publisher<ByteBuf> socket;
  private final Subrequests.Listener listener;
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile @Nullable Sent sent;

  private record Sent(UpstreamConnection connection, UpstreamExchange exchange, boolean reused) {}

  /**
   * @param cdnLoop what the request says it goes through
   * @param socket what is sent after a 101, if that is asked for
   */
  OutboundCall(
      Call call,
      String host,
      EventLoop loop,
      ConnectionPool connections,
      CdnLoop cdnLoop,
      Flow.@Nullable Publisher<ByteBuf> socket,
      Subrequests.Listener listener) {
    this.call = call;
    this.host = host;
    this.loop = loop;
    this.connections = connections;
    this.cdnLoop = cdnLoop;
    this.socket = socket;
    this.listener = listener;
  }

  /**
   * @param fresh whether only a new connection will do
   */
  void start(boolean fresh) {
    connections.acquire(this, fresh);
  }

  void cancel() {
    cancelled = true;
    if (connections.abandon(this)) {
      fail(Fault.CANCELLED, null);
      return;
    }
    Sent current = sent;
    if (current != null && !current.connection.loop().isShutdown()) {
      current.connection.loop().execute(current.exchange::cancel);
    }
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public long deadlineNanos() {
    return call.deadlineNanos();
  }

  @Override
  public void connected(UpstreamConnection connection) {
    if (cancelled) {
      connection.releaseUnused();
      fail(Fault.CANCELLED, null);
      return;
    }
    OutgoingRequest request;
    try {
      request = outgoing(connection);
    } catch (ProblemException e) {
      connection.releaseUnused();
      fail(Fault.REQUEST_BROKEN, e);
      return;
    }
    var exchange = new UpstreamExchange(connection, request, this);
    sent = new Sent(connection, exchange, connection.used());
    exchange.start();
    if (cancelled) {
      exchange.cancel();
    }
  }

  private OutgoingRequest outgoing(UpstreamConnection connection) {
    long now = System.nanoTime();
    return new OutgoingRequest(
        RequestHead.ofOwn(connection.channel().alloc(), call, host, cdnLoop, socket != null),
        call.request().method().equals(HttpMethod.HEAD),
        socket != null,
        call.body(),
        RequestHead.bodyLength(call),
        Math.max(1, call.deadlineNanos() - now),
        now,
        call.deadlineNanos());
  }

  @Override
  public void notConnected(Fault fault, @Nullable Throwable cause) {
    fail(fault, cause);
  }

  @Override
  public void failed(Fault fault, @Nullable Throwable cause, boolean touched) {
    Sent current = sent;
    boolean stale = current != null && current.reused && fault == Fault.LOST && !touched;
    if (stale && call.body() == null && isSafe() && !cancelled) {
      sent = null;
      start(true);
    } else {
      fail(fault, cause);
    }
  }

  /** Whether the request may be sent again although it may have arrived. */
  private boolean isSafe() {
    HttpMethod method = call.request().method();
    return method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || method.equals(HttpMethod.OPTIONS);
  }

  @Override
  public void responded(HttpResponse head, @Nullable BodyPipe body) {
    if (told.compareAndSet(false, true)) {
      listener.onResponse(head, body);
    }
  }

  @Override
  public void switched(HttpResponse head, UpstreamConnection connection) {
    Flow.Publisher<ByteBuf> bytes = socket;
    if (bytes == null || !told.compareAndSet(false, true)) {
      connection.close();
      fail(Fault.INVALID_RESPONSE, null);
      return;
    }
    var relay = new RawRelay(connection, () -> {});
    relay.start();
    bytes.subscribe(relay.fromClient());
    listener.onResponse(head, relay.toClient());
  }

  @Override
  public void ended(UpstreamExchange.End end) {}

  private void fail(Fault fault, @Nullable Throwable cause) {
    if (told.compareAndSet(false, true)) {
      listener.onFailure(
          cause instanceof OutboundException denied
              ? String.valueOf(denied.getMessage())
              : "fetch: " + message(fault));
    }
  }

  private static String message(Fault fault) {
    return switch (fault) {
      case UNREACHABLE -> "the host could not be reached";
      case TLS -> "no trusted TLS connection to the host could be made";
      case BUSY -> "too many requests to the host are under way";
      case TIMEOUT, REQUEST_TIMEOUT -> "the host did not answer in time";
      case BODY_TIMEOUT -> "the host took no more of the request's body";
      case LOST -> "the connection to the host was lost";
      case INVALID_RESPONSE -> "the host's response is not valid HTTP";
      case REQUEST_BROKEN -> "the request broke off or cannot be sent";
      case DENIED -> "the address is not allowed";
      case CANCELLED -> "cancelled";
    };
  }
}
