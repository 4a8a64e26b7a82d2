package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The names that most requests use, made once, so that reading one makes no string. */
final class Http1HeaderNames {
  private static final int SLOTS = 256;
  private static final @Nullable AsciiString[] NAMES = new @Nullable AsciiString[SLOTS];

  static {
    String common =
        """
        accept accept-charset accept-encoding accept-language access-control-request-headers \
        access-control-request-method authorization brink-explain brink-request-id cache-control \
        connection content-encoding content-length content-type cookie date dnt expect forwarded \
        from host if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive \
        origin pragma priority range referer sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform \
        sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user sec-websocket-extensions \
        sec-websocket-key sec-websocket-protocol sec-websocket-version te traceparent tracestate \
        trailer transfer-encoding upgrade upgrade-insecure-requests user-agent via \
        x-forwarded-for x-forwarded-host x-forwarded-proto x-real-ip x-request-id\
        """;
    for (String name : common.split(" ", -1)) {
      AsciiString known = AsciiString.cached(name);
      int hash = 0;
      for (byte b : known.array()) {
        hash = hash(hash, b);
      }
      int slot = hash & SLOTS - 1;
      while (NAMES[slot] != null) {
        slot = slot + 1 & SLOTS - 1;
      }
      NAMES[slot] = known;
    }
  }

  private Http1HeaderNames() {}

  /** Takes one more byte, in either case, into a name's hash. */
  static int hash(int hash, byte b) {
    return hash * 31 + (b | 0x20);
  }

  /** The name in these bytes, in lower case, or {@code null} for one that is not known. */
  static @Nullable AsciiString find(byte[] bytes, int from, int to, int hash) {
    for (int slot = hash & SLOTS - 1; ; slot = slot + 1 & SLOTS - 1) {
      AsciiString known = NAMES[slot];
      if (known == null) {
        return null;
      }
      if (same(known, bytes, from, to)) {
        return known;
      }
    }
  }

  /** The one instance of a name that {@link #find} returns. */
  static AsciiString known(String name) {
    byte[] bytes = name.getBytes(US_ASCII);
    int hash = 0;
    for (byte b : bytes) {
      hash = hash(hash, b);
    }
    return Objects.requireNonNull(find(bytes, 0, bytes.length, hash), name);
  }

  private static boolean same(AsciiString known, byte[] bytes, int from, int to) {
    if (known.length() != to - from) {
      return false;
    }
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      byte lower = b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
      if (lower != known.byteAt(i - from)) {
        return false;
      }
    }
    return true;
  }
}
