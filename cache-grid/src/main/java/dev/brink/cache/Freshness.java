package dev.brink.cache;

import dev.brink.cache.field.Directives;
import dev.brink.cache.field.HttpDate;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How long a response is fresh, and what it allows when it no longer is (RFC 9111 section 4.2, RFC
 * 5861, RFC 9213), for a shared cache. Computed once, when it comes.
 *
 * @param lifetimeSeconds from the response's making on; 0: stale from the beginning
 * @param explicit whether the response says so itself; not kept when it is stored
 * @param initialAgeSeconds how old it was when it came
 * @param staleWhileRevalidate seconds it may be used while it is validated
 * @param staleIfError seconds it may be used when the origin fails
 * @param mustRevalidate whether it must not be used stale at all
 * @param noCache whether every use needs a validation
 */
record Freshness(
    long lifetimeSeconds,
    boolean explicit,
    long initialAgeSeconds,
    long staleWhileRevalidate,
    long staleIfError,
    boolean mustRevalidate,
    boolean noCache) {
  /** Statuses a cache may judge by heuristics: RFC 9110 section 15.1, but for those of parts. */
  private static final Set<Integer> HEURISTIC =
      Set.of(200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501);

  private static final Set<Integer> NEGATIVE = Set.of(404, 405, 410, 414, 501);
  private static final int HEURISTIC_PART = 10;

  /**
   * A response's freshness.
   *
   * @param directives of the targeted field, if there is a valid one, else of {@code Cache-Control}
   * @param targeted whether they are of the targeted field
   * @param personal whether the request tells who is asking, so that nothing is guessed
   */
  static Freshness of(
      int status,
      HttpHeaders headers,
      Directives directives,
      boolean targeted,
      boolean personal,
      CachePolicy policy,
      long requestedMillis,
      long receivedMillis) {
    long receivedSeconds = receivedMillis / 1000;
    long date = date(headers, receivedSeconds);
    long explicit = explicitLifetime(headers, directives, targeted, date, receivedSeconds);
    long lifetime =
        explicit != Directives.ABSENT
            ? explicit
            : impliedLifetime(status, headers, directives, personal, policy, date, receivedSeconds);
    boolean noCache = directives.flag("no-cache");
    boolean mustRevalidate =
        noCache
            || directives.has("must-revalidate")
            || directives.has("proxy-revalidate")
            || directives.has("s-maxage");
    return new Freshness(
        lifetime,
        explicit != Directives.ABSENT,
        initialAge(headers, date, requestedMillis, receivedMillis),
        window(directives, "stale-while-revalidate", policy.staleWhileRevalidate()),
        window(directives, "stale-if-error", policy.staleIfError()),
        mustRevalidate,
        noCache);
  }

  private static long window(Directives directives, String name, Duration otherwise) {
    long seconds = directives.seconds(name);
    return seconds == Directives.ABSENT ? otherwise.toSeconds() : seconds;
  }

  /** The {@code Date}, or when it was received if that is no date. */
  static long date(HttpHeaders headers, long receivedSeconds) {
    String text = headers.get(HttpHeaderNames.DATE);
    long date = text == null ? HttpDate.INVALID : HttpDate.parse(text, receivedSeconds);
    return date == HttpDate.INVALID ? receivedSeconds : date;
  }

  private static long explicitLifetime(
      HttpHeaders headers, Directives directives, boolean targeted, long date, long now) {
    long shared = directives.seconds("s-maxage");
    if (shared != Directives.ABSENT) {
      return shared;
    }
    long max = directives.seconds("max-age");
    if (max != Directives.ABSENT || targeted) {
      return max;
    }
    List<String> expires = headers.getAll(HttpHeaderNames.EXPIRES);
    if (expires.isEmpty()) {
      return Directives.ABSENT;
    }
    long until = expires.size() > 1 ? HttpDate.INVALID : HttpDate.parse(expires.getFirst(), now);
    return until == HttpDate.INVALID ? 0 : Math.clamp(until - date, 0, Directives.MAX_SECONDS);
  }

  private static long impliedLifetime(
      int status,
      HttpHeaders headers,
      Directives directives,
      boolean personal,
      CachePolicy policy,
      long date,
      long now) {
    boolean mayGuess = HEURISTIC.contains(status) || directives.has("public");
    if (!mayGuess || personal) {
      return 0;
    }
    long configured =
        (NEGATIVE.contains(status) && !policy.negativeTtl().isZero()
                ? policy.negativeTtl()
                : policy.defaultTtl())
            .toSeconds();
    String modified = headers.get(HttpHeaderNames.LAST_MODIFIED);
    long since = modified == null ? HttpDate.INVALID : HttpDate.parse(modified, now);
    long guessed =
        since == HttpDate.INVALID || since > date
            ? 0
            : Math.min((date - since) / HEURISTIC_PART, policy.heuristicMax().toSeconds());
    return Math.max(configured, guessed);
  }

  private static long initialAge(
      HttpHeaders headers, long date, long requestedMillis, long receivedMillis) {
    long apparent = Math.max(0, receivedMillis / 1000 - date);
    long delay = Math.max(0, receivedMillis - requestedMillis) / 1000;
    return Math.max(apparent, age(headers) + delay);
  }

  /**
   * The first member of {@code Age}; 0 when it is no number, {@link Directives#MAX_SECONDS} when it
   * is larger than that (RFC 9111 section 1.2.2).
   */
  static long age(HttpHeaders headers) {
    String text = headers.get(HttpHeaderNames.AGE);
    if (text == null) {
      return 0;
    }
    int comma = text.indexOf(',');
    String first = (comma < 0 ? text : text.substring(0, comma)).strip();
    return Directives.deltaSeconds(first);
  }

  /** Whether a status may be stored without a word from the origin. */
  static boolean isHeuristic(int status) {
    return HEURISTIC.contains(status);
  }

  /** How old it is. */
  long age(long receivedMillis, long nowMillis) {
    return initialAgeSeconds + Math.max(0, nowMillis - receivedMillis) / 1000;
  }
}
