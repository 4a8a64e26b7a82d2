package dev.brink.exec.web;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** The basic URL parser of the URL Standard, section 4.4, state for state. */
final class UrlParser {
  /** The parser's states. */
  enum State {
    SCHEME_START,
    SCHEME,
    NO_SCHEME,
    SPECIAL_RELATIVE_OR_AUTHORITY,
    PATH_OR_AUTHORITY,
    RELATIVE,
    RELATIVE_SLASH,
    SPECIAL_AUTHORITY_SLASHES,
    SPECIAL_AUTHORITY_IGNORE_SLASHES,
    AUTHORITY,
    HOST,
    HOSTNAME,
    PORT,
    FILE,
    FILE_SLASH,
    FILE_HOST,
    PATH_START,
    PATH,
    OPAQUE_PATH,
    QUERY,
    FRAGMENT
  }

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
  private final @Nullable State override;
  private final StringBuilder buffer = new StringBuilder();
  private State state;
  private int at;
  private boolean atSignSeen;
  private boolean insideBrackets;
  private boolean passwordTokenSeen;

  UrlParser(String input, @Nullable WebUrl base, WebUrl url, @Nullable State override) {
    this.input = input.codePoints().toArray();
    this.base = base;
    this.url = url;
    this.override = override;
    this.state = override == null ? State.SCHEME_START : override;
  }

  /** Removes control characters and spaces at the ends, tabs and newlines everywhere. */
  static String trim(String input) {
    int start = 0;
    int end = input.length();
    while (start < end && input.charAt(start) <= ' ') {
      start++;
    }
    while (end > start && input.charAt(end - 1) <= ' ') {
      end--;
    }
    return withoutTabs(input.substring(start, end));
  }

  static String withoutTabs(String input) {
    if (input.indexOf('\t') < 0 && input.indexOf('\n') < 0 && input.indexOf('\r') < 0) {
      return input;
    }
    return input.replaceAll("[\t\n\r]", "");
  }

