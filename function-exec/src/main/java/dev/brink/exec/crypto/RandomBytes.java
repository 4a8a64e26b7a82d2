package dev.brink.exec.crypto;

import java.security.SecureRandom;

/** Random bytes that cannot be guessed. */
public final class RandomBytes {
  private static final SecureRandom RANDOM = new SecureRandom();

  public static byte[] of(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  static KeyMaterial secret(int length) {
    return new KeyMaterial.Secret(of(length));
  }

  private RandomBytes() {}
}
