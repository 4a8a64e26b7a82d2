package dev.brink.mesh.http;

import java.net.InetSocketAddress;

/**
 * Hears what a server does, to count and to log it. Called on event loops, often: must be quick and
 * must not throw.
 */
public interface HttpServerListener {
  /** Hears nothing. */
  HttpServerListener NONE = new HttpServerListener() {};

  default void connectionOpened(InetSocketAddress remote) {}

  default void connectionClosed(InetSocketAddress remote) {}

  /** A connection beyond the limit was answered 503. */
  default void connectionRefused(InetSocketAddress remote) {}

  /** A request's head was read and its handler is about to be called. */
  default void requestStarted(ServerExchange exchange) {}

  /**
   * A started request is over.
   *
   * @param status what the client was sent, 0 when it got no response head
   * @param bytesIn bytes of the request's body that were read
   * @param bytesOut bytes of the response's body that were written
   * @param nanos since the request's head had been read
   * @param complete whether the response was sent to its end
   */
  default void requestEnded(
      ServerExchange exchange,
      int status,
      long bytesIn,
      long bytesOut,
      long nanos,
      boolean complete) {}

  /** What came was not a request that this server takes; no handler saw it. */
  default void requestRefused(InetSocketAddress remote, Problem problem) {}
}
