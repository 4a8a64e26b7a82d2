package dev.brink.mesh.ingress;

import dev.brink.exec.stream.BodyReader;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ServerExchange;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Joins a client that asks for a WebSocket with the function that grants it. */
final class UpgradeCall implements CallListener {
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final Problem NOT_UPGRADABLE =
      Problem.of(501, "upgrade-not-possible", "This connection cannot be upgraded.");

  private final ServerExchange exchange;
  private final ClientBytes bytes;
  private final IngressCall answer;
  private final RemoteSockets remote;

  /**
   * For one exchange.
   *
   * @param bytes what the client sends afterwards
   * @param answer takes what is no WebSocket
   */
  UpgradeCall(
      ServerExchange exchange, ClientBytes bytes, IngressCall answer, RemoteSockets remote) {
    this.exchange = exchange;
    this.bytes = bytes;
    this.answer = answer;
    this.remote = remote;
  }

  @Override
  public void onInterim(HttpResponse head) {
    answer.onInterim(head);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    if (head.status().code() != SWITCHING_PROTOCOLS || body == null) {
      bytes.end();
      answer.onResponse(head, body, timing);
      return;
    }
    answer.describe(head, timing);
    remote.add(bytes, timing.node());
    exchange.onEnd((sent, complete) -> remote.remove(bytes));
    if (!exchange.upgrade(head, bytes, body)) {
      bytes.end();
      new BodyReader(body, Runnable::run, 0).cancel();
      exchange.fail(NOT_UPGRADABLE);
    }
  }

  @Override
  public void onFailure(CallFailure failure) {
    bytes.end();
    answer.onFailure(failure);
  }
}
