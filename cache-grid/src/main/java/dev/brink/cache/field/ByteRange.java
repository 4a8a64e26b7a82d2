package dev.brink.cache.field;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A range of bytes (RFC 9110 section 14).
 *
 * @param first the first byte; -1 for a suffix
 * @param last the last byte, inclusive; {@link Long#MAX_VALUE} for "to the end"; of a suffix its
 *     length
 */
public record ByteRange(long first, long last) {
  private static final int MAX_RANGES = 32;
  private static final String UNIT = "bytes=";

  /**
   * Reads {@code Range}.
   *
   * @return {@code null} when it is malformed, of another unit, or has more than 32 ranges: it is
   *     to be ignored then
   */
  public static @Nullable List<ByteRange> parse(String range) {
    if (!range.toLowerCase(Locale.ROOT).startsWith(UNIT)) {
      return null;
    }
    List<ByteRange> ranges = new ArrayList<>();
    for (String part : range.substring(UNIT.length()).split(",", MAX_RANGES + 2)) {
      String spec = part.strip();
      if (spec.isEmpty()) {
        continue;
      }
      ByteRange one = parseOne(spec);
      if (one == null || ranges.size() == MAX_RANGES) {
        return null;
      }
      ranges.add(one);
    }
    return ranges.isEmpty() ? null : ranges;
  }

  private static @Nullable ByteRange parseOne(String spec) {
    int dash = spec.indexOf('-');
    if (dash < 0) {
      return null;
    }
    String from = spec.substring(0, dash).strip();
    String to = spec.substring(dash + 1).strip();
    long last = to.isEmpty() ? Long.MAX_VALUE : FieldText.digits(to, Long.MAX_VALUE / 16);
    if (from.isEmpty()) {
      return to.isEmpty() || last < 0 ? null : new ByteRange(-1, last);
    }
    long first = FieldText.digits(from, Long.MAX_VALUE / 16);
    return first < 0 || last < first ? null : new ByteRange(first, last);
  }

  /**
   * The range within a representation.
   *
   * @return {@code null} when no byte of it is there
   */
  public @Nullable ByteRange within(long length) {
    if (first < 0) {
      return last == 0 || length == 0
          ? null
          : new ByteRange(Math.max(0, length - last), length - 1);
    }
    return first >= length ? null : new ByteRange(first, Math.min(last, length - 1));
  }

  /** How many bytes; not of a suffix or an open end. */
  public long length() {
    return last - first + 1;
  }

  /** Whether all bytes of another one are in this one. */
  public boolean contains(ByteRange other) {
    return first <= other.first && other.last <= last;
  }
}
