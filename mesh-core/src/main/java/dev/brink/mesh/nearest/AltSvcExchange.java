package dev.brink.mesh.nearest;

import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ServerExchange;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** An exchange whose response says where else the service is. */
record AltSvcExchange(ServerExchange exchange, String altSvc) implements ServerExchange {
  private static final AsciiString ALT_SVC = AsciiString.cached("alt-svc");

  @Override
  public HttpRequest request() {
    return exchange.request();
  }

  @Override
  public Flow.@Nullable Publisher<ByteBuf> body() {
    return exchange.body();
  }

  @Override
  public String requestId() {
    return exchange.requestId();
  }

  @Override
  public String clientAddress() {
    return exchange.clientAddress();
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return exchange.remoteAddress();
  }

  @Override
  public String scheme() {
    return exchange.scheme();
  }

  @Override
  public long arrivedNanos() {
    return exchange.arrivedNanos();
  }

  @Override
  public EventLoop eventLoop() {
    return exchange.eventLoop();
  }

  @Override
  public void respond(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    head.headers().set(ALT_SVC, altSvc);
    exchange.respond(head, body);
  }

  @Override
  public void interim(HttpResponse head) {
    exchange.interim(head);
  }

  @Override
  public void fail(Problem problem) {
    exchange.fail(problem);
  }

  @Override
  public void onCancel(Runnable action) {
    exchange.onCancel(action);
  }

  @Override
  public void onEnd(EndListener action) {
    exchange.onEnd(action);
  }

  @Override
  public boolean upgrade(
      HttpResponse head, Flow.Subscriber<ByteBuf> inbound, Flow.Publisher<ByteBuf> outbound) {
    return exchange.upgrade(head, inbound, outbound);
  }
}
