package dev.brink.mesh.http;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 request's head in HTTP/1.1's terms, strictly (RFC 9113 section 8). What the frame codec
 * checks already, it need not: that names are lower-case tokens, that values have no control
 * characters, that nothing belongs to the connection, that pseudo-headers come first.
 */
final class Http2Request {
  private final HttpHeaders headers = UncheckedHeaders.create();
  private HttpMethod method = HttpMethod.GET;
  private String target = "/";
  private boolean expectContinue;
  private long length = -1;

  private Http2Request() {}

  /** A request, or why it is none. */
  record Result(
      @Nullable HttpRequest request,
      @Nullable Problem problem,
      boolean expectContinue,
      long length) {}

  static Result read(Http2Headers from, HttpLimits limits) {
    Http2Request request = new Http2Request();
    Problem problem = request.pseudoHeaders(from, limits);
    if (problem == null) {
      problem = request.headers(from, limits);
    }
    if (problem != null) {
      return new Result(null, problem, false, -1);
    }
    HttpRequest result =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1, request.method, request.target, request.headers, false);
    return new Result(result, null, request.expectContinue, request.length);
  }

  private @Nullable Problem pseudoHeaders(Http2Headers from, HttpLimits limits) {
    CharSequence name = from.method();
    if (name == null || !Syntax.isToken(name)) {
      return Refusal.PSEUDO_HEADER;
    }
    method = HttpMethod.valueOf(name.toString());
    if (method.equals(HttpMethod.CONNECT) || method.equals(HttpMethod.TRACE)) {
      return Refusal.METHOD;
    }
    CharSequence scheme = from.scheme();
    CharSequence path = from.path();
    if (scheme == null || path == null) {
      return Refusal.PSEUDO_HEADER;
    }
    if (!Syntax.isScheme(scheme)) {
      return Refusal.SCHEME;
    }
    if (path.length() > limits.maxRequestLineBytes()) {
      return Refusal.LINE_TOO_LONG;
    }
    target = path.toString();
    boolean asterisk = target.equals("*") && method.equals(HttpMethod.OPTIONS);
    if (!Syntax.isTarget(target) || (!target.startsWith("/") && !asterisk)) {
      return Refusal.TARGET;
    }
    return host(from);
  }

  private @Nullable Problem host(Http2Headers from) {
    CharSequence authority = from.authority();
    var hosts = from.getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1 || (authority == null && hosts.isEmpty())) {
      return Refusal.HOST;
    }
    String host = authority != null ? authority.toString() : hosts.getFirst().toString();
    if (!Syntax.isHost(host)) {
      return Refusal.HOST;
    }
    if (!hosts.isEmpty() && !host.equalsIgnoreCase(hosts.getFirst().toString())) {
      return Refusal.HOST_DISAGREES;
    }
    headers.add(HttpHeaderNames.HOST, host);
    return null;
  }

  private @Nullable Problem headers(Http2Headers from, HttpLimits limits) {
    StringBuilder cookies = null;
    int count = 0;
    for (Map.Entry<CharSequence, CharSequence> header : from) {
      CharSequence name = header.getKey();
      if (name.isEmpty() || name.charAt(0) == ':' || HttpHeaderNames.HOST.contentEquals(name)) {
        continue;
      }
      if (++count > limits.maxHeaders()) {
        return Refusal.HEADERS_TOO_LARGE;
      }
      String value = header.getValue().toString();
      if (!Syntax.isToken(name)
          || !Syntax.isValue(value)
          || endsWithSpace(value)
          || (HopByHop.is(name) && !te(name))) {
        return Refusal.HEADER_VALUE;
      }
      if (HttpHeaderNames.COOKIE.contentEquals(name)) {
        cookies = cookies == null ? new StringBuilder(value) : cookies.append("; ").append(value);
        continue;
      }
      Problem problem = known(name, value);
      if (problem != null) {
        return problem;
      }
      headers.add(name, value);
    }
    if (cookies != null) {
      headers.add(HttpHeaderNames.COOKIE, cookies.toString());
    }
    return null;
  }

  /** RFC 9113 section 8.2.1; that it begins with none the frame codec checks. */
  private static boolean endsWithSpace(String value) {
    return value.endsWith(" ") || value.endsWith("\t");
  }

  private static boolean te(CharSequence name) {
    return HttpHeaderNames.TE.contentEquals(name);
  }

  private @Nullable Problem known(CharSequence name, String value) {
    if (HttpHeaderNames.CONTENT_LENGTH.contentEquals(name)) {
      if (length >= 0) {
        return Refusal.FRAMING;
      }
      length = Syntax.length(value);
      return length < 0 ? Refusal.FRAMING : null;
    }
    if (HttpHeaderNames.EXPECT.contentEquals(name)) {
      expectContinue = value.equalsIgnoreCase("100-continue");
      return expectContinue ? null : Refusal.EXPECTATION;
    }
    return null;
  }
}
