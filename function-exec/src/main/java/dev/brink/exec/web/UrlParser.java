package dev.brink.exec.web;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** The basic URL parser of the URL Standard, section 4.4, state for state. */
final class UrlParser {
  /** What a state's step decided. */
  private enum Step {
    ON,
    FAIL,
    /** End well, with what is there. */
    STOP
  }

  private static final int EOF = -1;
  private static final int MAX_PORT = 65_535;

  private final int[] input;
  private final @Nullable WebUrl base;
  private final WebUrl url;
  private final @Nullable UrlState override;
  private final StringBuilder buffer = new StringBuilder();
  private UrlState state;
  private int at;
  private boolean atSignSeen;
  private boolean insideBrackets;
  private boolean passwordTokenSeen;

  UrlParser(String input, @Nullable WebUrl base, WebUrl url, @Nullable UrlState override) {
    this.input = input.codePoints().toArray();
    this.base = base;
    this.url = url;
    this.override = override;
    this.state = override == null ? UrlState.SCHEME_START : override;
  }

  /** Returns whether the input is a URL. */
  boolean run() {
    for (at = 0; at <= input.length; at++) {
      int c = at < input.length ? input[at] : EOF;
      Step step = step(c);
      if (step != Step.ON) {
        return step == Step.STOP;
      }
    }
    return true;
  }

  private Step step(int c) {
    return switch (state) {
      case SCHEME_START -> schemeStart(c);
      case SCHEME -> scheme(c);
      case NO_SCHEME -> noScheme(c);
      case SPECIAL_RELATIVE_OR_AUTHORITY -> {
        if (c == '/' && next(1) == '/') {
          at++;
          yield to(UrlState.SPECIAL_AUTHORITY_IGNORE_SLASHES);
        }
        yield again(UrlState.RELATIVE);
      }
      case PATH_OR_AUTHORITY -> c == '/' ? to(UrlState.AUTHORITY) : again(UrlState.PATH);
      case RELATIVE -> relative(c);
      case RELATIVE_SLASH -> relativeSlash(c);
      case SPECIAL_AUTHORITY_SLASHES -> {
        if (c == '/' && next(1) == '/') {
          at++;
          yield to(UrlState.SPECIAL_AUTHORITY_IGNORE_SLASHES);
        }
        yield again(UrlState.SPECIAL_AUTHORITY_IGNORE_SLASHES);
      }
      case SPECIAL_AUTHORITY_IGNORE_SLASHES ->
          c == '/' || c == '\\' ? Step.ON : again(UrlState.AUTHORITY);
      case AUTHORITY -> authority(c);
      case HOST, HOSTNAME -> host(c);
      case PORT -> port(c);
      case FILE -> file(c);
      case FILE_SLASH -> fileSlash(c);
      case FILE_HOST -> fileHost(c);
      case PATH_START -> pathStart(c);
      case PATH -> path(c);
      case OPAQUE_PATH -> opaquePath(c);
      case QUERY -> query(c);
      case FRAGMENT -> fragment(c);
    };
  }

  private Step schemeStart(int c) {
    if (UrlText.letter(c)) {
      buffer.append((char) (c | 0x20));
      return to(UrlState.SCHEME);
    }
    return override == null ? again(UrlState.NO_SCHEME) : Step.FAIL;
  }

  private Step scheme(int c) {
    if (UrlText.letter(c) || UrlText.digit(c) || c == '+' || c == '-' || c == '.') {
      buffer.append((char) (UrlText.letter(c) ? c | 0x20 : c));
      return Step.ON;
    }
    if (c == ':') {
      return schemeEnd();
    }
    if (override != null) {
      return Step.FAIL;
    }
    buffer.setLength(0);
    at = -1;
    return to(UrlState.NO_SCHEME);
  }

  private Step schemeEnd() {
    String scheme = buffer.toString();
    if (override != null) {
      boolean kept =
          url.special() != WebUrl.special(scheme)
              || ((url.includesCredentials() || url.port >= 0) && scheme.equals("file"))
              || (url.scheme.equals("file") && (url.host == null || url.host.isEmpty()));
      if (!kept) {
        url.scheme = scheme;
        if (url.port == WebUrl.defaultPort(scheme)) {
          url.port = -1;
        }
      }
      return Step.STOP;
    }
    url.scheme = scheme;
    buffer.setLength(0);
    if (scheme.equals("file")) {
      return to(UrlState.FILE);
    }
    if (url.special()) {
      boolean like = base != null && base.scheme.equals(scheme);
      return to(like ? UrlState.SPECIAL_RELATIVE_OR_AUTHORITY : UrlState.SPECIAL_AUTHORITY_SLASHES);
    }
    if (next(1) == '/') {
      at++;
      return to(UrlState.PATH_OR_AUTHORITY);
    }
    url.opaquePath = "";
    return to(UrlState.OPAQUE_PATH);
  }

