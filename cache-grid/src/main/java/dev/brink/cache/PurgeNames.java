package dev.brink.cache;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a purge names, as stored responses are named. */
final class PurgeNames {
  private static final List<QueryRule> RULES =
      List.of(
          QueryRule.VERBATIM, QueryRule.ALL, new QueryRule(QueryRule.Mode.ALL, List.of(), false));

  /**
   * The purge with its value in normal form: a URL without its scheme, its host in lower case, its
   * path in normal form and its query as it is.
   */
  static Purge normal(Purge purge) {
    String value = normal(purge.scope(), purge.value());
    return new Purge(purge.scope(), purge.space(), value, purge.soft(), purge.stamp());
  }

  /**
   * A value in normal form.
   *
   * @throws IllegalArgumentException when it is not one of its scope
   */
  static String normal(Purge.Scope scope, String value) {
    return switch (scope) {
      case URL -> url(value, true);
      case PREFIX -> url(value, false);
      case HOST -> CacheKey.site(withoutScheme(value), scheme(value));
      case TAG, ALL -> value;
    };
  }

  /**
   * The purges that stand for one in normal form: what it names may be stored under any rule for
   * the query, and the rule is not known here. Parameters that a rule leaves out have to be left
   * out. Of a prefix with a query there are two: that as it is, and in normal form.
   */
  static List<Purge> forms(Purge normal) {
    int mark = normal.value().indexOf('?');
    return switch (normal.scope()) {
      case URL -> mark < 0 ? List.of(normal) : with(normal, targets(normal.value()));
      case PREFIX ->
          with(normal, mark < 0 ? hosts(normal.value()) : beginnings(normal.value(), mark));
      case HOST, TAG, ALL -> List.of(normal);
    };
  }

  private static Stream<String> targets(String url) {
    int slash = url.indexOf('/');
    String site = url.substring(0, slash);
    String target = url.substring(slash);
    return RULES.stream().map(rule -> site + CacheKey.target(target, rule));
  }

  /** A name's last dot may be all of it, or go on as in {@code example.org.uk}. */
  private static Stream<String> hosts(String prefix) {
    if (!prefix.endsWith(".") || prefix.indexOf('/') >= 0) {
      return Stream.of(prefix);
    }
    String name = prefix.substring(0, prefix.length() - 1);
    return Stream.of(prefix, name + "/", name + ":");
  }

  private static Stream<String> beginnings(String prefix, int mark) {
    return Stream.of(prefix, prefix.substring(0, mark) + unescaped(prefix.substring(mark)));
  }

  private static List<Purge> with(Purge normal, Stream<String> values) {
    return values
        .distinct()
        .map(
            value ->
                new Purge(normal.scope(), normal.space(), value, normal.soft(), normal.stamp()))
        .toList();
  }

  private static String scheme(String url) {
    return url.toLowerCase(Locale.ROOT).startsWith("https://") ? "https" : "http";
  }

  private static String withoutScheme(String url) {
    int end = url.indexOf("://");
    // Behind a slash it is of another URL, which a path or a query may hold.
    return end < 0 || url.indexOf('/') <= end ? url : url.substring(end + 3);
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
