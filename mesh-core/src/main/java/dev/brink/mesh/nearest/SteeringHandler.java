package dev.brink.mesh.nearest;

import dev.brink.exec.websocket.Handshake;
import dev.brink.mesh.http.HttpHandler;
import dev.brink.mesh.http.ServerExchange;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Tells clients that are nearer to another ingress, before the request goes its way. The connection
 * stays open whatever it is told: an open connection is never moved.
 */
public final class SteeringHandler implements HttpHandler {
  private static final int ALT_SVC_SECONDS = 600;
  private static final String HTTPS = "https";

  private final HttpHandler next;
  private final NearestIngress nearest;
  private final Steering steering;
  private final Hosts hosts;

  /** Whether a request means the same under another host. */
  @FunctionalInterface
  public interface Hosts {
    /** Whether the host and path lead to the same route as they do under {@code otherHost}. */
    boolean same(ServerExchange exchange, String otherHost);
  }

  /**
   * Before the next handler.
   *
   * @param hosts asked before a redirect, which changes the host
   */
  public SteeringHandler(HttpHandler next, NearestIngress nearest, Steering steering, Hosts hosts) {
    this.next = next;
    this.nearest = nearest;
    this.steering = steering;
    this.hosts = hosts;
  }

  @Override
  public void handle(ServerExchange exchange) {
    switch (steering) {
      case OFF -> next.handle(exchange);
      case ALT_SVC -> {
        Optional<IngressNode> better =
            exchange.scheme().equals(HTTPS) ? better(exchange) : Optional.empty();
        next.handle(
            better
                .<ServerExchange>map(ingress -> new AltSvcExchange(exchange, altSvc(ingress.url())))
                .orElse(exchange));
      }
      case TEMPORARY_REDIRECT -> redirect(exchange, HttpResponseStatus.TEMPORARY_REDIRECT);
      case PERMANENT_REDIRECT -> redirect(exchange, HttpResponseStatus.PERMANENT_REDIRECT);
    }
  }

  /** Who came over TLS is not led to an ingress without, nor from elsewhere to a loopback URL. */
  private Optional<IngressNode> better(ServerExchange exchange) {
    boolean secure = exchange.scheme().equals(HTTPS);
    InetAddress client = exchange.remoteAddress().getAddress();
    return nearest
        .better(Client.of(client))
        .filter(ingress -> !secure || ingress.url().secure())
        .filter(ingress -> client.isLoopbackAddress() || !ingress.url().loopback());
  }

  /** The URL need not have a port, the field must (RFC 7838, section 3). */
  private static String altSvc(IngressUrl url) {
    String authority = url.authorityWithPort();
    return "h2=\"%s\"; ma=%d, http/1.1=\"%s\"; ma=%d"
        .formatted(authority, ALT_SVC_SECONDS, authority, ALT_SVC_SECONDS);
  }

  /**
   * A request with a body is answered here: it would have to be sent twice. So is one for a
   * WebSocket, whose clients are not bound to follow, and one that is about the node itself.
   */
  private void redirect(ServerExchange exchange, HttpResponseStatus status) {
    Optional<IngressNode> better =
        exchange.body() == null
                && !exchange.request().uri().equals("*")
                && !Handshake.isIn(exchange.request().headers())
            ? better(exchange).filter(ingress -> hosts.same(exchange, ingress.url().authority()))
            : Optional.empty();
    if (better.isEmpty()) {
      next.handle(exchange);
      return;
    }
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.LOCATION, better.get().url().text() + exchange.request().uri())
        .set(HttpHeaderNames.CACHE_CONTROL, "private, max-age=" + ALT_SVC_SECONDS);
    exchange.respond(response);
  }
}