  private Step noScheme(int c) {
    if (base == null || (base.opaquePath != null && c != '#')) {
      return Step.FAIL;
    }
    if (base.opaquePath != null) {
      url.scheme = base.scheme;
      url.opaquePath = base.opaquePath;
      url.query = base.query;
      url.fragment = "";
      return to(UrlState.FRAGMENT);
    }
    return again(base.scheme.equals("file") ? UrlState.FILE : UrlState.RELATIVE);
  }

  private Step relative(int c) {
    WebUrl from = requireBase();
    url.scheme = from.scheme;
    if (c == '/') {
      return to(UrlState.RELATIVE_SLASH);
    }
    if (url.special() && c == '\\') {
      return to(UrlState.RELATIVE_SLASH);
    }
    takeAuthority(from);
    url.path = new ArrayList<>(from.path);
    url.query = from.query;
    return afterBasePath(c);
  }

  private Step afterBasePath(int c) {
    if (c == '?') {
      url.query = "";
      return to(UrlState.QUERY);
    }
    if (c == '#') {
      url.fragment = "";
      return to(UrlState.FRAGMENT);
    }
    if (c != EOF) {
      url.query = null;
      url.shorten();
      return again(UrlState.PATH);
    }
    return Step.ON;
  }

  private Step relativeSlash(int c) {
    if (url.special() && (c == '/' || c == '\\')) {
      return to(UrlState.SPECIAL_AUTHORITY_IGNORE_SLASHES);
    }
    if (c == '/') {
      return to(UrlState.AUTHORITY);
    }
    takeAuthority(requireBase());
    return again(UrlState.PATH);
  }

  private void takeAuthority(WebUrl from) {
    url.username = from.username;
    url.password = from.password;
    url.host = from.host;
    url.port = from.port;
  }

  private Step authority(int c) {
    if (c == '@') {
      if (atSignSeen) {
        buffer.insert(0, "%40");
      }
      atSignSeen = true;
      credentials();
      buffer.setLength(0);
    } else if (endsAuthority(c)) {
      if (atSignSeen && buffer.isEmpty()) {
        return Step.FAIL;
      }
      at -= buffer.codePointCount(0, buffer.length()) + 1;
      buffer.setLength(0);
      return to(UrlState.HOST);
    } else {
      buffer.appendCodePoint(c);
    }
    return Step.ON;
  }

  private void credentials() {
    var name = new StringBuilder(url.username);
    var secret = new StringBuilder(url.password);
    buffer
        .codePoints()
        .forEach(
            c -> {
              if (c == ':' && !passwordTokenSeen) {
                passwordTokenSeen = true;
              } else {
                PercentCode.append(passwordTokenSeen ? secret : name, c, PercentCode.Set.USERINFO);
              }
            });
    url.username = name.toString();
    url.password = secret.toString();
  }

  private boolean endsAuthority(int c) {
    return c == EOF || c == '/' || c == '?' || c == '#' || (url.special() && c == '\\');
  }

  private Step host(int c) {
    if (override != null && url.scheme.equals("file")) {
      return again(UrlState.FILE_HOST);
    }
    if (c == ':' && !insideBrackets) {
      if (buffer.isEmpty() || override == UrlState.HOSTNAME) {
        return Step.FAIL;
      }
      return takeHost() ? to(UrlState.PORT) : Step.FAIL;
    }
    if (endsAuthority(c)) {
      if (url.special() && buffer.isEmpty()) {
        return Step.FAIL;
      }
      if (override != null && buffer.isEmpty() && (url.includesCredentials() || url.port >= 0)) {
        return Step.FAIL;
      }
      if (!takeHost()) {
        return Step.FAIL;
      }
      return override != null ? Step.STOP : again(UrlState.PATH_START);
    }
    insideBrackets = c == '[' || (insideBrackets && c != ']');
    buffer.appendCodePoint(c);
    return Step.ON;
  }

  private boolean takeHost() {
    String parsed = UrlHost.parse(buffer.toString(), url.special());
    if (parsed == null) {
      return false;
    }
    url.host = parsed;
    buffer.setLength(0);
    return true;
  }

  private Step port(int c) {
    if (UrlText.digit(c)) {
      buffer.append((char) c);
      return Step.ON;
    }
    if (!endsAuthority(c) && override == null) {
      return Step.FAIL;
    }
    if (!buffer.isEmpty()) {
      int value = 0;
      for (int i = 0; i < buffer.length(); i++) {
        value = Math.min(value * 10 + buffer.charAt(i) - '0', MAX_PORT + 1);
      }
      if (value > MAX_PORT) {
        return Step.FAIL;
      }
      url.port = value == WebUrl.defaultPort(url.scheme) ? -1 : value;
      buffer.setLength(0);
      if (override != null) {
        return Step.STOP;
      }
    }
    return override != null ? Step.FAIL : again(UrlState.PATH_START);
  }

