package dev.brink.cache;

import dev.brink.cache.field.Tokens;
import dev.brink.cache.wire.Variant;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a cache has that another one of its mesh may take a copy of, before it is asked for there.
 *
 * @param bytes of the body as it is stored
 * @param stamp when it was asked of its source, on the clock that the caches share
 * @param fields of a request that selects it; none tells who is asking
 */
public record Offering(long bytes, long stamp, Map<String, String> fields) {
  /** What is stale sooner, in seconds or in parts of its life, is not worth the way. */
  private static final long LEAST_SECONDS = 2;

  private static final int LEAST_PART = 4;

  private static final int MAX_FIELDS = 2048;

  /** Fields that tell who is asking. */
  private static final Set<String> PERSONAL = Set.of("authorization", "cookie");

  public Offering {
    fields = Map.copyOf(fields);
  }

  /** Whether a request's response may be offered at all, as far as that depends on the request. */
  static boolean concerns(CacheRequest asked) {
    CachePolicy policy = asked.policy();
    return !policy.manual()
        && policy.keyCookies().isEmpty()
        && asked.body() == null
        && !Storing.tellsWho(asked.request());
  }

  /**
   * What is offered of a response.
   *
   * @param variant that it is; {@code null}: the only one of its key
   * @return {@code null} when it is rather not
   */
  static @Nullable Offering of(
      CacheRequest asked, Head head, @Nullable Variant variant, long bytes, long nowMillis) {
    Freshness freshness = head.freshness();
    long left = head.freshSeconds(nowMillis);
    boolean good =
        head.status() == 200
            && !head.partial()
            && !head.sliced()
            && !freshness.noCache()
            && left >= LEAST_SECONDS
            && left >= freshness.lifetimeSeconds() / LEAST_PART
            && !head.fields().contains(HttpHeaderNames.SET_COOKIE);
    Map<String, String> fields = good ? selecting(asked, head, variant) : null;
    return fields == null ? null : new Offering(bytes, head.stamp(), fields);
  }

  private static @Nullable Map<String, String> selecting(
      CacheRequest asked, Head head, @Nullable Variant variant) {
    HttpHeaders from = OriginRequest.selecting(asked);
    Set<String> names = new TreeSet<>(asked.policy().keyHeaders());
    names.addAll(Tokens.lowerCase(head.fields().getAll(HttpHeaderNames.VARY)));
    if (variant != null) {
      names.addAll(variant.getNamesList());
    }
    if (asked.policy().deviceClass()) {
      names.add("user-agent");
    }
    if (names.stream().anyMatch(PERSONAL::contains)) {
      return null;
    }
    Map<String, String> fields = new LinkedHashMap<>();
    int length = 0;
    for (String name : names) {
      List<String> lines = from.getAll(name);
      if (!lines.isEmpty()) {
        String value = String.join(", ", lines);
        fields.put(name, value);
        length += name.length() + value.length();
      }
    }
    if (head.coding() != Coding.AS_IT_CAME) {
      // Whoever takes it keeps it in gzip too, for clients of either kind.
      fields.put("accept-encoding", "gzip");
    }
    return length > MAX_FIELDS ? null : fields;
  }
}
