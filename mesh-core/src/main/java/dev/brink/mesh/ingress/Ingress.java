package dev.brink.mesh.ingress;

import dev.brink.cache.CachePolicy;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.websocket.Handshake;
import dev.brink.mesh.cache.EdgeCache;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.HopByHop;
import dev.brink.mesh.http.HttpHandler;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ServerExchange;
import dev.brink.mesh.origin.Origins;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Placement;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Answers clients' requests: finds the route and hands the request to what it leads to. */
public final class Ingress implements HttpHandler {
  /** How long a client's request may take, unless the function's own wall limit is longer. */
  public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

  private static final AsciiString EXPLAIN = AsciiString.cached("brink-explain");
  private static final AsciiString TOKEN = AsciiString.cached("brink-token");

  /** What routes may lead to; what is deployed there may take others, or fewer. */
  private static final AsciiString METHODS =
      AsciiString.cached("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");

  private static final String BEARER = "Bearer ";

  private final String node;
  private final Supplier<Snapshot> snapshot;
  private final Dispatcher dispatcher;
  private final Origins origins;
  private final EdgeCache cache;
  private final Placement placement;
  private final UnaryOperator<String> nodeName;
  private final byte[] adminToken;
  private final RemoteSockets remoteSockets;

  /**
   * For one node.
   *
   * @param node its id
   * @param nodeName from a node's id to what people call it
   * @param adminToken lets a client ask for the placement decision
   */
  public Ingress(
      String node,
      Supplier<Snapshot> snapshot,
      Dispatcher dispatcher,
      Origins origins,
      EdgeCache cache,
      Placement placement,
      UnaryOperator<String> nodeName,
      String adminToken) {
    this.node = node;
    this.remoteSockets = new RemoteSockets(node);
    this.snapshot = snapshot;
    this.dispatcher = dispatcher;
    this.origins = origins;
    this.cache = cache;
    this.placement = placement;
    this.nodeName = nodeName;
    this.adminToken = adminToken.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void handle(ServerExchange exchange) {
    HttpRequest request = exchange.request();
    if (CdnLoop.isIn(request.headers())) {
      exchange.fail(
          Problem.of(
              508,
              "loop",
              "cdn-loop: the request has gone through a mesh "
                  + CdnLoop.MOST_PASSES
                  + " times (expected: an origin or a fetch that does not lead back)"));
      return;
    }
    if (request.uri().equals("*")) {
      options(exchange);
      return;
    }
    String host = request.headers().get(HttpHeaderNames.HOST, "");
    Binding binding = snapshot.get().routes().match(host, request.uri());
    if (binding == null) {
      exchange.fail(
          Problem.of(404, "route-not-found", "nothing is deployed at this host and path"));
      return;
    }
    handle(exchange, binding);
  }

  /** What is asked of the node, and not of anything deployed: RFC 9110 section 9.3.7. */
  private static void options(ServerExchange exchange) {
    var answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
    answer.headers().set(HttpHeaderNames.ALLOW, METHODS);
    exchange.respond(answer);
  }

  private void handle(ServerExchange exchange, Binding binding) {
    HttpHeaders headers = exchange.request().headers();
    boolean explain = headers.contains(EXPLAIN) && authorized(headers);
    String client = exchange.clientAddress();
    switch (binding) {
      case Binding.Function function -> {
        if (asksForWebSocket(exchange.request())) {
          upgrade(exchange, client, function, explain);
        } else {
          RequestHeaders.clean(headers, client);
          run(exchange, client, function, explain);
        }
      }
      case Binding.Origin origin -> {
        RequestHeaders.removeOurs(headers);
        Duration total = Duration.ofMillis(origin.pool().getTotalTimeoutMs());
        Call call = call(exchange, client, longer(REQUEST_TIMEOUT, total));
        if (!origins.upgrade(call, origin.target(), exchange)) {
          CallListener answer = new IngressCall(exchange, nodeName, null);
          CachePolicy policy = origin.cache();
          if (policy != null) {
            // What the origin does not get must not select what is stored.
            HopByHop.remove(headers);
          }
          Executor.Running running =
              policy == null
                  ? origins.execute(call, origin.target(), answer)
                  : cache.handle(
                      origin.target(),
                      "",
                      policy,
                      call,
                      (fetch, listener) -> origins.execute(fetch, origin.target(), listener),
                      answer);
          exchange.onCancel(running::cancel);
        }
      }
    }
  }

  /** HTTP/1.0 has no upgrades, and one to anything else is as if it were not asked for. */
  private static boolean asksForWebSocket(HttpRequest request) {
    return Handshake.isIn(request.headers())
        && request
            .headers()
            .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1);
  }