  private Step file(int c) {
    url.scheme = "file";
    url.host = "";
    if (c == '/' || c == '\\') {
      return to(UrlState.FILE_SLASH);
    }
    if (base == null || !base.scheme.equals("file")) {
      return again(UrlState.PATH);
    }
    url.host = base.host;
    url.path = new ArrayList<>(base.path);
    url.query = base.query;
    if (c != '?' && c != '#' && c != EOF && UrlText.startsWithDrive(input, at)) {
      url.query = null;
      url.path = new ArrayList<>();
      return again(UrlState.PATH);
    }
    return afterBasePath(c);
  }

  private Step fileSlash(int c) {
    if (c == '/' || c == '\\') {
      return to(UrlState.FILE_HOST);
    }
    if (base != null && base.scheme.equals("file")) {
      url.host = base.host;
      if (!UrlText.startsWithDrive(input, at)
          && !base.path.isEmpty()
          && UrlText.normalizedDrive(base.path.getFirst())) {
        url.path.add(base.path.getFirst());
      }
    }
    return again(UrlState.PATH);
  }

  private Step fileHost(int c) {
    if (c != EOF && c != '/' && c != '\\' && c != '?' && c != '#') {
      buffer.appendCodePoint(c);
      return Step.ON;
    }
    if (override == null && UrlText.drive(buffer)) {
      return again(UrlState.PATH);
    }
    if (buffer.isEmpty()) {
      url.host = "";
    } else {
      String parsed = UrlHost.parse(buffer.toString(), true);
      if (parsed == null) {
        return Step.FAIL;
      }
      url.host = parsed.equals("localhost") ? "" : parsed;
    }
    if (override != null) {
      return Step.STOP;
    }
    buffer.setLength(0);
    return again(UrlState.PATH_START);
  }

  private Step pathStart(int c) {
    if (url.special()) {
      return c == '/' || c == '\\' ? to(UrlState.PATH) : again(UrlState.PATH);
    }
    if (override == null && c == '?') {
      url.query = "";
      return to(UrlState.QUERY);
    }
    if (override == null && c == '#') {
      url.fragment = "";
      return to(UrlState.FRAGMENT);
    }
    if (c != EOF) {
      return c == '/' ? to(UrlState.PATH) : again(UrlState.PATH);
    }
    if (override != null && url.host == null) {
      url.path.add("");
    }
    return Step.ON;
  }

  private Step path(int c) {
    boolean slash = c == '/' || (url.special() && c == '\\');
    boolean ends = c == EOF || slash || (override == null && (c == '?' || c == '#'));
    if (!ends) {
      PercentCode.append(buffer, c, PercentCode.Set.PATH);
      return Step.ON;
    }
    String segment = buffer.toString();
    buffer.setLength(0);
    if (UrlText.doubleDot(segment)) {
      url.shorten();
      if (!slash) {
        url.path.add("");
      }
    } else if (UrlText.singleDot(segment)) {
      if (!slash) {
        url.path.add("");
      }
    } else {
      if (url.scheme.equals("file") && url.path.isEmpty() && UrlText.drive(segment)) {
        segment = segment.charAt(0) + ":";
      }
      url.path.add(segment);
    }
    return afterPath(c);
  }

  private Step afterPath(int c) {
    if (c == '?') {
      url.query = "";
      return to(UrlState.QUERY);
    }
    if (c == '#') {
      url.fragment = "";
      return to(UrlState.FRAGMENT);
    }
    return Step.ON;
  }

  private Step opaquePath(int c) {
    if (c == '?' || c == '#') {
      url.opaquePath = String.valueOf(url.opaquePath) + buffer;
      buffer.setLength(0);
      return afterPath(c);
    }
    if (c == EOF) {
      url.opaquePath = String.valueOf(url.opaquePath) + buffer;
    } else {
      PercentCode.append(buffer, c, PercentCode.Set.C0);
    }
    return Step.ON;
  }

  private Step query(int c) {
    if (c != EOF && (override != null || c != '#')) {
      PercentCode.append(
          buffer, c, url.special() ? PercentCode.Set.SPECIAL_QUERY : PercentCode.Set.QUERY);
      return Step.ON;
    }
    url.query = url.query + buffer;
    buffer.setLength(0);
    if (c == '#') {
      url.fragment = "";
      return to(UrlState.FRAGMENT);
    }
    return Step.ON;
  }

  private Step fragment(int c) {
    if (c == EOF) {
      url.fragment = url.fragment + buffer;
    } else {
      PercentCode.append(buffer, c, PercentCode.Set.FRAGMENT);
    }
    return Step.ON;
  }

  private Step to(UrlState next) {
    state = next;
    return Step.ON;
  }

  private Step again(UrlState next) {
    at--;
    return to(next);
  }

  private WebUrl requireBase() {
    if (base == null) {
      throw new IllegalStateException("a relative URL without a base");
    }
    return base;
  }

  private int next(int ahead) {
    return at + ahead < input.length ? input[at + ahead] : EOF;
  }
}
