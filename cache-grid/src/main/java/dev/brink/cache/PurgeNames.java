package dev.brink.cache;

import java.util.Locale;

/** What a purge names, as stored responses are named. */
final class PurgeNames {
  /**
   * The purge with its value in normal form: a URL without its scheme, its host in lower case, its
   * path and query as {@link QueryRule#ALL} has them.
   *
   * @throws IllegalArgumentException when it is no URL or host
   */
  static Purge normal(Purge purge) {
    String value =
        switch (purge.scope()) {
          case URL -> url(purge.value(), true);
          case PREFIX -> url(purge.value(), false);
          case HOST -> CacheKey.site(withoutScheme(purge.value()), scheme(purge.value()));
          case TAG, ALL -> purge.value();
        };
    return new Purge(purge.scope(), purge.space(), value, purge.soft(), purge.stamp());
  }

  private static String scheme(String url) {
    return url.toLowerCase(Locale.ROOT).startsWith("https://") ? "https" : "http";
  }

  private static String withoutScheme(String url) {
    int end = url.indexOf("://");
    return end < 0 ? url : url.substring(end + 3);
  }

  private static String url(String url, boolean whole) {
    String rest = withoutScheme(url);
    int slash = rest.indexOf('/');
    if (slash == 0 || (slash < 0 && whole)) {
      throw new IllegalArgumentException("value: " + url + " (expected: host/path)");
    }
    if (slash < 0) {
      return rest.toLowerCase(Locale.ROOT);
    }
    String site = CacheKey.site(rest.substring(0, slash), scheme(url));
    String target = rest.substring(slash);
    return site + (whole ? CacheKey.target(target, QueryRule.ALL) : target);
  }

  private PurgeNames() {}
}
