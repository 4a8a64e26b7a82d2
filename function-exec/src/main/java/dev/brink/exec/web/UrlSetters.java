package dev.brink.exec.web;

import java.util.ArrayList;
import java.util.List;

/** The setters of the {@code URL} class. */
final class UrlSetters {
  static void set(WebUrl url, String property, String value) {
    switch (property) {
      case "protocol" -> override(url, value + ":", UrlState.SCHEME_START);
      case "username" -> username(url, value);
      case "password" -> password(url, value);
      case "host" -> host(url, value, UrlState.HOST);
      case "hostname" -> host(url, value, UrlState.HOSTNAME);
      case "port" -> port(url, value);
      case "pathname" -> pathname(url, value);
      case "search" -> search(url, value);
      case "hash" -> hash(url, value);
      default -> throw new IllegalArgumentException("property: " + property);
    }
  }

  private static boolean override(WebUrl url, String input, UrlState state) {
    return new UrlParser(UrlText.withoutTabs(input), null, url, state).run();
  }

  private static void username(WebUrl url, String value) {
    if (!url.cannotHaveCredentials()) {
      url.username = PercentCode.encode(value, PercentCode.Set.USERINFO);
    }
  }

  private static void password(WebUrl url, String value) {
    if (!url.cannotHaveCredentials()) {
      url.password = PercentCode.encode(value, PercentCode.Set.USERINFO);
    }
  }

  private static void host(WebUrl url, String value, UrlState state) {
    if (url.opaquePath == null) {
      override(url, value, state);
    }
  }

  private static void port(WebUrl url, String value) {
    if (url.cannotHaveCredentials()) {
      return;
    }
    if (value.isEmpty()) {
      url.port = -1;
    } else {
      override(url, value, UrlState.PORT);
    }
  }

  private static void pathname(WebUrl url, String value) {
    if (url.opaquePath == null) {
      List<String> before = url.path;
      url.path = new ArrayList<>();
      if (!override(url, value, UrlState.PATH_START)) {
        url.path = before;
      }
    }
  }

  private static void search(WebUrl url, String value) {
    if (value.isEmpty()) {
      url.query = null;
      stripSpaces(url);
      return;
    }
    url.query = "";
    override(url, value.startsWith("?") ? value.substring(1) : value, UrlState.QUERY);
  }

  private static void hash(WebUrl url, String value) {
    if (value.isEmpty()) {
      url.fragment = null;
      stripSpaces(url);
      return;
    }
    url.fragment = "";
    override(url, value.startsWith("#") ? value.substring(1) : value, UrlState.FRAGMENT);
  }

  /** Spaces at the end of an opaque path stay only while something follows them. */
  private static void stripSpaces(WebUrl url) {
    if (url.opaquePath != null && url.query == null && url.fragment == null) {
      url.opaquePath = url.opaquePath.replaceAll(" +$", "");
    }
  }

  private UrlSetters() {}
}
