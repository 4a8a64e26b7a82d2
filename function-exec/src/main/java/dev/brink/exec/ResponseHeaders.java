package dev.brink.exec;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Makes headers of the lines that one function's guests give. Most give the same each time: so the
 * last ones are kept as they were found to be, and not read and checked again. Thread-safe.
 */
final class ResponseHeaders {
  private static final int MAX_KEPT_CHARS = 2_048;

  private volatile @Nullable Checked last;

  /** Names and values in turn. */
  private record Checked(String lines, List<CharSequence> fields) {
    static Checked of(String lines) {
      HttpHeaders headers = ResponseHead.headers(lines);
      var fields = new ArrayList<CharSequence>();
      Iterator<Entry<CharSequence, CharSequence>> each = headers.iteratorCharSequence();
      while (each.hasNext()) {
        Entry<CharSequence, CharSequence> header = each.next();
        fields.add(AsciiString.of(header.getKey()));
        fields.add(header.getValue());
      }
      return new Checked(lines, List.copyOf(fields));
    }

    HttpHeaders headers() {
      var headers = new Few();
      for (int i = 0; i < fields.size(); i += 2) {
        headers.add(fields.get(i), fields.get(i + 1));
      }
      return headers;
    }
  }

  /** Headers that are known to be valid, and of which there are few. */
  private static final class Few extends DefaultHttpHeaders {
    private static final int PLACES = 8;

    Few() {
      super(name -> {}, value -> {}, PLACES);
    }
  }

  /**
   * Those in {@code name\nvalue\n…}, without the framing headers.
   *
   * @throws IllegalArgumentException when one is not valid
   */
  HttpHeaders of(String lines) {
    Checked known = last;
    if (known == null || !known.lines.equals(lines)) {
      known = Checked.of(lines);
      if (lines.length() <= MAX_KEPT_CHARS) {
        last = known;
      }
    }
    return known.headers();
  }
}
