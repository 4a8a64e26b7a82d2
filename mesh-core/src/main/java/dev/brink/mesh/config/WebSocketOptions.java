package dev.brink.mesh.config;

import dev.brink.exec.websocket.WebSocketLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The options about functions' WebSockets. */
final class WebSocketOptions {
  private static final ValueType<Integer> BYTES = ValueType.smallSize(1024, 1 << 30);

  static final List<Option<?>> ALL =
      List.of(
          option(
              "max-open",
              ValueType.integer(1, 1_000_000),
              WebSocketLimits::maxOpen,
              WebSocketLimits.Builder::maxOpen),
          option(
              "max-per-tenant",
              ValueType.integer(1, 1_000_000),
              WebSocketLimits::maxPerOwner,
              WebSocketLimits.Builder::maxPerOwner),
          option(
              "message",
              BYTES,
              WebSocketLimits::messageBytes,
              WebSocketLimits.Builder::messageBytes),
          option(
              "queue", BYTES, WebSocketLimits::queuedBytes, WebSocketLimits.Builder::queuedBytes),
          option(
              "memory",
              ValueType.size(1 << 20, 1L << 40),
              WebSocketLimits::memoryBytes,
              WebSocketLimits.Builder::memoryBytes),
          option(
              "idle",
              ValueType.duration(Duration.ofMillis(10), Duration.ofMinutes(5)),
              WebSocketLimits::idle,
              WebSocketLimits.Builder::idle),
          option(
              "lifetime",
              ValueType.duration(Duration.ofMillis(10), Duration.ofDays(7)),
              WebSocketLimits::lifetime,
              WebSocketLimits.Builder::lifetime));

  private static <T> Option<T> option(
      String name,
      ValueType<T> type,
      Function<WebSocketLimits, T> get,
      BiConsumer<WebSocketLimits.Builder, T> set) {
    return Option.of(
        "functions.websockets." + name,
        type,
        node -> get.apply(node.functions().webSockets()),
        (builder, value) ->
            builder.functions(
                functions -> functions.webSockets(sockets -> set.accept(sockets, value))));
  }

  private WebSocketOptions() {}
}
