package dev.brink.cache.field;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entity tags (RFC 9110 section 8.8.3) as texts, compared as they are written. A tag without
 * quotes, which some origins send, is compared all the same; it is never strong.
 */
public final class EntityTags {
  private static final int MAX_TAGS = 128;
  private static final String WEAK = "W/";

  /** Whether a tag promises bytes that are the same. */
  public static boolean isStrong(@Nullable String tag) {
    return tag != null && tag.length() >= 2 && tag.charAt(0) == '"' && tag.endsWith("\"");
  }

  /** Whether both are strong and the same. */
  public static boolean strongMatch(@Nullable String one, @Nullable String other) {
    return isStrong(one) && one != null && one.equals(other);
  }

  /** Whether they are the same but for weakness. */
  public static boolean weakMatch(String one, String other) {
    return opaque(one).equals(opaque(other));
  }

  private static String opaque(String tag) {
    return tag.startsWith(WEAK) ? tag.substring(WEAK.length()) : tag;
  }

  /** Whether {@code If-None-Match} names the tag, or any. */
  public static boolean anyMatches(List<String> ifNoneMatch, String tag) {
    for (String listed : parse(ifNoneMatch)) {
      if (listed.equals("*") || weakMatch(listed, tag)) {
        return true;
      }
    }
    return false;
  }

  /** The tags of a list, at most 128. */
  public static List<String> parse(List<String> lines) {
    List<String> tags = new ArrayList<>();
    String text = FieldText.join(lines.isEmpty() ? List.of("") : lines);
    int at = 0;
    while (at < text.length() && tags.size() < MAX_TAGS) {
      int start = at;
      boolean inQuotes = false;
      while (at < text.length() && (inQuotes || text.charAt(at) != ',')) {
        if (text.charAt(at) == '"') {
          inQuotes = !inQuotes;
        }
        at++;
      }
      String tag = text.substring(start, at).strip();
      if (!tag.isEmpty()) {
        tags.add(tag);
      }
      at++;
    }
    return tags;
  }

  private EntityTags() {}
}
