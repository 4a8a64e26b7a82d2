package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of HTTP/1 requests, strictly (RFC 9112): every byte is checked, nothing is
 * repaired. Holds the last head read, until the next call. Used by one connection.
 */
final class Http1RequestParser {
  private static final byte LF = '\n';
  private static final byte CR = '\r';
  private static final int MAX_EMPTY_LINES = 2;

  /** How far a call got. */
  enum Result {
    MORE,
    REQUEST,
    REFUSED
  }

  private final HttpLimits limits;
  private final ServerLoop loop;
  private final int[] lineEnds;
  private int lines;
  private int lineStart;
  private int scanned;
  private int emptyLines;

  private final Supplier<String> own;
  private final RequestFraming framing = new RequestFraming();
  private HttpMethod method = HttpMethod.GET;
  private String target = "/";
  private @Nullable String authority;
  private HttpHeaders headers = UncheckedHeaders.create();
  private Problem problem = Refusal.REQUEST_LINE;

  /**
   * @param own the authority of a request that names none
   */
  Http1RequestParser(HttpLimits limits, ServerLoop loop, Supplier<String> own) {
    this.limits = limits;
    this.own = own;
    this.loop = loop;
    lineEnds = new int[limits.maxHeaders() + 1];
  }

  HttpMethod method() {
    return method;
  }

  /** In origin form, or {@code *}. */
  String target() {
    return target;
  }

  HttpHeaders headers() {
    return headers;
  }

  RequestFraming framing() {
    return framing;
  }

  /** Why the request was refused. */
  Problem problem() {
    return problem;
  }

  /** Reads a head if all of it is there. */
  Result parse(ByteBuf in) {
    int base = in.readerIndex();
    int end = in.writerIndex();
    while (true) {
      int lf = in.indexOf(base + scanned, end, LF);
      int length = (lf < 0 ? end : lf - 1) - base - lineStart;
      if (tooLong(length)) {
        return Result.REFUSED;
      }
      if (lf < 0) {
        scanned = end - base;
        return lines == 0 && scanned > 0 && !startsRequest(in.getByte(base))
            ? refuse(Refusal.REQUEST_LINE)
            : Result.MORE;
      }
      if (length < 0 || in.getByte(lf - 1) != CR) {
        return refuse(Refusal.LINE_END);
      }
      scanned = lf + 1 - base;
      if (length == 0) {
        if (lines > 0) {
          return head(in);
        }
        if (++emptyLines > MAX_EMPTY_LINES) {
          return refuse(Refusal.REQUEST_LINE);
        }
        in.readerIndex(lf + 1);
        base = lf + 1;
        scanned = 0;
        lineStart = 0;
        continue;
      }
      if (lines == lineEnds.length) {
        return refuse(Refusal.HEADERS_TOO_LARGE);
      }
      lineEnds[lines++] = lineStart + length;
      lineStart = scanned;
    }
  }

  private static boolean startsRequest(byte first) {
    return Syntax.isToken(first) || first == CR;
  }

  private boolean tooLong(int length) {
    if (lines == 0) {
      if (length > limits.maxRequestLineBytes()) {
        problem = Refusal.LINE_TOO_LONG;
        return true;
      }
    } else if (lineStart - lineEnds[0] - 2 + length > limits.maxHeaderBytes()) {
      problem = Refusal.HEADERS_TOO_LARGE;
      return true;
    }
    return false;
  }

  private Result refuse(Problem why) {
    problem = why;
    return Result.REFUSED;
  }

  private Result head(ByteBuf in) {
    int size = scanned;
    int last = lines;
    lines = 0;
    lineStart = 0;
    scanned = 0;
    emptyLines = 0;
    byte[] bytes = loop.scratch(size);
    in.readBytes(bytes, 0, size);

    framing.reset();
    authority = null;
    headers = UncheckedHeaders.create();
    Problem why = requestLine(bytes, lineEnds[0]);
    for (int i = 1; i < last && why == null; i++) {
      why = header(bytes, lineEnds[i - 1] + 2, lineEnds[i]);
    }
    if (why == null) {
      why = framing.check(authority);
    }
    if (why == null && !framing.hasHost()) {
      headers.set(HttpHeaderNames.HOST, authority == null ? own.get() : authority);
    }
    return why == null ? Result.REQUEST : refuse(why);
  }

