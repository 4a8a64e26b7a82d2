package dev.brink.cache;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How responses of one site, or one route, are cached. Immutable; {@link #builder()} has the
 * defaults.
 *
 * @param space separates the keys of those who share a cache, such as tenants
 * @param version separates the keys of what different code answered, as after a deployment
 * @param strict whether RFC 9111 alone decides: what the house would rather not store or forward
 *     (responses with {@code Set-Cookie}, paths that look like another type, headers that are not
 *     part of the key) is stored and forwarded
 * @param query which parameters are part of the key
 * @param keyHeaders request headers whose values are part of the key, lower-case
 * @param keyCookies cookies whose values are part of the key
 * @param deviceClass whether {@code mobile}, {@code tablet} or {@code desktop}, by the user agent,
 *     is part of the key
 * @param forwardHeaders request headers that reach the origin of a cacheable request though they
 *     are not in the key, beside the usual ones; lower-case
 * @param unshared paths, {@code *} at the end standing for anything, whose responses are for one
 *     client each: nobody waits for another's, and nothing is stored
 * @param requestDirectives whether a client's {@code Cache-Control} is honoured
 * @param defaultTtl how long a response is fresh that says nothing about it
 * @param negativeTtl the same for statuses 404, 405, 410, 414 and 501
 * @param heuristicMax the longest time that a response is fresh by its {@code Last-Modified} alone
 * @param staleWhileRevalidate for responses that don't say
 * @param staleIfError for responses that don't say
 * @param compress whether what can be compressed is stored in gzip, once, and decoded for whom that
 *     does not suit, and origins are offered gzip, brotli and zstd as clients take them; not where
 *     {@code strict} or {@code manual}
 * @param manual whether responses come by {@link HttpCache#put} alone and have no source to ask:
 *     only a put, a removal or a purge outdates them, not other requests to their URLs
 */
public record CachePolicy(
    String space,
    String version,
    boolean strict,
    QueryRule query,
    List<String> keyHeaders,
    List<String> keyCookies,
    boolean deviceClass,
    List<String> forwardHeaders,
    List<String> unshared,
    boolean requestDirectives,
    Duration defaultTtl,
    Duration negativeTtl,
    Duration heuristicMax,
    Duration staleWhileRevalidate,
    Duration staleIfError,
    boolean compress,
    boolean manual) {
  /** The defaults, without a space of its own. */
  public static final CachePolicy DEFAULT = builder().build();

  public CachePolicy {
    keyHeaders = lowerCase(keyHeaders);
    keyCookies = List.copyOf(keyCookies);
    forwardHeaders = lowerCase(forwardHeaders);
    unshared = List.copyOf(unshared);
    unshared.forEach(CachePolicy::path);
    positive("defaultTtl", defaultTtl);
    positive("negativeTtl", negativeTtl);
    positive("heuristicMax", heuristicMax);
    positive("staleWhileRevalidate", staleWhileRevalidate);
    positive("staleIfError", staleIfError);
  }

  /** The same, but that a client's {@code Cache-Control} is honoured. */
  public CachePolicy withRequestDirectives() {
    return requestDirectives
        ? this
        : new CachePolicy(
            space,
            version,
            strict,
            query,
            keyHeaders,
            keyCookies,
            deviceClass,
            forwardHeaders,
            unshared,
            true,
            defaultTtl,
            negativeTtl,
            heuristicMax,
            staleWhileRevalidate,
            staleIfError,
            compress,
            manual);
  }

  /** Whether fields of a request are part of its key. */
  boolean keysByFields() {
    return deviceClass || !keyHeaders.isEmpty() || !keyCookies.isEmpty();
  }

  boolean compresses() {
    return compress && !strict && !manual;
  }

  /** Whether responses of a path, in normal form, are for one client each. */
  boolean isUnshared(String path) {
    for (String pattern : unshared) {
      int last = pattern.length() - 1;
      if (pattern.charAt(last) == '*'
          ? path.startsWith(pattern.substring(0, last))
          : path.equals(pattern)) {
        return true;
      }
    }
    return false;
  }

  private static void path(String pattern) {
    int star = pattern.indexOf('*');
    if (!pattern.startsWith("/")
        || pattern.indexOf('?') >= 0
        || (star >= 0 && star < pattern.length() - 1)) {
      throw new IllegalArgumentException(
          "unshared: " + pattern + " (expected: a path that begins with /, * at its end only)");
    }
  }

  private static List<String> lowerCase(List<String> names) {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.toDays() > 3650) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to 3650 days)");
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Defaults: not strict, the whole query but trackers, no headers or cookies, no device class, no
   * paths that are known to be unshared, request directives honoured, nothing fresh that does not
   * say so (but by {@code Last-Modified} for up to a day), stale while revalidating only where the
   * origin says so, stale on an error for a minute, compressed, not manual. Not thread-safe.
   */
  public static final class Builder {
    private String space = "";
    private String version = "";
    private boolean strict;
    private QueryRule query = QueryRule.ALL;
    private List<String> keyHeaders = List.of();
    private List<String> keyCookies = List.of();
    private boolean deviceClass;
    private List<String> forwardHeaders = List.of();
    private List<String> unshared = List.of();
    private boolean requestDirectives = true;
    private Duration defaultTtl = Duration.ZERO;
    private Duration negativeTtl = Duration.ZERO;
    private Duration heuristicMax = Duration.ofDays(1);
    private Duration staleWhileRevalidate = Duration.ZERO;
    private Duration staleIfError = Duration.ofMinutes(1);
    private boolean compress = true;
    private boolean manual;

    private Builder() {}

    public Builder space(String name) {
      space = name;
      return this;
    }

    public Builder version(String name) {
      version = name;
      return this;
    }

    public Builder strict(boolean yes) {
      strict = yes;
      return this;
    }

    public Builder query(QueryRule rule) {
      query = rule;
      return this;
    }

    public Builder keyHeaders(List<String> names) {
      keyHeaders = names;
      return this;
    }

    public Builder keyCookies(List<String> names) {
      keyCookies = names;
      return this;
    }

    public Builder deviceClass(boolean yes) {
      deviceClass = yes;
      return this;
    }

    public Builder forwardHeaders(List<String> names) {
      forwardHeaders = names;
      return this;
    }

    public Builder unshared(List<String> paths) {
      unshared = paths;
      return this;
    }

    public Builder requestDirectives(boolean yes) {
      requestDirectives = yes;
      return this;
    }

    public Builder defaultTtl(Duration ttl) {
      defaultTtl = ttl;
      return this;
    }

    public Builder negativeTtl(Duration ttl) {
      negativeTtl = ttl;
      return this;
    }

    public Builder heuristicMax(Duration max) {
      heuristicMax = max;
      return this;
    }

    public Builder staleWhileRevalidate(Duration window) {
      staleWhileRevalidate = window;
      return this;
    }

    public Builder staleIfError(Duration window) {
      staleIfError = window;
      return this;
    }

    public Builder compress(boolean yes) {
      compress = yes;
      return this;
    }

    public Builder manual(boolean yes) {
      manual = yes;
      return this;
    }

    public CachePolicy build() {
      return new CachePolicy(
          space,
          version,
          strict,
          query,
          keyHeaders,
          keyCookies,
          deviceClass,
          forwardHeaders,
          unshared,
          requestDirectives,
          defaultTtl,
          negativeTtl,
          heuristicMax,
          staleWhileRevalidate,
          staleIfError,
          compress,
          manual);
    }
  }
}
