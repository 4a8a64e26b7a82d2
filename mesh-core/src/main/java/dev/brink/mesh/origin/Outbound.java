package dev.brink.mesh.origin;

import dev.brink.exec.Subrequests;
import dev.brink.exec.outbound.OutboundException;
import dev.brink.exec.outbound.OutboundPolicy;
import dev.brink.exec.websocket.Handshake;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Carries out functions' own requests to hosts outside of the mesh: HTTP/1.1 over connections that
 * are kept, certificates verified, bodies streamed both ways. Each connection goes to an address
 * that the {@link OutboundPolicy} has seen. A redirect is the function's next request.
 *
 * <p>Thread-safe; never blocks.
 */
public final class Outbound implements AutoCloseable {
  private static final int MAX_SERVERS = 512;
  private static final int MAX_CONNECTIONS = 64;
  private static final int LOOKUP_THREADS = 4;
  private static final int MAX_LOOKUPS = 1024;
  private static final long CONNECT_NANOS = Duration.ofSeconds(5).toNanos();

  private final EventLoops loops;
  private final OutboundPolicy policy;
  private final OriginLimits limits;
  private final SslContext tls = Origins.defaultTls();
  private final CdnLoop cdnLoop;
  private final ThreadPoolExecutor lookups;

  /** The one used longest ago first. */
  private final Map<String, ConnectionPool> servers = new LinkedHashMap<>(16, 0.75f, true);

  private boolean closed;

  private Outbound(EventLoops loops, OutboundPolicy policy, OriginLimits limits, CdnLoop cdnLoop) {
    this.loops = loops;
    this.policy = policy;
    this.limits = limits;
    this.cdnLoop = cdnLoop;
    lookups =
        new ThreadPoolExecutor(
            LOOKUP_THREADS,
            LOOKUP_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_LOOKUPS),
            new DefaultThreadFactory("brink-outbound-lookup", true));
    lookups.allowCoreThreadTimeOut(true);
  }

  /**
   * With the JDK's trusted certificates.
   *
   * @param loops where connections live; not closed with this
   * @param cdnLoop what this mesh calls itself in {@code CDN-Loop}
   */
  public static Outbound create(
      EventLoops loops, OutboundPolicy policy, OriginLimits limits, CdnLoop cdnLoop) {
    return new Outbound(loops, policy, limits, cdnLoop);
  }

  /** Begins a request; the listener may hear of it on any thread. */
  public Subrequests.Cancellable fetch(
      Subrequests.Subrequest asked, Subrequests.Listener listener) {
    Call call;
    ServerAddress server;
    ConnectionPool connections;
    try {
      HttpUrl url = HttpUrl.parse(asked.request().uri());
      server = ServerAddress.of(url);
      policy.checkPort(server.host(), server.port());
      call = call(asked, url);
      connections = connections(server);
    } catch (IllegalArgumentException e) {
      return refuse(listener, "fetch: the URL is not valid (expected: http or https)");
    } catch (OutboundException e) {
      return refuse(listener, String.valueOf(e.getMessage()));
    }
    EventLoop loop = loops.group().next();
    Flow.Publisher<ByteBuf> socket =
        Handshake.isIn(asked.request().headers()) ? asked.body() : null;
    var running =
        new OutboundCall(
            socket == null ? call : call.withBody(null),
            server.authority(),
            loop,
            connections,
            cdnLoop,
            socket,
            listener);
    running.start(socket != null);
    return running::cancel;
  }

  private static Subrequests.Cancellable refuse(Subrequests.Listener listener, String message) {
    listener.onFailure(message);
    return () -> {};
  }

  private static Call call(Subrequests.Subrequest asked, HttpUrl url) {
    HttpRequest given = asked.request();
    var request =
        new DefaultHttpRequest(
            given.protocolVersion(), given.method(), url.target(), given.headers().copy());
    return new Call(
        request, url.scheme(), asked.body(), "", asked.requestId(), asked.deadlineNanos());
  }

  private synchronized ConnectionPool connections(ServerAddress server) {
    if (closed) {
      throw new IllegalArgumentException("outbound: closed");
    }
    ConnectionPool known = servers.get(server.id());
    if (known != null) {
      return known;
    }
    if (servers.size() >= MAX_SERVERS) {
      String eldest = servers.keySet().iterator().next();
      ConnectionPool forgotten = servers.remove(eldest);
      if (forgotten != null) {
        forgotten.close();
      }
    }
    var connector =
        new Connector(
            loops::clientChannel,
            limits,
            server,
            server.tls() ? tls : null,
            new Addresses(server.host(), lookups),
            found -> policy.permitted(server.host(), server.port(), found));
    var made = new ConnectionPool(connector, limits.maxWaiting(), MAX_CONNECTIONS, CONNECT_NANOS);
    servers.put(server.id(), made);
    return made;
  }

  /** Breaks off what is under way. */
  @Override
  public synchronized void close() {
    closed = true;
    servers.values().forEach(ConnectionPool::abort);
    servers.clear();
    lookups.shutdownNow();
  }
}
