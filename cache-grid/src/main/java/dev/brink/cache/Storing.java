package dev.brink.cache;

import dev.brink.cache.field.ByteRange;
import dev.brink.cache.field.ContentRange;
import dev.brink.cache.field.Directives;
import dev.brink.cache.field.Tokens;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which responses may be stored (RFC 9111 section 3), and as what. */
final class Storing {
  /** Final statuses whose caching this cache knows, for {@code must-understand}. */
  private static final Set<Integer> UNDERSTOOD =
      Set.of(
          200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403,
          404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428,
          429, 431, 451, 500, 501, 502, 503, 504, 505, 511);

  /** Characters of names and values: with tags, and what an update adds, a head's bound. */
  private static final int MAX_FIELDS = 256 << 10;

  private static final int MAX_TAGS = 256;
  private static final int MAX_TAG_LENGTH = 1024;

  /**
   * Why a response is not stored, for {@code Cache-Status}; {@code null} when it may be.
   *
   * @param key that it would be stored by
   * @param headers of the response, without those of the connection
   */
  static @Nullable String refusal(
      CacheRequest asked, CacheKey key, HttpResponse response, HttpHeaders headers, Rules rules) {
    int status = response.status().code();
    CachePolicy policy = asked.policy();
    if (status < 200 || status == 304 || status == 416) {
      return "status";
    }
    boolean cookie = headers.contains(HttpHeaderNames.SET_COOKIE);
    String refusal = refusal(policy, status, headers, cookie, rules);
    if (refusal != null) {
      return refusal;
    }
    String credentials = refusal(asked.request(), rules);
    if (credentials != null) {
      return credentials;
    }
    if (deceives(asked, key, status, headers)) {
      return "content-type";
    }
    return status == 206 && contentRange(headers) == null ? "content-range" : null;
  }

  /**
   * Why a response is not for all, whoever asked; {@code null} when it may be.
   *
   * @param fields of the response, or of a stored one with what an update has changed
   * @param cookie whether what came now has {@code Set-Cookie}
   */
  static @Nullable String refusal(
      CachePolicy policy, int status, HttpHeaders fields, boolean cookie, Rules rules) {
    Directives directives = rules.directives();
    if (length(fields) > MAX_FIELDS) {
      return "fields-too-large";
    }
    if (directives.has("must-understand")) {
      if (!UNDERSTOOD.contains(status)) {
        return "must-understand";
      }
    } else if (directives.has("no-store")) {
      return "no-store";
    }
    if (directives.flag("private")) {
      return "private";
    }
    if (Tokens.lowerCase(fields.getAll(HttpHeaderNames.VARY)).contains("*")) {
      return "vary";
    }
    return cookie && !policy.strict() ? "set-cookie" : null;
  }

  /**
   * Whether a response of that type may be somebody's own, under such a name. A page that says that
   * something is not there, or elsewhere, is so only where the request tells who is asking.
   */
  static boolean deceives(CacheRequest asked, CacheKey key, int status, HttpHeaders fields) {
    return !asked.policy().strict()
        && (status < 300 || tellsWho(asked.request()))
        && !fields.get(HttpHeaderNames.CONTENT_LENGTH, "").equals("0")
        && Deception.contradicts(key.target(), status, fields.get(HttpHeaderNames.CONTENT_TYPE));
  }

  /** Why the credentials of whoever asked keep a response from all; {@code null}: they do not. */
  static @Nullable String refusal(HttpRequest request, Rules rules) {
    Directives directives = rules.directives();
    return request.headers().contains(HttpHeaderNames.AUTHORIZATION)
            && !directives.has("public")
            && !directives.has("s-maxage")
            && !directives.has("must-revalidate")
        ? "authorization"
        : null;
  }

  /**
   * Whether an interim response says of the one to come that it will be for nobody else: early
   * hints (RFC 8297) with {@code no-store} or {@code private}.
   */
  static boolean willNotBeShared(HttpResponse interim) {
    if (interim.status().code() != HttpResponseStatus.EARLY_HINTS.code()) {
      return false;
    }
    Directives directives = Rules.of(interim.headers()).directives();
    return directives.has("no-store") || directives.flag("private");
  }