  /** Neither a cache nor anybody else takes part: what is asked for is a connection. */
  private void upgrade(
      ServerExchange exchange, String client, Binding.Function function, boolean explain) {
    Handshake.Flaw flaw = Handshake.flaw(exchange.request());
    if (flaw != null) {
      refuse(exchange, flaw);
      return;
    }
    if (exchange.body() != null) {
      refuse(exchange, new Handshake.Flaw(400, "body: expected none for a WebSocket"));
      return;
    }
    RequestHeaders.cleanUpgrade(exchange.request().headers(), client);
    Binding.Version version = function.pick(ThreadLocalRandom.current().nextInt());
    var bytes = new ClientBytes();
    var answer = new IngressCall(exchange, nodeName, decision(exchange, version, explain));
    Call call = call(exchange, client, timeLimit(version)).withBody(bytes);
    Executor.Running running =
        dispatcher.dispatch(call, version, new UpgradeCall(exchange, bytes, answer, remoteSockets));
    exchange.onCancel(running::cancel);
  }

  /** A wrong version is told the right one: RFC 6455, section 4.4. */
  private static void refuse(ServerExchange exchange, Handshake.Flaw flaw) {
    if (flaw.status() == HttpResponseStatus.UPGRADE_REQUIRED.code()) {
      var required =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.UPGRADE_REQUIRED, Unpooled.EMPTY_BUFFER);
      required.headers().set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, Handshake.VERSION);
      exchange.respond(required);
    } else {
      exchange.fail(Problem.of(flaw.status(), "websocket-handshake", flaw.detail()));
    }
  }

  /**
   * Lets the functions of this ingress's WebSockets that run elsewhere know that they end here; for
   * a node that is about to stop.
   */
  public void closeWebSockets() {
    remoteSockets.end();
  }

  private @Nullable String decision(
      ServerExchange exchange, Binding.Version version, boolean explain) {
    return explain
        ? DecisionJson.of(
            placement.explain(
                version.placement(exchange.request().headers(), node), System.nanoTime()),
            nodeName)
        : null;
  }

  private void run(
      ServerExchange exchange, String client, Binding.Function function, boolean explain) {
    Binding.Version version = function.pick(ThreadLocalRandom.current().nextInt());
    CallListener listener =
        new IngressCall(exchange, nodeName, decision(exchange, version, explain));
    Call call = call(exchange, client, timeLimit(version));
    CachePolicy policy = version.cache();
    Executor.Running running =
        policy == null
            ? dispatcher.dispatch(call, version, listener)
            : cache.handle(
                version.target(),
                version.target().digest(),
                policy,
                call,
                (fetch, to) -> dispatcher.dispatch(fetch, version, to),
                listener);
    exchange.onCancel(running::cancel);
  }

  private static Duration timeLimit(Binding.Version version) {
    LoadedFunction local = version.local();
    return local == null
        ? REQUEST_TIMEOUT
        : longer(REQUEST_TIMEOUT, local.bundle().limits().wall());
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static Call call(ServerExchange exchange, String client, Duration limit) {
    return new Call(
        exchange.request(),
        exchange.scheme(),
        exchange.body(),
        client,
        exchange.requestId(),
        exchange.arrivedNanos() + limit.toNanos());
  }

  /** Whether the admin token is there; it is taken out, so that no function sees it. */
  private boolean authorized(HttpHeaders headers) {
    if (matches(headers.get(TOKEN))) {
      return true;
    }
    String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
    if (authorization != null
        && authorization.startsWith(BEARER)
        && matches(authorization.substring(BEARER.length()))) {
      headers.remove(HttpHeaderNames.AUTHORIZATION);
      return true;
    }
    return false;
  }

  private boolean matches(@Nullable String token) {
    return token != null
        && MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), adminToken);
  }
}
