package dev.brink.cache;

import dev.brink.cache.field.EntityTags;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    boolean sameTag = sameTag(stored.get(HttpHeaderNames.ETAG), update.get(HttpHeaderNames.ETAG));
    for (String name : update.names()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!ABOUT_BYTES.contains(lower)
          && !OF_ONE_ANSWER.contains(lower)
          && !(sameTag && lower.equals("etag"))) {
        fields.set(name, update.getAll(name));
      }
    }
    return fields;
  }

  /** Whether a tag differs in its strength at most: then that of the stored bytes stays. */
  private static boolean sameTag(@Nullable String stored, @Nullable String update) {
    return stored != null && update != null && EntityTags.weakMatch(stored, update);
  }

  private Freshening() {}
}
