package dev.brink.mesh.origin;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.http.Discard;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ServerExchange;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Joins a client that wants a WebSocket with the server that agreed; or passes on its answer. */
final class UpgradeRelay implements CallListener, OriginCall.Switching {
  private static final Problem NOT_UPGRADABLE =
      Problem.of(501, "upgrade-not-possible", "This connection cannot be upgraded.");

  private final ServerExchange exchange;

  UpgradeRelay(ServerExchange exchange) {
    this.exchange = exchange;
  }

  /** Whether a call asks for a WebSocket. */
  static boolean isAskedFor(Call call) {
    HttpHeaders headers = call.request().headers();
    return call.request().method().equals(HttpMethod.GET)
        && call.request().protocolVersion().equals(HttpVersion.HTTP_1_1)
        && call.body() == null
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
  }

  @Override
  public void switched(HttpResponse head, UpstreamConnection connection, Runnable onEnd) {
    var relay = new RawRelay(connection, onEnd);
    relay.start();
    if (!exchange.upgrade(head, relay.fromClient(), relay.toClient())) {
      Discard.response(head, relay.toClient());
      exchange.fail(NOT_UPGRADABLE);
    }
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    exchange.respond(head, body);
  }

  @Override
  public void onFailure(CallFailure failure) {
    exchange.fail(failure.problem());
  }
}
