package dev.brink.cache;

import dev.brink.cache.field.Preferences;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/**
 * The content codings that a request takes, of those that origins use: what an origin is offered
 * for it, however the request says so.
 *
 * @param brotli whether it takes brotli, and would not rather have gzip
 * @param zstd whether it takes zstd, and would not rather have gzip
 */
record AcceptedCodings(boolean gzip, boolean brotli, boolean zstd) {
  private static final String BROTLI = "br";
  private static final String ZSTD = "zstd";

  /** What a request takes; one that does not say takes none. */
  static AcceptedCodings of(HttpHeaders request) {
    List<String> lines = request.getAll(HttpHeaderNames.ACCEPT_ENCODING);
    return lines.isEmpty()
        ? new AcceptedCodings(false, false, false)
        : of(Preferences.parse(lines));
  }

  private static AcceptedCodings of(List<Preferences.Preference> all) {
    int gzip = -1;
    int brotli = 0;
    int zstd = 0;
    int others = 0;
    for (Preferences.Preference each : all) {
      switch (each.value()) {
        case "gzip", "x-gzip" -> gzip = gzip < 0 ? each.weight() : gzip;
        case BROTLI -> brotli = each.weight();
        case ZSTD -> zstd = each.weight();
        case "*" -> others = each.weight();
        default -> {}
      }
    }
    int least = Math.max(1, gzip < 0 ? others : gzip);
    return new AcceptedCodings((gzip < 0 ? others : gzip) > 0, brotli >= least, zstd >= least);
  }

  /** As {@code Accept-Encoding}, of one with gzip. */
  String text() {
    return (zstd ? "zstd, " : "") + (brotli ? "br, " : "") + "gzip";
  }

  /**
   * Whether a stored response can be read.
   *
   * @param coding of the response; empty: none
   * @param decodable whether it is given to those that don't take its coding, too
   */
  boolean take(String coding, boolean decodable) {
    return switch (coding) {
      case "" -> true;
      case "gzip" -> gzip || decodable;
      case BROTLI -> brotli;
      case ZSTD -> zstd;
      default -> false;
    };
  }

  /**
   * Whether a stored response suits: it can be read, and is in the best that origins have, or
   * answered a request that offered all that this one takes.
   *
   * @param offered {@code Accept-Encoding} of the request that it answered, in normal form
   */
  boolean suitedBy(String coding, String offered, boolean decodable) {
    return take(coding, decodable) && (isBest(coding) || offers(coding, offered));
  }

  /** Whether it is in what origins are offered besides gzip. */
  static boolean isBest(String coding) {
    return coding.equals(BROTLI) || coding.equals(ZSTD);
  }

  private boolean offers(String coding, String offered) {
    return (!gzip || !coding.isEmpty() || has(offered, "gzip"))
        && (!brotli || has(offered, BROTLI))
        && (!zstd || has(offered, ZSTD));
  }

  private static boolean has(String normalForm, String coding) {
    return normalForm.contains("=" + coding + ";1000")
        || normalForm.contains("," + coding + ";1000");
  }
}
