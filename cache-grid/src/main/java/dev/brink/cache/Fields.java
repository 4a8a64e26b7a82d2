package dev.brink.cache;

import dev.brink.cache.field.Tokens;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;

/** Names of header fields, and which of them go no further than one connection. */
final class Fields {
  static final AsciiString CACHE_STATUS = AsciiString.cached("cache-status");
  static final AsciiString CDN_CACHE_CONTROL = AsciiString.cached("cdn-cache-control");
  static final AsciiString CDN_LOOP = AsciiString.cached("cdn-loop");
  static final AsciiString CACHE_TAG = AsciiString.cached("cache-tag");
  static final AsciiString SURROGATE_KEY = AsciiString.cached("surrogate-key");
  static final AsciiString CONTENT_DIGEST = AsciiString.cached("content-digest");
  static final AsciiString REPR_DIGEST = AsciiString.cached("repr-digest");

  /** RFC 9111 section 3.1, and what older servers send. */
  private static final Set<String> NOT_STORED =
      Set.of(
          "connection",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization");

  /**
   * Takes out what concerns the origin's connection alone, and a length that a response without
   * content must not say it has: RFC 9110, section 8.6.
   */
  static void removeHopByHop(HttpResponse head) {
    removeHopByHop(head.headers());
    if (head.status().code() == HttpResponseStatus.NO_CONTENT.code()) {
      head.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
    }
  }

  /** Takes out what concerns the origin's connection alone. */
  private static void removeHopByHop(HttpHeaders headers) {
    List<String> connection = headers.getAll(HttpHeaderNames.CONNECTION);
    if (!connection.isEmpty()) {
      for (String name : Tokens.lowerCase(connection)) {
        if (!HttpHeaderNames.CONTENT_LENGTH.contentEquals(name)) {
          headers.remove(name);
        }
      }
    }
    NOT_STORED.forEach(headers::remove);
  }

  /** Takes out the last line of a field. */
  static void removeLast(HttpHeaders headers, AsciiString name) {
    List<String> lines = headers.getAll(name);
    if (lines.size() > 1) {
      headers.set(name, lines.subList(0, lines.size() - 1));
    } else {
      headers.remove(name);
    }
  }

  private Fields() {}
}