  private @Nullable Problem requestLine(byte[] bytes, int end) {
    int space = 0;
    while (space < end && Syntax.isToken(bytes[space])) {
      space++;
    }
    if (space == 0 || space == end || bytes[space] != ' ') {
      return Refusal.REQUEST_LINE;
    }
    int targetStart = space + 1;
    int targetEnd = targetStart;
    while (targetEnd < end && Syntax.isTarget(bytes[targetEnd])) {
      targetEnd++;
    }
    if (targetEnd == end || bytes[targetEnd] != ' ') {
      return targetEnd == end ? Refusal.REQUEST_LINE : Refusal.TARGET;
    }
    if (targetEnd == targetStart) {
      return Refusal.REQUEST_LINE;
    }
    Problem why = version(bytes, targetEnd + 1, end);
    if (why != null) {
      return why;
    }
    method = method(bytes, space);
    if (method.equals(HttpMethod.CONNECT) || method.equals(HttpMethod.TRACE)) {
      return Refusal.METHOD;
    }
    return target(new String(bytes, targetStart, targetEnd - targetStart, ISO_8859_1));
  }

  private static HttpMethod method(byte[] bytes, int length) {
    if (length == 3 && bytes[0] == 'G' && bytes[1] == 'E' && bytes[2] == 'T') {
      return HttpMethod.GET;
    }
    return HttpMethod.valueOf(new String(bytes, 0, length, ISO_8859_1));
  }

  private @Nullable Problem version(byte[] bytes, int from, int end) {
    if (end - from < 6
        || bytes[from] != 'H'
        || bytes[from + 1] != 'T'
        || bytes[from + 2] != 'T'
        || bytes[from + 3] != 'P'
        || bytes[from + 4] != '/') {
      return Refusal.REQUEST_LINE;
    }
    if (end - from != 8 || bytes[from + 6] != '.' || !digit(bytes[from + 5])) {
      return Refusal.REQUEST_LINE;
    }
    byte minor = bytes[from + 7];
    if (!digit(minor)) {
      return Refusal.REQUEST_LINE;
    }
    if (bytes[from + 5] != '1' || minor > '1') {
      return Refusal.VERSION;
    }
    framing.http10(minor == '0');
    return null;
  }

  private static boolean digit(byte b) {
    return b >= '0' && b <= '9';
  }

  private @Nullable Problem target(String text) {
    if (text.charAt(0) == '/') {
      target = text;
      return null;
    }
    if (text.equals("*")) {
      target = text;
      return method.equals(HttpMethod.OPTIONS) ? null : Refusal.TARGET;
    }
    int start =
        text.regionMatches(true, 0, "http://", 0, 7)
            ? 7
            : text.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
    if (start < 0) {
      return Refusal.TARGET;
    }
    int path = start;
    while (path < text.length() && text.charAt(path) != '/' && text.charAt(path) != '?') {
      path++;
    }
    authority = text.substring(start, path);
    String rest = text.substring(path);
    // Of the server itself (RFC 9112 section 3.2.4).
    boolean whole = rest.isEmpty() && method.equals(HttpMethod.OPTIONS);
    target = whole ? "*" : rest.startsWith("/") ? rest : "/" + rest;
    return null;
  }

  private @Nullable Problem header(byte[] bytes, int start, int end) {
    int colon = start;
    int hash = 0;
    while (colon < end && Syntax.isToken(bytes[colon])) {
      hash = Http1HeaderNames.hash(hash, bytes[colon++]);
    }
    if (colon == start || colon == end || bytes[colon] != ':') {
      return Refusal.HEADER_NAME;
    }
    int from = colon + 1;
    int to = end;
    while (from < to && (bytes[from] == ' ' || bytes[from] == '\t')) {
      from++;
    }
    while (to > from && (bytes[to - 1] == ' ' || bytes[to - 1] == '\t')) {
      to--;
    }
    for (int i = from; i < to; i++) {
      if (!Syntax.isValue(bytes[i])) {
        return Refusal.HEADER_VALUE;
      }
    }
    String value = new String(bytes, from, to - from, ISO_8859_1);
    AsciiString known = Http1HeaderNames.find(bytes, start, colon, hash);
    if (known == null) {
      headers.add(new AsciiString(bytes, start, colon - start, true), value);
      return null;
    }
    headers.add(known, value);
    return framing.header(known, value);
  }
}
