package dev.brink.mesh.http;

/** What a server does with its requests. Called on event loops: must not block. */
@FunctionalInterface
public interface HttpHandler {
  /** Takes the exchange. An exception becomes a 500 problem. */
  void handle(ServerExchange exchange);
}
