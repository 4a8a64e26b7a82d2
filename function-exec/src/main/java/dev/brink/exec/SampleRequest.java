package dev.brink.exec;

import dev.brink.exec.stream.WholeBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A request such as a function gets: once it is loaded it is run with its samples, where nothing
 * that it does has an effect, so that its code is compiled before the first real request.
 *
 * @param method of HTTP, such as {@code GET}; empty: {@code GET}
 * @param url path and query, from the first slash, or an absolute URL of {@code http} or {@code
 *     https}; without a host it is {@code localhost}, or what a header {@code host} says
 * @param headers by their names
 * @param body a text, sent as UTF-8; empty: none
 */
public record SampleRequest(String method, String url, Map<String, String> headers, String body) {
  /** How many a function may have. */
  public static final int MAX_SAMPLES = 16;

  /** How many bytes of UTF-8 all samples of a function may be together. */
  public static final int MAX_BYTES = 64 << 10;

  private static final int MAX_SHOWN_CHARS = 80;

  /**
   * Checks each part.
   *
   * @throws IllegalArgumentException when a part is not valid; the message names it
   */
  public SampleRequest {
    method = method.isEmpty() ? "GET" : method;
    if (HttpHeaderValidationUtil.validateToken(method) >= 0) {
      throw invalid("method", method, "a method of HTTP");
    }
    if (!isPlain(url) || !(url.startsWith("/") || isAbsolute(url))) {
      throw invalid("url", url, "a path that begins with a slash, or a URL of http or https");
    }
    headers = Map.copyOf(headers);
    headers.forEach(
        (name, value) -> {
          if (name.isEmpty() || HttpHeaderValidationUtil.validateToken(name) >= 0) {
            throw invalid("headers", name, "names of headers");
          }
          if (HttpHeaderValidationUtil.validateValidHeaderValue(value) >= 0) {
            throw invalid("headers." + name, value, "a value without control characters");
          }
        });
    if (!body.isEmpty() && (method.equals("GET") || method.equals("HEAD"))) {
      throw invalid("body", body, "none with " + method);
    }
  }

  /** A {@code GET} without headers. */
  public static SampleRequest get(String url) {
    return new SampleRequest("GET", url, Map.of(), "");
  }

  /**
   * Checks that a function may have these.
   *
   * @throws IllegalArgumentException when they are too many, or too large together
   */
  public static void check(List<SampleRequest> samples) {
    if (samples.size() > MAX_SAMPLES) {
      throw invalid("samples", Integer.toString(samples.size()), "at most " + MAX_SAMPLES);
    }
    long bytes = samples.stream().mapToLong(SampleRequest::bytes).sum();
    if (bytes > MAX_BYTES) {
      throw invalid("samples", bytes + " bytes", "at most " + MAX_BYTES + " in all");
    }
  }

  private long bytes() {
    long bytes = size(method) + size(url) + size(body);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      bytes += size(header.getKey()) + size(header.getValue());
    }
    return bytes;
  }

  private static long size(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean isAbsolute(String url) {
    String lower = url.toLowerCase(Locale.ROOT);
    if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
      return false;
    }
    try {
      String authority = new URI(url).getRawAuthority();
      return authority != null && !authority.isEmpty() && authority.indexOf('@') < 0;
    } catch (URISyntaxException _) {
      return false;
    }
  }

  private static boolean isPlain(String url) {
    return url.chars().allMatch(c -> c > ' ' && c < 127 && c != '#');
  }

  private static IllegalArgumentException invalid(String name, String value, String expected) {
    String shown =
        value.length() <= MAX_SHOWN_CHARS ? value : value.substring(0, MAX_SHOWN_CHARS) + "…";
    return new IllegalArgumentException(name + ": " + shown + " (expected: " + expected + ")");
  }

  /** A call with it. */
  Invocation invocation(String requestId, long deadlineNanos) {
    String scheme = "http";
    String target = url;
    Map<String, String> all = new LinkedHashMap<>(headers);
    if (!url.startsWith("/")) {
      int authority = url.indexOf("//") + 2;
      int end = authority;
      while (end < url.length() && url.charAt(end) != '/' && url.charAt(end) != '?') {
        end++;
      }
      scheme = url.substring(0, authority - 3).toLowerCase(Locale.ROOT);
      all.keySet().removeIf(name -> name.equalsIgnoreCase("host"));
      all.put("host", url.substring(authority, end));
      target = url.startsWith("/", end) ? url.substring(end) : "/" + url.substring(end);
    }
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), target);
    all.forEach(request.headers()::set);
    if (!request.headers().contains(HttpHeaderNames.HOST)) {
      request.headers().set(HttpHeaderNames.HOST, "localhost");
    }
    return new Invocation(request, scheme, content(), requestId, deadlineNanos);
  }

  private Flow.@Nullable Publisher<ByteBuf> content() {
    return body.isEmpty()
        ? null
        : WholeBody.of(Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
  }
}
