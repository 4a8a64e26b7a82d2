package dev.brink.cache;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The cookies of a request (RFC 6265 section 4.2), of whose names some are part of the key. */
final class Cookies {
  /** The value of the first cookie of a name; empty when there is none. */
  static String first(HttpHeaders request, String name) {
    for (String pair : pairs(request)) {
      if (name(pair).equals(name)) {
        int equals = pair.indexOf('=');
        return equals < 0 ? "" : pair.substring(equals + 1);
      }
    }
    return "";
  }

  /** Leaves one cookie of each of some names, the first: the one that {@link #first} gives. */
  static void keepFirst(HttpHeaders request, List<String> names) {
    List<String> pairs = pairs(request);
    List<String> kept = new ArrayList<>(pairs.size());
    Set<String> seen = new HashSet<>();
    for (String pair : pairs) {
      String name = name(pair);
      if (!names.contains(name) || seen.add(name)) {
        kept.add(pair);
      }
    }
    if (kept.size() < pairs.size()) {
      request.set(HttpHeaderNames.COOKIE, String.join("; ", kept));
    }
  }

  private static List<String> pairs(HttpHeaders request) {
    List<String> pairs = new ArrayList<>();
    for (String line : request.getAll(HttpHeaderNames.COOKIE)) {
      for (String pair : line.split(";", -1)) {
        String clean = pair.strip();
        if (!clean.isEmpty()) {
          pairs.add(clean);
        }
      }
    }
    return pairs;
  }

  /** As origins read it: without the space before the equals sign. */
  private static String name(String pair) {
    int equals = pair.indexOf('=');
    return equals < 0 ? pair : pair.substring(0, equals).strip();
  }

  private Cookies() {}
}
