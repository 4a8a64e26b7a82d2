package dev.brink.cache;

import dev.brink.cache.field.ByteRange;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request by which a cache asks the origin: what is in the key, what a response may vary by,
 * who asks, and nothing else a client could poison a stored response with. Of a cookie that is in
 * the key there is but one.
 */
final class OriginRequest {
  private static final Set<String> USUAL =
      Set.of(
          "host",
          "accept",
          "accept-charset",
          "accept-encoding",
          "accept-language",
          "authorization",
          "cache-control",
          "cookie",
          "origin",
          "user-agent");

  private static final List<AsciiString> CONDITIONS =
      List.of(
          HttpHeaderNames.IF_NONE_MATCH,
          HttpHeaderNames.IF_MODIFIED_SINCE,
          HttpHeaderNames.IF_RANGE,
          HttpHeaderNames.RANGE);

  /** Whether a request is for less than the whole response. */
  static boolean conditional(HttpRequest request) {
    return CONDITIONS.stream().anyMatch(request.headers()::contains);
  }

  /** The request as it came, for what is not cached. */
  static HttpRequest verbatim(HttpRequest request) {
    return new DefaultHttpRequest(
        HttpVersion.HTTP_1_1, request.method(), request.uri(), request.headers().copy());
  }

  /** The request as it came, for what may be stored all the same: as the key has its cookies. */
  static HttpRequest storable(CacheRequest asked) {
    HttpRequest request = verbatim(asked.request());
    keepFirst(asked, request.headers());
    nameHost(asked, request.headers());
    return request;
  }

  /** As the key has it: links that are made of it are for all. */
  private static void nameHost(CacheRequest asked, HttpHeaders headers) {
    if (headers.contains(HttpHeaderNames.HOST)) {
      headers.set(HttpHeaderNames.HOST, asked.site());
    }
  }

  private static void keepFirst(CacheRequest asked, HttpHeaders headers) {
    if (!asked.policy().keyCookies().isEmpty()) {
      Cookies.keepFirst(headers, asked.policy().keyCookies());
    }
  }

  /**
   * A request whose response may be stored.
   *
   * @param selecting names of fields that stored variants were selected by
   * @param range whether the client's range is what is wanted
   */
  static HttpRequest cacheable(
      CacheRequest asked, CacheKey key, Collection<String> selecting, boolean range) {
    HttpHeaders from = asked.request().headers();
    HttpHeaders headers =
        asked.policy().strict() ? from.copy() : withoutUnkeyed(asked.policy(), from, selecting);
    if (from.contains(Fields.CDN_LOOP)) {
      // By it others find a loop, so it goes on wherever it goes: RFC 8586, section 2.
      headers.set(Fields.CDN_LOOP, from.getAll(Fields.CDN_LOOP));
    }
    keepFirst(asked, headers);
    nameHost(asked, headers);
    AcceptedCodings codings = offered(asked);
    if (codings != null) {
      headers.set(HttpHeaderNames.ACCEPT_ENCODING, codings.text());
    }
    if (range) {
      copy(from, headers, HttpHeaderNames.RANGE);
      copy(from, headers, HttpHeaderNames.IF_RANGE);
      headers.remove(HttpHeaderNames.IF_NONE_MATCH);
      headers.remove(HttpHeaderNames.IF_MODIFIED_SINCE);
    } else {
      CONDITIONS.forEach(headers::remove);
    }
    return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, key.target(), headers);
  }

  /** What the origin is offered instead of what the client says; {@code null}: that is left. */
  private static @Nullable AcceptedCodings offered(CacheRequest asked) {
    if (!asked.policy().compresses()) {
      return null;
    }
    AcceptedCodings taken = AcceptedCodings.of(asked.request().headers());
    return taken.gzip() ? taken : null;
  }

  /** The fields of a request as its variant is selected by them: what the origin would get. */
  static HttpHeaders selecting(CacheRequest asked) {
    HttpHeaders own = asked.request().headers();
    AcceptedCodings codings = offered(asked);
    return codings == null ? own : own.copy().set(HttpHeaderNames.ACCEPT_ENCODING, codings.text());
  }

  /** A request for one slice, if the representation is still the one it is a slice of. */
  static HttpRequest slice(
      CacheRequest asked, CacheKey key, Collection<String> selecting, Slice slice) {
    HttpRequest request = cacheable(asked, key, selecting, false);
    ByteRange range = slice.range();
    request.headers().set(HttpHeaderNames.RANGE, "bytes=" + range.first() + "-" + range.last());
    if (!slice.probes()) {
      request.headers().set(HttpHeaderNames.IF_RANGE, slice.etag());
    }
    return request;
  }

  private static void copy(HttpHeaders from, HttpHeaders to, AsciiString name) {
    String value = from.get(name);
    if (value != null) {
      to.set(name, value);
    }
  }

  private static HttpHeaders withoutUnkeyed(
      CachePolicy policy, HttpHeaders from, Collection<String> selecting) {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (Map.Entry<String, String> field : from) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (USUAL.contains(name)
          || policy.keyHeaders().contains(name)
          || policy.forwardHeaders().contains(name)
          || selecting.contains(name)) {
        headers.add(field.getKey(), field.getValue());
      }
    }
    return headers;
  }

  /**
   * Makes it ask whether what is stored is still good.
   *
   * @param stale what is stored; {@code null}: there are only variants that don't fit
   * @param etags of all variants
   */
  static void condition(HttpRequest request, @Nullable Head stale, List<String> etags) {
    HttpHeaders headers = request.headers();
    if (stale != null
        && stale.coding() == Coding.GZIP_CAME
        && !AcceptedCodings.of(headers).gzip()) {
      headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.GZIP);
    }
    String own = stale == null ? null : stale.etag();
    if (!etags.isEmpty() && (stale == null || own != null)) {
      headers.set(HttpHeaderNames.IF_NONE_MATCH, String.join(", ", etags));
    } else if (own != null) {
      headers.set(HttpHeaderNames.IF_NONE_MATCH, own);
    }
    String modified = stale == null ? null : stale.lastModified();
    if (modified != null) {
      headers.set(HttpHeaderNames.IF_MODIFIED_SINCE, modified);
    }
  }

  private OriginRequest() {}
}
