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
record Codings(boolean gzip, boolean brotli, boolean zstd) {
  private static final String BROTLI = "br";
  private static final String ZSTD = "zstd";

  /** What a request takes; one that does not say takes none. */
  static Codings of(HttpHeaders request) {
    List<String> lines = request.getAll(HttpHeaderNames.ACCEPT_ENCODING);
    return lines.isEmpty() ? new Codings(false, false, false) : of(Preferences.parse(lines));
  }

  private static Codings of(List<Preferences.Preference> all) {
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
    return new Codings((gzip < 0 ? others : gzip) > 0, brotli >= least, zstd >= least);
  }

  /** As {@code Accept-Encoding}, of one with gzip. */
  String text() {
    return (zstd ? "zstd, " : "") + (brotli ? "br, " : "") + "gzip";
  }

  /**
   * Whether a stored response suits: one of a request that offered all that this one takes is what
   * this one would have got, or as small; and gzip is decoded where it has to be.
   *
   * @param coding of the response; empty: none
   * @param offered {@code Accept-Encoding} of the request that it answered, in normal form
   * @param decodable whether it is given to those that don't take its coding, too
   */
  boolean suitedBy(String coding, String offered, boolean decodable) {
    return switch (coding) {
      case BROTLI -> brotli;
      case ZSTD -> zstd;
      case "" -> (!gzip || offers(offered, "gzip")) && offersBetter(offered);
      case "gzip" -> (gzip || decodable) && offersBetter(offered);
      default -> false;
    };
  }

  private boolean offersBetter(String offered) {
    return (!brotli || offers(offered, BROTLI)) && (!zstd || offers(offered, ZSTD));
  }

  private static boolean offers(String normalForm, String coding) {
    return normalForm.contains("=" + coding + ";1000")
        || normalForm.contains("," + coding + ";1000");
  }

  /**
   * Names {@code Accept-Encoding} in {@code Vary} of a response in a coding that not all take,
   * where its origin has forgotten that.
   */
  static void vary(CacheRequest asked, HttpHeaders response) {
    String coding = response.get(HttpHeaderNames.CONTENT_ENCODING, "");
    if (asked.policy().compresses()
        && (coding.equals(BROTLI) || coding.equals(ZSTD))
        && !Variants.names(response).contains("accept-encoding")) {
      response.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    }
  }
}
