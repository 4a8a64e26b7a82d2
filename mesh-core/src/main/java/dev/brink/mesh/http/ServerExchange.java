package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetSocketAddress;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One request that a client sent and the response it waits for, whichever HTTP version carries it.
 * Thread-safe; every method returns at once. Exactly one of {@code respond}, {@code fail} and
 * {@link #upgrade} has effect: later calls release what they were given and do nothing more.
 */
public interface ServerExchange {
  /** Method, origin-form target and headers; {@code Host} is set for HTTP/2 too. */
  HttpRequest request();

  /**
   * The request's body, {@code null} when there is none. One subscriber, who owns each buffer; a
   * body that breaks off or exceeds the limit ends with a {@link ProblemException}. A body nobody
   * subscribes to is drained, within bounds, after the response.
   */
  Flow.@Nullable Publisher<ByteBuf> body();

  /** Names this request in logs, problems and the {@code brink-request-id} header. */
  String requestId();

  InetSocketAddress remoteAddress();

  /** The IP address of {@link #remoteAddress} in text. */
  String clientAddress();

  /** {@code http} or {@code https}. */
  String scheme();

  /** When the request's head had been read, on {@link System#nanoTime}'s scale. */
  long arrivedNanos();

  /** The connection's event loop. */
  EventLoop eventLoop();

  /** Sends a response whose body is in {@code head} (a {@code FullHttpResponse}) or absent. */
  default void respond(HttpResponse head) {
    respond(head, null);
  }

  /**
   * Sends a response. The server sets framing headers ({@code Content-Length} when known, chunked
   * else), {@code Date} and {@code Connection}, and drops hop-by-hop headers.
   *
   * @param body streamed with backpressure, or {@code null}; its failure breaks the response off so
   *     that the client can tell (connection closed or stream reset)
   */
  void respond(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body);

  /**
   * Sends an interim response (1xx but 101) ahead of the response; HTTP/1.0 clients don't get it.
   */
  void interim(HttpResponse head);

  /** Sends an {@code application/problem+json} response. */
  void fail(Problem problem);

  /**
   * Runs once, on the event loop, if the response is no longer of use before it is complete: the
   * client goes away, or its request turns out to be too long, too slow or malformed and the server
   * has answered that. Several actions may be added.
   */
  void onCancel(Runnable action);

  /**
   * Runs once, on the event loop, when the response has been written or has failed. Several
   * listeners may be added.
   */
  void onEnd(EndListener action);

  /**
   * Answers {@code 101 Switching Protocols} and hands over the raw bytes both ways. HTTP/1.1 only.
   *
   * @param inbound gets what the client sends after the upgrade
   * @param outbound is sent to the client
   * @return {@code false}, with nothing done, when this exchange cannot be upgraded
   */
  boolean upgrade(
      HttpResponse head, Flow.Subscriber<ByteBuf> inbound, Flow.Publisher<ByteBuf> outbound);

  /** How an exchange ended. */
  interface EndListener {
    /**
     * The exchange is over.
     *
     * @param bytesOut bytes of the response's body that were written
     * @param complete whether all of it was
     */
    void ended(long bytesOut, boolean complete);
  }
}
