package dev.brink.cache;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a purge names, as stored responses are named. */
final class PurgeNames {
  private static final List<QueryRule> RULES =
      List.of(
          QueryRule.VERBATIM, QueryRule.ALL, new QueryRule(QueryRule.Mode.ALL, List.of(), false));

  /**
   * A value in normal form: a URL without its scheme, its host in lower case and without the
   * scheme's own port, its path in normal form and its query as it is. What is in normal form stays
   * as it is.
   *
   * @throws IllegalArgumentException when it is not one of its scope
   */
  static String normal(Purge.Scope scope, String value) {
    return switch (scope) {
      case URL -> url(value, true);
      case PREFIX -> url(value, false);
      case HOST -> site(withoutScheme(value), scheme(value));
      case TAG, ALL -> value;
    };
  }

  /**
   * The purges that stand for one: what it names may be stored under any rule for the query, and
   * the rule is not known here. Parameters that a rule leaves out have to be left out. Of a prefix
   * with a query there are two: that as it is, and in normal form. Neither is the scheme known, so
   * a port that is one's own is there and is not.
   */
  static List<Purge> forms(Purge purge) {
    return values(purge.scope(), purge.value())
        .distinct()
        .map(value -> new Purge(purge.scope(), purge.space(), value, purge.soft(), purge.stamp()))
        .toList();
  }

  /**
   * The longest of the values that stand for one; that itself, where none of them is longer.
   *
   * @param value in normal form
   */
  static String longest(Purge.Scope scope, String value) {
    return values(scope, value).max(Comparator.comparingInt(String::length)).orElse(value);
  }

  private static Stream<String> values(Purge.Scope scope, String value) {
    return switch (scope) {
      case URL -> sites(value).flatMap(PurgeNames::targets);
      case PREFIX -> prefixes(value);
      case HOST -> sites(value);
      case TAG, ALL -> Stream.of(value);
    };
  }

  private static Stream<String> prefixes(String prefix) {
    return prefix.indexOf('/') < 0 ? hosts(prefix) : sites(prefix).flatMap(PurgeNames::beginnings);
  }

  /** A site, whatever comes behind it, as it is and without a port that is a scheme's own. */
  private static Stream<String> sites(String value) {
    int slash = value.indexOf('/');
    String site = slash < 0 ? value : value.substring(0, slash);
    String rest = value.substring(site.length());
    return Stream.of(site, CacheKey.site(site, "http"), CacheKey.site(site, "https"))
        .filter(name -> !name.isEmpty())
        .map(name -> name + rest);
  }

  private static Stream<String> targets(String url) {
    if (url.indexOf('?') < 0) {
      return Stream.of(url);
    }
    int slash = url.indexOf('/');
    String site = url.substring(0, slash);
    String target = url.substring(slash);
    return RULES.stream().map(rule -> site + CacheKey.target(target, rule));
  }

  /** A name's last dot may be all of it, or go on as in {@code example.org.uk}. */
  private static Stream<String> hosts(String prefix) {
    if (!prefix.endsWith(".")) {
      return Stream.of(prefix);
    }
    String name = prefix.substring(0, prefix.length() - 1);
    return Stream.of(prefix, name + "/", name + ":");
  }

  private static Stream<String> beginnings(String prefix) {
    int mark = prefix.indexOf('?');
    return mark < 0
        ? Stream.of(prefix)
        : Stream.of(prefix, prefix.substring(0, mark) + unescaped(prefix.substring(mark)));
  }

  /** The scheme of a URL; empty: it does not say. */
  private static String scheme(String url) {
    return withoutScheme(url).length() == url.length()
        ? ""
        : url.toLowerCase(Locale.ROOT).startsWith("https://") ? "https" : "http";
  }

  /** Without a scheme no port is the scheme's own. */
  private static String site(String host, String scheme) {
    return CacheKey.site(
        host, scheme.isEmpty() ? (host.endsWith(":80") ? "https" : "http") : scheme);
  }

  private static String withoutScheme(String url) {
    int end = url.indexOf("://");
    // Behind a slash it is of another URL, which a path or a query may hold.
    return end < 0 || url.indexOf('/') <= end ? url : url.substring(end + 3);
  }

  private static String url(String url, boolean whole) {
    String rest = withoutScheme(url);
    int slash = rest.indexOf('/');
    if (slash < 0 && !whole) {
      return rest.toLowerCase(Locale.ROOT);
    }
    String site = slash < 0 ? "" : site(rest.substring(0, slash), scheme(url));
    if (site.isEmpty()) {
      throw new IllegalArgumentException("value: " + url + " (expected: host/path)");
    }
    String target = rest.substring(slash);
    return site + (whole ? CacheKey.target(target, QueryRule.VERBATIM) : beginning(target));
  }

  /**
   * The beginning of targets in normal form. What may go on is left as it is: a segment of dots may
   * be the beginning of a name, and an escape may lack its digits.
   */
  private static String beginning(String target) {
    int mark = target.indexOf('?');
    if (mark >= 0) {
      return UrlPath.normal(target) + target.substring(mark);
    }
    int name = target.lastIndexOf('/') + 1;
    return UrlPath.normal(target.substring(0, name)) + unescaped(target.substring(name));
  }

  private static String unescaped(String beginning) {
    int end = beginning.length() - cut(beginning);
    return UrlPath.unescaped(beginning.substring(0, end))
        + beginning.substring(end).toUpperCase(Locale.ROOT);
  }

  /** How long an escape is that has no second digit yet; 0: there is none. */
  private static int cut(String beginning) {
    int length = beginning.length();
    if (beginning.endsWith("%")) {
      return 1;
    }
    return length >= 2
            && beginning.charAt(length - 2) == '%'
            && Character.digit(beginning.charAt(length - 1), 16) >= 0
        ? 2
        : 0;
  }

  private PurgeNames() {}
}
