package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.SecureRandom;

/** Makes request ids: a prefix, then a counter in base 32. Used by one thread. */
public final class RequestIds {
  static final int MAX_LENGTH = 64;

  private static final int DIGITS = 8;
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

  private final byte[] id;
  private long made;

  RequestIds(String prefix) {
    id = (prefix + "0".repeat(DIGITS)).getBytes(ISO_8859_1);
  }

  /** Characters that no other server start has, on this node or another. */
  public static String startMark() {
    byte[] text = new byte[DIGITS];
    write(new SecureRandom().nextLong(), text);
    return new String(text, ISO_8859_1);
  }

  String next() {
    write(made++, id);
    return new String(id, ISO_8859_1);
  }

  /** The lowest 40 bits, into the last eight characters. */
  private static void write(long number, byte[] to) {
    long rest = number;
    for (int i = to.length - 1; i >= to.length - DIGITS; i--) {
      to[i] = (byte) ALPHABET.charAt((int) (rest & 31));
      rest >>>= 5;
    }
  }
}
