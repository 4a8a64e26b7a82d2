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
import java.util.List;

/**
 * Turns what a guest says about its response into a head. The guest is not trusted: names and
 * values are checked again, and framing headers are the server's own business.
 */
final class ResponseHead {
  /** The headers are more than a response may have. */
  static final class TooLarge extends IllegalArgumentException {
    private TooLarge(String message) {
      super(message);
    }
  }

  private static final int MAX_DIGITS = 18;

  private static final int MAX_BYTES = FunctionLimits.MAX_HEAD_BYTES;

  /** What HTTP/2 counts for a field beside its name and value; two line feeds are there. */
  private static final int FIELD_BYTES = 30;

  private static final String LENGTH_LINE = "content-length\n";

  /**
   * @param headers none of them for framing
   * @param length of the body to come; negative: not known
   * @throws IllegalArgumentException when the status is not valid
   */
  static HttpResponse streaming(int status, String reason, HttpHeaders headers, long length) {
    HttpResponseStatus known = status(status, reason);
    if (length >= 0) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
    }
    return new DefaultHttpResponse(HttpVersion.HTTP_1_1, known, headers);
  }

  /** What a message says of the bytes of its body; -1 when it says nothing, or no sense. */
  static long length(HttpHeaders headers) {
    List<String> said = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    return said.size() == 1 && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        ? length(said.getFirst())
        : -1;
  }

  private static long length(String said) {
    boolean number =
        !said.isEmpty()
            && said.length() <= MAX_DIGITS
            && said.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? Long.parseLong(said) : -1;
  }

  /**
   * What the guest says of a body that is not sent, as who asks with HEAD may be told.
   *
   * @param lines that are complete, as {@link #headers} has found
   */
  static long length(String lines, long otherwise) {
    int at = 0;
    while (at < lines.length() && !lines.startsWith(LENGTH_LINE, at)) {
      at = lines.indexOf('\n', lines.indexOf('\n', at) + 1) + 1;
    }
    if (at == lines.length()) {
      return otherwise;
    }
    int value = at + LENGTH_LINE.length();
    long said = length(lines.substring(value, lines.indexOf('\n', value)));
    return said < 0 ? otherwise : said;
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
   * Takes ownership of {@code content} when it returns.
   *
   * @param headers none of them for framing
   * @param length of the content, or of what it would be where nobody asked for it
   * @throws IllegalArgumentException when the status is not valid
   */
  static FullHttpResponse full(
      int status, String reason, HttpHeaders headers, ByteBuf content, long length) {
    HttpResponseStatus known = status(status, reason);
    if (status != 204 && status != 304) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
    }
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, known, content, headers, EmptyHttpHeaders.INSTANCE);
  }

  /**
   * Reads {@code name\nvalue\n…} and checks it, without the framing headers.
   *
   * @throws IllegalArgumentException when one is not valid, or they are too large
   */
  static HttpHeaders headers(String lines) {
    HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
    int at = 0;
    long bytes = lines.length();
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
      bytes += FIELD_BYTES;
      at = valueEnd + 1;
    }
    if (bytes > MAX_BYTES) {
      throw new TooLarge(
          "headers: " + bytes + " bytes (expected: at most " + MAX_BYTES + ", with 32 for each)");
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
    return reason.isEmpty() || known.reasonPhrase().equals(reason) || !isPlain(reason)
        ? known
        : new HttpResponseStatus(status, reason);
  }

  private static boolean isPlain(String reason) {
    return reason.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= 0xff && c != 127));
  }

  private ResponseHead() {}
}
