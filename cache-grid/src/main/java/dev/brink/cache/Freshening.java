package dev.brink.cache;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;

/** How a response that says "not modified" changes what is stored (RFC 9111 section 3.2). */
final class Freshening {
  /** What tells of the stored bytes, which are not those the origin would send now. */
  private static final Set<String> KEPT =
      Set.of(
          "content-encoding",
          "content-length",
          "content-range",
          "content-type",
          "content-digest",
          "transfer-encoding",
          "age",
          "cache-status",
          "warning");

  /** The stored fields, with those that the update has in place of theirs. */
  static HttpHeaders fields(HttpHeaders stored, HttpHeaders update) {
    HttpHeaders fields = stored.copy();
    fields.remove("warning");
    for (String name : update.names()) {
      if (!KEPT.contains(name.toLowerCase(Locale.ROOT))) {
        fields.set(name, update.getAll(name));
      }
    }
    return fields;
  }

  private Freshening() {}
}
