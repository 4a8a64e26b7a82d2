package dev.brink.cache.field;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code Content-Range} of bytes (RFC 9110 section 14.4).
 *
 * @param range which bytes
 * @param completeLength of the whole; -1: not known
 */
public record ContentRange(ByteRange range, long completeLength) {
  private static final String UNIT = "bytes ";

  /**
   * Reads a value.
   *
   * @return {@code null} when it is none
   */
  public static @Nullable ContentRange parse(@Nullable String value) {
    if (value == null || !value.toLowerCase(Locale.ROOT).startsWith(UNIT)) {
      return null;
    }
    int slash = value.indexOf('/');
    int dash = value.indexOf('-');
    if (dash < 0 || slash < dash) {
      return null;
    }
    long first =
        FieldText.digits(value.substring(UNIT.length(), dash).strip(), Long.MAX_VALUE / 16);
    long last = FieldText.digits(value.substring(dash + 1, slash).strip(), Long.MAX_VALUE / 16);
    String total = value.substring(slash + 1).strip();
    long complete = total.equals("*") ? -1 : FieldText.digits(total, Long.MAX_VALUE / 16);
    boolean right =
        first >= 0 && last >= first && (total.equals("*") || (complete >= 0 && last < complete));
    return right ? new ContentRange(new ByteRange(first, last), complete) : null;
  }

  /** As the field's value. */
  public String text() {
    return "bytes "
        + range.first()
        + "-"
        + range.last()
        + "/"
        + (completeLength < 0 ? "*" : completeLength);
  }
}
