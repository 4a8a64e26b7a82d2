package dev.brink.mesh.cache;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * That one client takes what is stale ({@code max-stale} and {@code stale-if-error}): the home is
 * not to know, as its answer is for all who wait for the same here. What is stored here is given
 * out stale as that client says.
 */
final class StaleTaking {
  /** Leaves it out of a request's {@code Cache-Control}. */
  static void remove(HttpHeaders request) {
    List<String> lines = request.getAll(HttpHeaderNames.CACHE_CONTROL);
    if (lines.isEmpty()) {
      return;
    }
    String left =
        lines.stream()
            .flatMap(line -> Arrays.stream(line.split(",", -1)))
            .map(String::strip)
            .filter(each -> !each.isEmpty() && !takesStale(each))
            .collect(Collectors.joining(", "));
    if (left.isEmpty()) {
      request.remove(HttpHeaderNames.CACHE_CONTROL);
    } else {
      request.set(HttpHeaderNames.CACHE_CONTROL, left);
    }
  }

  private static boolean takesStale(String directive) {
    int end = directive.indexOf('=');
    String name = (end < 0 ? directive : directive.substring(0, end)).strip();
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "max-stale", "stale-if-error" -> true;
      default -> false;
    };
  }

  private StaleTaking() {}
}
