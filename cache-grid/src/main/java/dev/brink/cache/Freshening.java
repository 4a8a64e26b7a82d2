package dev.brink.cache;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;

/** How a response that says "not modified" changes what is stored (RFC 9111 section 3.2). */
final class Freshening {
  /** What tells of the stored bytes, which are not those the origin would send now. */
  static final Set<String> ABOUT_BYTES =
      Set.of(
          "content-encoding",
          "content-length",
          "content-range",
          "content-type",
          "content-digest",
          "transfer-encoding");

  /** What tells of one answer only. */
  private static final Set<String> OF_ONE_ANSWER = Set.of("age", "cache-status", "warning");

  /** The stored fields, with those that the update has in place of theirs. */
  static HttpHeaders fields(HttpHeaders stored, HttpHeaders update) {
    HttpHeaders fields = stored.copy();
    fields.remove("warning");
    for (String name : update.names()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!ABOUT_BYTES.contains(lower) && !OF_ONE_ANSWER.contains(lower)) {
        fields.set(name, update.getAll(name));
      }
    }
    return fields;
  }

  private Freshening() {}
}
