package dev.brink.exec;

import dev.brink.exec.websocket.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Turns what a guest says about its response into a head. The guest is not trusted: names and
 * values are checked again, and framing headers are the server's own business.
 */
final class ResponseHead {
  /**
   * @throws IllegalArgumentException when status or headers are not valid
   */
  static HttpResponse streaming(int status, String reason, String lines) {
    return new DefaultHttpResponse(HttpVersion.HTTP_1_1, status(status, reason), headers(lines));
  }

  /**
   * The answer to a request for a WebSocket.
   *
   * @param asked the request's headers
   * @throws IllegalArgumentException when the headers are not valid, or grant what was not asked
   *     for
   */
  static HttpResponse switching(String lines, HttpHeaders asked) {
    HttpHeaders headers = headers(lines);
    Handshake.grant(headers, asked);
    return new DefaultHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, headers);
  }

  /**
   * Takes ownership of {@code content}.
   *
   * @throws IllegalArgumentException when status or headers are not valid
   */
  static FullHttpResponse full(int status, String reason, String lines, ByteBuf content) {
    try {
      HttpHeaders headers = headers(lines);
      if (status != 204 && status != 304) {
        headers.set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
      }
      return new DefaultFullHttpResponse(
          HttpVersion.HTTP_1_1,
          status(status, reason),
          content,
          headers,
          EmptyHttpHeaders.INSTANCE);
    } catch (IllegalArgumentException e) {
      content.release();
      throw e;
    }
  }

  /** Reads {@code name\nvalue\n…} and checks it, without the framing headers. */
  static HttpHeaders headers(String lines) {
    HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
    int at = 0;
    while (at < lines.length()) {
      int nameEnd = lines.indexOf('\n', at);
      int valueEnd = nameEnd < 0 ? -1 : lines.indexOf('\n', nameEnd + 1);
      if (valueEnd < 0) {
        throw new IllegalArgumentException("a header is not complete");
      }
      String name = lines.substring(at, nameEnd);
      if (!framing(name)) {
        headers.add(name, lines.substring(nameEnd + 1, valueEnd));
      }
      at = valueEnd + 1;
    }
    return headers;
  }

  private static boolean framing(String name) {
    return switch (name.length()) {
      case 7 -> name.equalsIgnoreCase("upgrade") || name.equalsIgnoreCase("trailer");
      case 10 -> name.equalsIgnoreCase("connection") || name.equalsIgnoreCase("keep-alive");
      case 14 -> name.equalsIgnoreCase("content-length");
      case 16 -> name.equalsIgnoreCase("proxy-connection");
      case 17 -> name.equalsIgnoreCase("transfer-encoding");
      default -> false;
    };
  }

  private static HttpResponseStatus status(int status, String reason) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
    }
    HttpResponseStatus known = HttpResponseStatus.valueOf(status);
    boolean plain = !reason.isEmpty() && reason.chars().allMatch(c -> c >= ' ' && c < 127);
    return plain && !known.reasonPhrase().equals(reason)
        ? new HttpResponseStatus(status, reason)
        : known;
  }

  private ResponseHead() {}
}
