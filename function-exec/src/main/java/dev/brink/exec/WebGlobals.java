package dev.brink.exec;

import java.util.List;
import java.util.StringJoiner;
import org.graalvm.polyglot.Source;

/**
 * The names that the web API adds to the global object, each with the piece of it that has them: a
 * piece is evaluated when one of its names is first touched.
 */
final class WebGlobals {
  /**
   * Evaluates to a function of {@code touched(piece, name)} and {@code assigned(name, value)} that
   * gives the global object an accessor for each name. Returns a function for their names, and one
   * of {@code (name, get)} that says whether {@code get} is the name's accessor of here. They are
   * written out, since a closure for each would keep an activation each alive, in every context: a
   * fifth of the heap that one takes.
   */
  static final Source ACCESSORS = accessors();

  private record Piece(String name, List<String> globals) {}

  private static List<Piece> pieces() {
    return List.of(
        piece(
            "events",
            "Event",
            "CustomEvent",
            "ErrorEvent",
            "PromiseRejectionEvent",
            "EventTarget",
            "DOMException",
            "addEventListener",
            "removeEventListener",
            "dispatchEvent",
            "reportError"),
        piece("abort", "AbortController", "AbortSignal"),
        piece("messaging", "MessageChannel", "MessageEvent", "MessagePort"),
        piece("eventsource", "EventSource"),
        piece("websocket", "CloseEvent", "WebSocket"),
        piece("socketpair", "WebSocketPair"),
        piece("caches", "Cache", "CacheStorage", "caches"),
        piece("headers", "Headers"),
        piece("requests", "Request"),
        piece("responses", "Response"),
        piece("fetch", "fetch"),
        piece("forms", "FormData"),
        piece("blobs", "Blob", "File"),
        piece("url", "URL", "URLSearchParams"),
        piece("urlpattern", "URLPattern"),
        piece("encoding", "TextEncoder", "TextDecoder", "atob", "btoa"),
        piece(
            "streams",
            "ReadableStream",
            "ReadableStreamDefaultReader",
            "ReadableStreamDefaultController"),
        piece("strategies", "CountQueuingStrategy", "ByteLengthQueuingStrategy"),
        piece(
            "bytestreams",
            "ReadableStreamBYOBReader",
            "ReadableStreamBYOBRequest",
            "ReadableByteStreamController"),
        piece(
            "writables",
            "WritableStream",
            "WritableStreamDefaultWriter",
            "WritableStreamDefaultController"),
        piece("transforms", "TransformStream", "TransformStreamDefaultController"),
        piece("identity", "FixedLengthStream", "IdentityTransformStream"),
        piece("codecs", "TextDecoderStream", "TextEncoderStream"),
        piece("crypto", "crypto", "Crypto", "SubtleCrypto", "CryptoKey"),
        piece("compression", "CompressionStream", "DecompressionStream"),
        piece("console", "console"),
        piece("clone", "structuredClone"),
        piece(
            "timers",
            "setTimeout",
            "clearTimeout",
            "setInterval",
            "clearInterval",
            "queueMicrotask",
            "navigator",
            "scheduler"),
        piece(
            "performance",
            "performance",
            "Performance",
            "PerformanceEntry",
            "PerformanceMark",
            "PerformanceMeasure",
            "PerformanceObserver",
            "PerformanceObserverEntryList"),
        piece("asynclocal", "AsyncLocalStorage"),
        piece("proxies", "Proxy"));
  }

  private static Piece piece(String name, String... globals) {
    return new Piece(name, List.of(globals));
  }

  private static Source accessors() {
    var text =
        new StringBuilder(
            """
            (function (touched, assigned) {
              'use strict';
              const { defineProperty } = Object;
              const { indexOf } = Array.prototype;
              const { apply } = Reflect;
              const get = [];
            """);
    var names = new StringJoiner("', '", "  const names = () => ['", "'];\n");
    int index = 0;
    for (Piece piece : pieces()) {
      for (String global : piece.globals()) {
        text.append(
            """
              defineProperty(globalThis, '%2$s', {
                get: get[%3$d] = () => touched('%1$s', '%2$s'), set: (to) => assigned('%2$s', to), configurable: true,
              });
            """
                .formatted(piece.name(), global, index++));
        names.add(global);
      }
    }
    text.append(names)
        .append(
            """
              return [names, (name, found) => get[apply(indexOf, names(), [name])] === found];
            });
            """);
    return Source.newBuilder("js", text, "brink:globals").internal(true).buildLiteral();
  }

  private WebGlobals() {}
}