  /** Whether a response that may be stored would ever be used. */
  static boolean worthwhile(int status, HttpHeaders headers, Freshness freshness, Rules rules) {
    boolean allowed =
        freshness.explicit()
            || rules.directives().has("public")
            || Freshness.isHeuristic(status)
            || freshness.lifetimeSeconds() > 0;
    boolean useful =
        freshness.lifetimeSeconds() > freshness.initialAgeSeconds()
            || freshness.staleWhileRevalidate() > 0
            || headers.contains(HttpHeaderNames.ETAG)
            || headers.contains(HttpHeaderNames.LAST_MODIFIED)
            || (freshness.explicit() && freshness.lifetimeSeconds() > 0);
    return allowed && useful;
  }

  /** How many bytes a response's body has; -1: not known. */
  static long length(HttpResponse head) {
    if (head instanceof FullHttpResponse full) {
      return full.content().readableBytes();
    }
    String text = head.headers().get(HttpHeaderNames.CONTENT_LENGTH, "");
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
  }

  /** Whether the request tells who is asking. */
  static boolean personal(HttpRequest request, CachePolicy policy) {
    return !policy.strict()
        && request.method().equals(HttpMethod.GET)
        && request.headers().contains(HttpHeaderNames.COOKIE);
  }

  private static long length(HttpHeaders fields) {
    long length = 0;
    for (var field : fields) {
      length += field.getKey().length() + field.getValue().length();
    }
    return length;
  }

  /** Whether a request tells who is asking, so that its response may be for no one else. */
  static boolean tellsWho(HttpRequest request) {
    return request.headers().contains(HttpHeaderNames.COOKIE)
        || request.headers().contains(HttpHeaderNames.AUTHORIZATION);
  }

  /** The one part of a 206, or {@code null} when that cannot be told. */
  static @Nullable ContentRange contentRange(HttpHeaders headers) {
    List<String> lines = headers.getAll(HttpHeaderNames.CONTENT_RANGE);
    ContentRange range = lines.size() == 1 ? ContentRange.parse(lines.getFirst()) : null;
    return range == null || range.completeLength() < 0 ? null : range;
  }

  /**
   * Which bytes a 206 brought. The framing decides how many there are: an origin whose {@code
   * Content-Range} counts otherwise is believed about the first one only, and what it calls the end
   * of the whole is the end of what came.
   *
   * @return the range and the length of the whole
   */
  static ContentRange received(ContentRange claimed, long bodyLength) {
    ByteRange range = claimed.range();
    if (bodyLength == range.length()) {
      return claimed;
    }
    long last = range.first() + bodyLength - 1;
    boolean toTheEnd = range.last() == claimed.completeLength() - 1;
    return new ContentRange(
        new ByteRange(range.first(), last), toTheEnd ? last + 1 : claimed.completeLength());
  }

  /** The fields to keep: without those that the response says not to. */
  static HttpHeaders kept(HttpHeaders headers, Rules rules) {
    HttpHeaders kept = headers.copy();
    Reserved.names(rules).forEach(kept::remove);
    kept.remove(HttpHeaderNames.AGE);
    return kept;
  }

  /** What a response is tagged with, by {@code Cache-Tag} and {@code Surrogate-Key}. */
  static List<String> tags(HttpHeaders headers) {
    List<String> tags = new ArrayList<>();
    for (String line : headers.getAll(Fields.CACHE_TAG)) {
      add(tags, line.split(",", -1));
    }
    for (String line : headers.getAll(Fields.SURROGATE_KEY)) {
      add(tags, line.split("[ ,]+", -1));
    }
    return tags;
  }

  private static void add(List<String> tags, String[] found) {
    for (String each : found) {
      String tag = each.strip();
      if (!tag.isEmpty() && tag.length() <= MAX_TAG_LENGTH && tags.size() < MAX_TAGS) {
        tags.add(tag);
      }
    }
  }

  private Storing() {}
}
