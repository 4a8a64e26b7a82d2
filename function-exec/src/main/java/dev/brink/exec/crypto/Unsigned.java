package dev.brink.exec.crypto;

import java.math.BigInteger;
import java.util.Arrays;

/** Non-negative integers as big-endian bytes. */
final class Unsigned {
  /** In exactly {@code length} bytes. */
  static byte[] bytes(BigInteger value, int length) {
    byte[] minimal = minimal(value);
    if (minimal.length > length) {
      throw new IllegalArgumentException("value: too large for " + length + " bytes");
    }
    byte[] out = new byte[length];
    System.arraycopy(minimal, 0, out, length - minimal.length, minimal.length);
    return out;
  }

  /** Without leading zeros; zero is one byte. */
  static byte[] minimal(BigInteger value) {
    byte[] signed = value.toByteArray();
    return signed[0] == 0 && signed.length > 1
        ? Arrays.copyOfRange(signed, 1, signed.length)
        : signed;
  }

  static BigInteger of(byte[] bytes) {
    return new BigInteger(1, bytes);
  }

  private Unsigned() {}
}
