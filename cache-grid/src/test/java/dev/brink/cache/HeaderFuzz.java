package dev.brink.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.brink.cache.field.ByteRange;
import dev.brink.cache.field.ContentRange;
import dev.brink.cache.field.Directives;
import dev.brink.cache.field.EntityTags;
import dev.brink.cache.field.HttpDate;
import dev.brink.cache.field.Preferences;
import dev.brink.cache.field.StructuredField;
import dev.brink.cache.field.Tokens;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/**
 * What header parsers are held to, whatever they are given: they neither throw nor give what cannot
 * be. The entry point is the one that Jazzer calls.
 */
public final class HeaderFuzz {
  private static final long NOW = 1_800_000_000L;

  /** Nobody writes dates before that. */
  private static final long FIRST_YEAR = -62_135_596_800L;

  private static final List<String> NAMES =
      List.of(
          "cache-control",
          "age",
          "date",
          "expires",
          "cdn-cache-control",
          "pragma",
          "vary",
          "etag",
          "last-modified",
          "cache-tag",
          "surrogate-key",
          "content-range",
          "content-location");

  /** Gives the parsers lines of bytes. */
  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, ISO_8859_1);
    List<String> lines = List.of(text.split("\n", -1));
    directives(Directives.parse(lines));
    Directives targeted = Directives.parseTargeted(lines);
    if (targeted != null) {
      directives(targeted);
    }
    var _ = StructuredField.dictionary(text);
    var _ = StructuredField.list(text);
    var _ = StructuredField.item(text);
    ranges(text);
    dates(text);
    tags(lines);
    preferences(lines);
    cookies(lines);
    targets(text);
    responses(lines);
  }

  private static void directives(Directives directives) {
    for (String name : List.of("max-age", "s-maxage", "stale-while-revalidate")) {
      long seconds = directives.seconds(name);
      hold(
          seconds >= Directives.ABSENT && seconds <= Directives.MAX_SECONDS, name + ": " + seconds);
    }
  }

  private static void ranges(String text) {
    List<ByteRange> ranges = ByteRange.parse(text);
    for (ByteRange each : ranges == null ? List.<ByteRange>of() : ranges) {
      ByteRange within = each.within(1000);
      hold(
          within == null
              || (within.first() >= 0 && within.last() >= within.first() && within.last() < 1000),
          each + " within 1000: " + within);
    }
    ContentRange range = ContentRange.parse(text);
    if (range != null) {
      hold(range.equals(ContentRange.parse(range.text())), "content-range: " + range);
      hold(range.range().length() > 0, "content-range: " + range);
    }
  }

  private static void dates(String text) {
    long seconds = HttpDate.parse(text, NOW);
    if (seconds != HttpDate.INVALID && seconds >= FIRST_YEAR) {
      hold(HttpDate.parse(HttpDate.format(seconds), NOW) == seconds, "date: " + seconds);
    }
  }

  private static void tags(List<String> lines) {
    for (String tag : EntityTags.parse(lines)) {
      hold(EntityTags.weakMatch(tag, tag), "entity tag: " + tag);
    }
    var _ = EntityTags.anyMatches(lines, "\"a\"");
    var _ = Tokens.lowerCase(lines);
  }

  private static void preferences(List<String> lines) {
    for (Preferences.Preference each : Preferences.parse(lines)) {
      hold(each.weight() >= 0 && each.weight() <= 1000, "weight: " + each);
    }
    for (String name : List.of("accept", "accept-language", "cookie")) {
      var _ = Preferences.normalize(name, lines);
    }
    var _ = Preferences.prefersOnly(lines, "en");
  }

  /** Of a cookie of which there is one left, that one is the first. */
  private static void cookies(List<String> lines) {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    lines.forEach(line -> headers.add("cookie", line));
    String first = Cookies.first(headers, "a");
    Cookies.keepFirst(headers, List.of("a", "b"));
    hold(Cookies.first(headers, "a").equals(first), "cookie: " + first);
  }

  /** A normal form is its own, and never names a folder above. */
  private static void targets(String text) {
    String target = "/" + text.replace('\n', ' ');
    for (QueryRule rule : List.of(QueryRule.ALL, QueryRule.VERBATIM)) {
      String normal = CacheKey.target(target, rule);
      hold(CacheKey.target(normal, rule).equals(normal), "target: " + target + " > " + normal);
      int query = normal.indexOf('?');
      String path = query < 0 ? normal : normal.substring(0, query);
      hold(
          path.startsWith("/") && !(path + "/").contains("/../") && !(path + "/").contains("/./"),
          "path: " + target + " > " + path);
      var _ = Deception.contradicts(normal, 200, text);
    }
  }

  private static void responses(List<String> lines) {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (int i = 0; i < lines.size() && i < 64; i++) {
      headers.add(NAMES.get(i % NAMES.size()), lines.get(i));
    }
    Rules rules = Rules.of(headers);
    Freshness freshness =
        Freshness.of(
            200,
            headers,
            rules.directives(),
            rules.targeted(),
            false,
            CachePolicy.DEFAULT,
            NOW * 1000,
            NOW * 1000);
    hold(freshness.lifetimeSeconds() >= 0, "lifetime: " + freshness);
    hold(freshness.age(NOW * 1000, NOW * 1000) >= 0, "age: " + freshness);
    var _ = Storing.tags(headers);
    var _ = Storing.kept(headers, rules);
    var _ = Reserved.of(headers, rules);
    var _ = Variants.names(headers);
    var _ = AcceptedCodings.of(headers);
    packed(headers, lines);
  }

  private static void packed(HttpHeaders headers, List<String> lines) {
    hold(repacked(headers).equals(headers.entries().toString()), "packed: " + headers.entries());
    for (String line : lines) {
      HttpHeaders any = PackedFields.unpack(ByteString.copyFrom(line, ISO_8859_1));
      hold(any == null || repacked(any).equals(any.entries().toString()), "unpacked: " + line);
    }
  }

  private static String repacked(HttpHeaders headers) {
    HttpHeaders unpacked = PackedFields.unpack(PackedFields.pack(headers));
    return requireNonNull(unpacked, "what was packed").entries().toString();
  }

  private static void hold(boolean held, String otherwise) {
    if (!held) {
      throw new AssertionError(otherwise);
    }
  }

  private HeaderFuzz() {}
}
