package dev.brink.mesh.ingress;

import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.http.ServerExchange;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Brings a call's outcome back to the client, with where it ran and how long that took. */
final class IngressCall implements CallListener {
  private static final AsciiString NODE = AsciiString.cached("brink-node");
  private static final AsciiString DECISION = AsciiString.cached("brink-decision");
  private static final AsciiString SERVER_TIMING = AsciiString.cached("server-timing");

  private final ServerExchange exchange;
  private final UnaryOperator<String> nodeName;
  private final @Nullable String decision;

  /**
   * For one exchange.
   *
   * @param nodeName from a node's id to what people call it
   * @param decision what the client asked to be told, if it did
   */
  IngressCall(ServerExchange exchange, UnaryOperator<String> nodeName, @Nullable String decision) {
    this.exchange = exchange;
    this.nodeName = nodeName;
    this.decision = decision;
  }

  @Override
  public void onInterim(HttpResponse head) {
    exchange.interim(head);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    describe(head, timing);
    exchange.respond(head, body);
  }

  /** Adds what is told about where and how long. */
  void describe(HttpResponse head, CallTiming timing) {
    HttpHeaders headers = head.headers();
    headers.set(NODE, nodeName.apply(timing.node()));
    headers.add(
        SERVER_TIMING, ServerTiming.of(timing, System.nanoTime() - exchange.arrivedNanos()));
    if (decision != null) {
      headers.set(DECISION, decision);
    }
  }

  @Override
  public void onFailure(CallFailure failure) {
    exchange.fail(failure.problem());
  }
}
