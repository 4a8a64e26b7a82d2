package dev.brink.mesh.origin;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1 responses strictly, one at a time, each in the light of its request's method. */
final class ResponseDecoder extends HttpResponseDecoder {
  private static final int MAX_STATUS_LINE_BYTES = 8 * 1024;
  private static final int MAX_PIECE_BYTES = 64 * 1024;

  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  private static final String TIMEOUT = "timeout=";
  private static final long MAX_KEEP_ALIVE_SECONDS = 86_400;

  private boolean answersHead;

  ResponseDecoder(OriginLimits limits) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(Math.min(limits.maxHeadBytes(), MAX_STATUS_LINE_BYTES))
            .setMaxHeaderSize(limits.maxHeadBytes())
            .setMaxChunkSize(MAX_PIECE_BYTES)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true)
            .setAllowDuplicateContentLengths(false));
  }

  /** Says whether the next response is the answer to a {@code HEAD} request. */
  void expect(boolean head) {
    answersHead = head;
  }

  /** Whether there are bytes that no message has come of yet. */
  boolean holdsBytes() {
    return actualReadableBytes() > 0;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    return answersHead || (message instanceof HttpResponse response && bodiless(response));
  }

  /**
   * Whether responses of this status never have a body, whatever the server says: also 205 (RFC
   * 9110 section 15.3.6).
   */
  static boolean bodiless(HttpResponse response) {
    int code = response.status().code();
    return code < 200 || code == 204 || code == 205 || code == 304;
  }

  /** What is wrong with a head that the decoder lets pass; {@code null} for nothing. */
  static @Nullable String flaw(HttpResponse head, OriginLimits limits) {
    HttpHeaders headers = head.headers();
    if (head.protocolVersion().majorVersion() != 1) {
      return "version";
    }
    int code = head.status().code();
    if (code < 100 || code > 599) {
      return "status";
    }
    if (headers.size() > limits.maxHeaders()) {
      return "header count";
    }
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!codings.isEmpty()
        && (codings.size() > 1
            || !codings.getFirst().equalsIgnoreCase("chunked")
            || head.protocolVersion().equals(HttpVersion.HTTP_1_0))) {
      return "transfer encoding";
    }
    return null;
  }

  /**
   * How long the server keeps the connection when idle, as far as it says so ({@code Keep-Alive:
   * timeout=5}); a second less, as the answer was on its way for a time.
   */
  static long keptNanos(HttpResponse head) {
    String value = head.headers().get(KEEP_ALIVE);
    int at = value == null ? -1 : value.toLowerCase(Locale.ROOT).indexOf(TIMEOUT);
    if (value == null || at < 0) {
      return Long.MAX_VALUE;
    }
    long seconds = 0;
    for (int i = at + TIMEOUT.length(); i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      seconds = Math.min(MAX_KEEP_ALIVE_SECONDS, seconds * 10 + digit);
    }
    return TimeUnit.SECONDS.toNanos(seconds - 1);
  }
}
