package dev.brink.cache;

import dev.brink.cache.field.Preferences;
import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a response is found by, before its {@code Vary}.
 *
 * @param site the host, in normal form
 * @param target path and query in normal form: what a cacheable fetch asks for, so that nothing
 *     that is not in the key reaches the origin
 */
record CacheKey(StoreKey key, String text, String space, String site, String target) {
  static CacheKey of(CacheRequest asked) {
    HttpHeaders headers = asked.request().headers();
    return of(asked.scheme(), asked.site(), asked.target(), asked.policy(), headers);
  }

  /** The key of another resource of the same site, for the same request. */
  CacheKey sibling(CacheRequest asked, String uri) {
    CachePolicy policy = asked.policy();
    return of(asked.scheme(), site, target(uri, policy.query()), policy, asked.request().headers());
  }

  private static CacheKey of(
      String scheme, String site, String target, CachePolicy policy, HttpHeaders headers) {
    var text = new StringBuilder(64 + target.length());
    text.append(policy.space()).append('\n').append(policy.version()).append('\n');
    text.append(scheme).append("://").append(site).append(target);
    for (String name : policy.keyHeaders()) {
      List<String> lines = headers.getAll(name);
      text.append('\n').append(name).append(':').append(Preferences.normalize(name, lines));
    }
    for (String name : policy.keyCookies()) {
      text.append("\ncookie:").append(name).append('=').append(Cookies.first(headers, name));
    }
    if (policy.deviceClass()) {
      text.append("\ndevice:").append(DeviceClass.of(headers.get(HttpHeaderNames.USER_AGENT, "")));
    }
    String whole = text.toString();
    return new CacheKey(StoreKey.of(whole), whole, policy.space(), site, target);
  }

  /** What the folder of the path, in one space and of one site, is found by. */
  StoreKey folder() {
    int query = target.indexOf('?');
    int slash = target.lastIndexOf('/', query < 0 ? Integer.MAX_VALUE : query);
    return StoreKey.of(space + '\n' + site + target.substring(0, slash + 1));
  }

  /** Host and path, as purges name it. */
  String url() {
    return site + target;
  }

  /**
   * A host in lower case, without the scheme's own port and without the dot that only says that the
   * name is a whole one (RFC 3986 section 3.2.2).
   */
  static String site(String host, String scheme) {
    String lower = host.toLowerCase(Locale.ROOT);
    String port = scheme.equals("https") ? ":443" : ":80";
    String site = lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
    int colon = site.lastIndexOf(':');
    int end = colon > site.lastIndexOf(']') ? colon : site.length();
    // Of one with two nothing is taken, so that what is in normal form stays as it is.
    return end > 1 && site.charAt(end - 1) == '.' && site.charAt(end - 2) != '.'
        ? site.substring(0, end - 1) + site.substring(end)
        : site;
  }

  /**
   * Path and query in normal form (RFC 3986 section 6.2.2); where the rule takes the query as it
   * comes, that is left as it is.
   */
  static String target(String uri, QueryRule rule) {
    int mark = uri.indexOf('?');
    String path = UrlPath.normal(uri);
    if (mark < 0) {
      return path;
    }
    String query = uri.substring(mark + 1);
    if (rule.mode() != QueryRule.Mode.VERBATIM) {
      query = sorted(UrlPath.unescaped(query), rule);
    }
    return query.isEmpty() ? path : path + "?" + query;
  }

  private static String sorted(String query, QueryRule rule) {
    String[] parameters =
        Arrays.stream(query.split("&", -1))
            .filter(parameter -> !parameter.isEmpty() && rule.keeps(name(parameter)))
            .sorted(Comparator.comparing(CacheKey::name))
            .toArray(String[]::new);
    return String.join("&", parameters);
  }

  private static String name(String parameter) {
    int equals = parameter.indexOf('=');
    return equals < 0 ? parameter : parameter.substring(0, equals);
  }
}
