package dev.brink.exec.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A URL record of the URL Standard. Mutable, for one thread. */
public final class WebUrl {
  private static final Map<String, Integer> SPECIAL =
      Map.of("ftp", 21, "file", -1, "http", 80, "https", 443, "ws", 80, "wss", 443);
  static final int HAS_HOST = 1;
  static final int HAS_QUERY = 2;
  static final int HAS_FRAGMENT = 4;
  private static final int OPAQUE = 8;

  String scheme = "";
  String username = "";
  String password = "";
  @Nullable String host;
  int port = -1;
  List<String> path = new ArrayList<>();
  @Nullable String opaquePath;
  @Nullable String query;
  @Nullable String fragment;

  WebUrl() {}

  /**
   * Parses {@code input}, relative to {@code base} if there is one.
   *
   * @return {@code null} when it is not a URL
   */
  public static @Nullable WebUrl parse(String input, @Nullable WebUrl base) {
    var url = new WebUrl();
    return new UrlParser(UrlText.trim(input), base, url, null).run() ? url : null;
  }

  /**
   * Sets one property as the {@code URL} class's setter does.
   *
   * @param property {@code protocol}, {@code username}, …, {@code hash}
   */
  public void set(String property, String value) {
    UrlSetters.set(this, property, value);
  }

  boolean special() {
    return SPECIAL.containsKey(scheme);
  }

  static boolean special(String scheme) {
    return SPECIAL.containsKey(scheme);
  }

  static int defaultPort(String scheme) {
    return SPECIAL.getOrDefault(scheme, -1);
  }

  boolean includesCredentials() {
    return !username.isEmpty() || !password.isEmpty();
  }

  boolean cannotHaveCredentials() {
    return host == null || host.isEmpty() || scheme.equals("file");
  }

  /** Removes the last segment, but not a file URL's drive letter. */
  void shorten() {
    if (scheme.equals("file") && path.size() == 1 && UrlText.normalizedDrive(path.getFirst())) {
      return;
    }
    if (!path.isEmpty()) {
      path.removeLast();
    }
  }

  String pathname() {
    if (opaquePath != null) {
      return opaquePath;
    }
    var text = new StringBuilder();
    for (String segment : path) {
      text.append('/').append(segment);
    }
    return text.toString();
  }

  public String href() {
    var text = new StringBuilder(scheme).append(':');
    if (host != null) {
      text.append("//");
      if (includesCredentials()) {
        text.append(username);
        if (!password.isEmpty()) {
          text.append(':').append(password);
        }
        text.append('@');
      }
      text.append(host);
      if (port >= 0) {
        text.append(':').append(port);
      }
    } else if (opaquePath == null && path.size() > 1 && path.getFirst().isEmpty()) {
      text.append("/.");
    }
    text.append(pathname());
    if (query != null) {
      text.append('?').append(query);
    }
    if (fragment != null) {
      text.append('#').append(fragment);
    }
    return text.toString();
  }

  /** The record as lines: flags, scheme, username, password, host, port, path, query, fragment. */
  public String lines() {
    int flags =
        (host != null ? HAS_HOST : 0)
            | (query != null ? HAS_QUERY : 0)
            | (fragment != null ? HAS_FRAGMENT : 0)
            | (opaquePath != null ? OPAQUE : 0);
    return String.join(
        "\n",
        Integer.toString(flags),
        scheme,
        username,
        password,
        host == null ? "" : host,
        port < 0 ? "" : Integer.toString(port),
        pathname(),
        query == null ? "" : query,
        fragment == null ? "" : fragment);
  }

  /** The inverse of {@link #lines}. */
  public static WebUrl ofLines(String lines) {
    String[] parts = lines.split("\n", -1);
    int flags = Integer.parseInt(parts[0]);
    var url = new WebUrl();
    url.scheme = parts[1];
    url.username = parts[2];
    url.password = parts[3];
    url.host = (flags & HAS_HOST) != 0 ? parts[4] : null;
    url.port = parts[5].isEmpty() ? -1 : Integer.parseInt(parts[5]);
    if ((flags & OPAQUE) != 0) {
      url.opaquePath = parts[6];
    } else if (!parts[6].isEmpty()) {
      url.path.addAll(List.of(parts[6].substring(1).split("/", -1)));
    }
    url.query = (flags & HAS_QUERY) != 0 ? parts[7] : null;
    url.fragment = (flags & HAS_FRAGMENT) != 0 ? parts[8] : null;
    return url;
  }

  @Override
  public String toString() {
    return href();
  }
}
