package dev.brink.cache;

import dev.brink.cache.field.Preferences;
import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a response is found by, before its {@code Vary}.
 *
 * @param site the host, lower-case, without the scheme's own port
 * @param target path and query in normal form: what a cacheable fetch asks for, so that nothing
 *     that is not in the key reaches the origin
 */
record CacheKey(StoreKey key, String text, String space, String site, String target) {
  private static final String HEX = "0123456789ABCDEF";

  static CacheKey of(CacheRequest asked) {
    HttpRequest request = asked.request();
    HttpHeaders headers = request.headers();
    CachePolicy policy = asked.policy();
    String site = site(headers.get(HttpHeaderNames.HOST, ""), asked.scheme());
    String target = target(request.uri(), policy.query());
    return of(asked.scheme(), site, target, policy, headers);
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
      text.append("\ncookie:").append(name).append('=').append(cookie(headers, name));
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

  /** A host without the scheme's own port. */
  static String site(String host, String scheme) {
    String lower = host.toLowerCase(Locale.ROOT);
    String port = scheme.equals("https") ? ":443" : ":80";
    return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
  }

  private static String cookie(HttpHeaders headers, String name) {
    for (String line : headers.getAll(HttpHeaderNames.COOKIE)) {
      for (String pair : line.split(";", -1)) {
        String clean = pair.strip();
        if (clean.length() > name.length()
            && clean.startsWith(name)
            && clean.charAt(name.length()) == '=') {
          return clean.substring(name.length() + 1);
        }
      }
    }
    return "";
  }

  /** Path and query in normal form (RFC 3986 section 6.2.2). */
  static String target(String uri, QueryRule rule) {
    int mark = uri.indexOf('?');
    String path = path(uri);
    if (mark < 0) {
      return path;
    }
    String query = uri.substring(mark + 1);
    if (rule.mode() != QueryRule.Mode.VERBATIM) {
      query = sorted(query, rule);
    }
    return query.isEmpty() ? path : path + "?" + query;
  }

  /** A target's path in normal form. */
  static String path(String uri) {
    int mark = uri.indexOf('?');
    String raw = mark < 0 ? uri : uri.substring(0, mark);
    String clean = raw.indexOf('%') < 0 ? raw : unescaped(raw);
    return clean.contains("/.") ? withoutDots(clean) : clean;
  }

  /**
   * Escapes of characters that need none are resolved, others are in upper case; a percent sign
   * that begins none is escaped, lest it begin one with what is resolved behind it.
   */
  private static String unescaped(String raw) {
    var text = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      int high = c == '%' && i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
      int low = high < 0 ? -1 : Character.digit(raw.charAt(i + 2), 16);
      if (low < 0) {
        text.append(c);
        if (c == '%') {
          text.append("25");
        }
        continue;
      }
      char meant = (char) (high << 4 | low);
      i += 2;
      if (isUnreserved(meant)) {
        text.append(meant);
      } else {
        text.append('%').append(HEX.charAt(high)).append(HEX.charAt(low));
      }
    }
    return text.toString();
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~".indexOf(c) >= 0;
  }

  private static String withoutDots(String path) {
    List<String> kept = new ArrayList<>();
    String[] segments = path.split("/", -1);
    for (int i = 1; i < segments.length; i++) {
      String segment = segments[i];
      boolean last = i == segments.length - 1;
      if (segment.equals("..") && !kept.isEmpty()) {
        kept.removeLast();
      }
      if (!segment.equals(".") && !segment.equals("..")) {
        kept.add(segment);
      } else if (last) {
        kept.add("");
      }
    }
    return "/" + String.join("/", kept);
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
