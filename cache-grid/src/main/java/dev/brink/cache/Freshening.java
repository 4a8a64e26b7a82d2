package dev.brink.cache;

import dev.brink.cache.field.EntityTags;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a response that brings no body says of what is stored: one that says "not modified", or one
 * to a {@code HEAD} (RFC 9111 section 3.2).
 *
 * @param before what is stored
 * @param fields of that, with those that the update has in place of theirs
 * @param rules of these fields
 */
record Freshening(Head before, HttpHeaders update, HttpHeaders fields, Rules rules) {
  /** What tells of the stored bytes, which are not those the origin would send now. */
  static final Set<String> ABOUT_BYTES =
      Set.of(
          "content-encoding",
          "content-length",
          "content-range",
          "content-digest",
          "content-md5",
          "transfer-encoding");

  /** What tells of one answer only. */
  private static final Set<String> OF_ONE_ANSWER = Set.of("age", "cache-status", "warning");

  static Freshening of(Head before, HttpHeaders update, CacheRequest asked) {
    HttpHeaders fields = fields(before.fields(), update);
    if (allowsAnew(before.fields(), update)) {
      AllowedOrigin.nameInVary(asked, fields);
    }
    return new Freshening(before, update, fields, Rules.of(fields));
  }

  /** Why what is stored would not be for all with these fields; {@code null}: it would. */
  @Nullable String refusal(CacheRequest asked, CacheKey key) {
    boolean cookie = update.contains(HttpHeaderNames.SET_COOKIE);
    String refusal = Storing.refusal(asked.policy(), before.status(), fields, cookie, rules);
    return refusal == null && Storing.deceives(asked, key, before.status(), fields)
        ? "content-type"
        : refusal;
  }

  /** What of the update is for whoever it was asked for alone. */
  Reserved reserved() {
    return Reserved.of(update, rules);
  }

  /** The fields to judge how fresh it is by: the update says how old it is. */
  HttpHeaders judged() {
    HttpHeaders judged = fields.copy();
    String age = update.get(HttpHeaderNames.AGE);
    if (age != null) {
      judged.set(HttpHeaderNames.AGE, age);
    }
    return judged;
  }

  /**
   * Whether the update says which site may read it, and not what is stored as said of all. What it
   * leaves out was said to another client.
   */
  private static boolean allowsAnew(HttpHeaders stored, HttpHeaders update) {
    String allowed = update.get(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN);
    return allowed != null
        && (!allowed.equalsIgnoreCase(stored.get(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN))
            || Variants.names(stored).contains("origin"));
  }

  private static HttpHeaders fields(HttpHeaders stored, HttpHeaders update) {
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
}