  static boolean normalizedDrive(String segment) {
    return segment.length() == 2 && letter(segment.charAt(0)) && segment.charAt(1) == ':';
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
          yield to(State.SPECIAL_AUTHORITY_IGNORE_SLASHES);
        }
        yield again(State.RELATIVE);
      }
      case PATH_OR_AUTHORITY -> c == '/' ? to(State.AUTHORITY) : again(State.PATH);
      case RELATIVE -> relative(c);
      case RELATIVE_SLASH -> relativeSlash(c);
      case SPECIAL_AUTHORITY_SLASHES -> {
        if (c == '/' && next(1) == '/') {
          at++;
          yield to(State.SPECIAL_AUTHORITY_IGNORE_SLASHES);
        }
        yield again(State.SPECIAL_AUTHORITY_IGNORE_SLASHES);
      }
      case SPECIAL_AUTHORITY_IGNORE_SLASHES ->
          c == '/' || c == '\\' ? Step.ON : again(State.AUTHORITY);
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
    if (letter(c)) {
      buffer.append((char) (c | 0x20));
      return to(State.SCHEME);
    }
    return override == null ? again(State.NO_SCHEME) : Step.FAIL;
  }

  private Step scheme(int c) {
    if (letter(c) || digit(c) || c == '+' || c == '-' || c == '.') {
      buffer.append((char) (letter(c) ? c | 0x20 : c));
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
    return to(State.NO_SCHEME);
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
      return to(State.FILE);
    }
    if (url.special()) {
      boolean like = base != null && base.scheme.equals(scheme);
      return to(like ? State.SPECIAL_RELATIVE_OR_AUTHORITY : State.SPECIAL_AUTHORITY_SLASHES);
    }
    if (next(1) == '/') {
      at++;
      return to(State.PATH_OR_AUTHORITY);
    }
    url.opaquePath = "";
    return to(State.OPAQUE_PATH);
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
      return to(State.FRAGMENT);
    }
    return again(base.scheme.equals("file") ? State.FILE : State.RELATIVE);
  }

  private Step relative(int c) {
    WebUrl from = requireBase();
    url.scheme = from.scheme;
    if (c == '/') {
      return to(State.RELATIVE_SLASH);
    }
    if (url.special() && c == '\\') {
      return to(State.RELATIVE_SLASH);
    }
    takeAuthority(from);
    url.path = new ArrayList<>(from.path);
    url.query = from.query;
    return afterBasePath(c);
  }

  private Step afterBasePath(int c) {
    if (c == '?') {
      url.query = "";
      return to(State.QUERY);
    }
    if (c == '#') {
      url.fragment = "";
      return to(State.FRAGMENT);
    }
    if (c != EOF) {
      url.query = null;
      url.shorten();
      return again(State.PATH);
    }
    return Step.ON;
  }

  private Step relativeSlash(int c) {
    if (url.special() && (c == '/' || c == '\\')) {
      return to(State.SPECIAL_AUTHORITY_IGNORE_SLASHES);
    }
    if (c == '/') {
      return to(State.AUTHORITY);
    }
    takeAuthority(requireBase());
    return again(State.PATH);
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
      return to(State.HOST);
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
      return again(State.FILE_HOST);
    }
    if (c == ':' && !insideBrackets) {
      if (buffer.isEmpty() || override == State.HOSTNAME) {
        return Step.FAIL;
      }
      return takeHost() ? to(State.PORT) : Step.FAIL;
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
      return override != null ? Step.STOP : again(State.PATH_START);
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
    if (digit(c)) {
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
    return override != null ? Step.FAIL : again(State.PATH_START);
  }

  private Step file(int c) {
    url.scheme = "file";
    url.host = "";
    if (c == '/' || c == '\\') {
      return to(State.FILE_SLASH);
    }
    if (base == null || !base.scheme.equals("file")) {
      return again(State.PATH);
    }
    url.host = base.host;
    url.path = new ArrayList<>(base.path);
    url.query = base.query;
    if (c != '?' && c != '#' && c != EOF && startsWithDrive(at)) {
      url.query = null;
      url.path = new ArrayList<>();
      return again(State.PATH);
    }
    return afterBasePath(c);
  }

  private Step fileSlash(int c) {
    if (c == '/' || c == '\\') {
      return to(State.FILE_HOST);
    }
    if (base != null && base.scheme.equals("file")) {
      url.host = base.host;
      if (!startsWithDrive(at) && !base.path.isEmpty() && normalizedDrive(base.path.getFirst())) {
        url.path.add(base.path.getFirst());
      }
    }
    return again(State.PATH);
  }

  private Step fileHost(int c) {
    if (c != EOF && c != '/' && c != '\\' && c != '?' && c != '#') {
      buffer.appendCodePoint(c);
      return Step.ON;
    }
    if (override == null && drive(buffer)) {
      return again(State.PATH);
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
    return again(State.PATH_START);
  }

  private Step pathStart(int c) {
    if (url.special()) {
      return c == '/' || c == '\\' ? to(State.PATH) : again(State.PATH);
    }
    if (override == null && c == '?') {
      url.query = "";
      return to(State.QUERY);
    }
    if (override == null && c == '#') {
      url.fragment = "";
      return to(State.FRAGMENT);
    }
    if (c != EOF) {
      return c == '/' ? to(State.PATH) : again(State.PATH);
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
    if (doubleDot(segment)) {
      url.shorten();
      if (!slash) {
        url.path.add("");
      }
    } else if (singleDot(segment)) {
      if (!slash) {
        url.path.add("");
      }
    } else {
      if (url.scheme.equals("file") && url.path.isEmpty() && drive(segment)) {
        segment = segment.charAt(0) + ":";
      }
      url.path.add(segment);
    }
    return afterPath(c);
  }

  private Step afterPath(int c) {
    if (c == '?') {
      url.query = "";
      return to(State.QUERY);
    }
    if (c == '#') {
      url.fragment = "";
      return to(State.FRAGMENT);
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
      return to(State.FRAGMENT);
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

  private Step to(State next) {
    state = next;
    return Step.ON;
  }

  private Step again(State next) {
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

  private boolean startsWithDrive(int from) {
    if (input.length - from < 2 || !letter(input[from])) {
      return false;
    }
    if (input[from + 1] != ':' && input[from + 1] != '|') {
      return false;
    }
    int after = from + 2 < input.length ? input[from + 2] : '/';
    return after == '/' || after == '\\' || after == '?' || after == '#';
  }

  private static boolean drive(CharSequence text) {
    return text.length() == 2
        && letter(text.charAt(0))
        && (text.charAt(1) == ':' || text.charAt(1) == '|');
  }

  private static boolean singleDot(String segment) {
    return segment.equals(".") || segment.equalsIgnoreCase("%2e");
  }

  private static boolean doubleDot(String segment) {
    return segment.equals("..")
        || segment.equalsIgnoreCase(".%2e")
        || segment.equalsIgnoreCase("%2e.")
        || segment.equalsIgnoreCase("%2e%2e");
  }

  private static boolean letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean digit(int c) {
    return c >= '0' && c <= '9';
  }
}
