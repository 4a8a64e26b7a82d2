package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;

/** Problems as clients see them (RFC 9457). */
final class ProblemResponse {
  /** What {@code type} begins with; the problem's code follows. */
  static final String TYPE_PREFIX = "urn:brink:problem:";

  private static final AsciiString MEDIA_TYPE = AsciiString.cached("application/problem+json");
  private static final AsciiString NO_STORE = AsciiString.cached("no-store");

  private ProblemResponse() {}

  static FullHttpResponse of(Problem problem, String requestId) {
    ByteBuf body = Unpooled.wrappedBuffer(json(problem, requestId).getBytes(UTF_8));
    HttpHeaders headers = UncheckedHeaders.create();
    headers.set(HttpHeaderNames.CONTENT_TYPE, MEDIA_TYPE);
    headers.set(HttpHeaderNames.CACHE_CONTROL, NO_STORE);
    if (problem.retryAfterSeconds() > 0) {
      headers.set(HttpHeaderNames.RETRY_AFTER, Integer.toString(problem.retryAfterSeconds()));
    }
    HttpResponseStatus status = HttpResponseStatus.valueOf(problem.status());
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, status, body, headers, EmptyHttpHeaders.INSTANCE);
  }

  static String json(Problem problem, String requestId) {
    StringBuilder json = new StringBuilder(192);
    json.append("{\"type\":");
    string(json, TYPE_PREFIX + problem.code());
    json.append(",\"title\":");
    string(json, HttpResponseStatus.valueOf(problem.status()).reasonPhrase());
    json.append(",\"status\":").append(problem.status()).append(",\"detail\":");
    string(json, problem.detail());
    json.append(",\"code\":");
    string(json, problem.code());
    json.append(",\"request_id\":");
    string(json, requestId);
    return json.append('}').toString();
  }

  private static void string(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029 || loneSurrogate(text, i)) {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }

  private static boolean loneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }
}
