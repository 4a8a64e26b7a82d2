package dev.brink.exec.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The modes of AES. */
final class Aes {
  private static final int BLOCK_BYTES = 16;
  private static final int SEMIBLOCK_BYTES = 8;
  private static final int FULL_TAG_BITS = 128;

  static byte[] cbc(boolean encrypt, byte[] key, byte[] iv, byte[] data) {
    if (iv.length != BLOCK_BYTES) {
      throw CryptoException.operation("iv: " + iv.length + " bytes (expected: 16)");
    }
    if (!encrypt && data.length == 0) {
      throw CryptoException.operation("the data is shorter than its padding");
    }
    try {
      Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
      cipher.init(mode(encrypt), aes(key), new IvParameterSpec(iv));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("AES-CBC failed", e);
    }
  }

  /** Both ways the same. Only the counter block's last {@code counterBits} count, and wrap. */
  static byte[] ctr(byte[] key, byte[] counter, int counterBits, byte[] data) {
    if (counter.length != BLOCK_BYTES) {
      throw CryptoException.operation("counter: " + counter.length + " bytes (expected: 16)");
    }
    if (counterBits < 1 || counterBits > 128) {
      throw CryptoException.operation("length: " + counterBits + " (expected: 1 to 128)");
    }
    long blocks = (data.length + BLOCK_BYTES - 1L) / BLOCK_BYTES;
    BigInteger period = BigInteger.ONE.shiftLeft(counterBits);
    if (BigInteger.valueOf(blocks).compareTo(period) > 0) {
      throw CryptoException.operation("the data is longer than the counter counts");
    }
    BigInteger start = new BigInteger(1, counter);
    BigInteger untilWrap = period.subtract(start.mod(period));
    if (BigInteger.valueOf(blocks).compareTo(untilWrap) <= 0) {
      return ctr(key, counter, data, 0, data.length);
    }
    int split = untilWrap.intValueExact() * BLOCK_BYTES;
    byte[] out = Arrays.copyOf(ctr(key, counter, data, 0, split), data.length);
    byte[] wrapped = fixed(start.subtract(start.mod(period)));
    byte[] rest = ctr(key, wrapped, data, split, data.length - split);
    System.arraycopy(rest, 0, out, split, rest.length);
    return out;
  }

  private static byte[] ctr(byte[] key, byte[] counter, byte[] data, int from, int length) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, aes(key), new IvParameterSpec(counter));
      return cipher.doFinal(data, from, length);
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("AES-CTR failed", e);
    }
  }

  private static byte[] fixed(BigInteger counter) {
    return Unsigned.bytes(counter, BLOCK_BYTES);
  }

  /** The cipher text, then the tag. */
  static byte[] gcmEncrypt(byte[] key, byte[] iv, byte[] extra, int tagBits, byte[] data) {
    byte[] full = gcm(Cipher.ENCRYPT_MODE, key, iv, extra, FULL_TAG_BITS, data);
    return Arrays.copyOf(full, full.length - (FULL_TAG_BITS - tagBits) / 8);
  }

  static byte[] gcmDecrypt(byte[] key, byte[] iv, byte[] extra, int tagBits, byte[] data) {
    int tagBytes = tagBits / 8;
    if (data.length < tagBytes) {
      throw CryptoException.operation("the data is shorter than its tag");
    }
    if (tagBits >= 96) {
      return gcm(Cipher.DECRYPT_MODE, key, iv, extra, tagBits, data);
    }
    return gcmDecryptShortTag(key, iv, extra, tagBytes, data);
  }

  /**
   * The JDK knows no tags under 96 bits. A short tag is the start of the full one, and encrypting
   * the cipher text again gives the plain text.
   */
  private static byte[] gcmDecryptShortTag(
      byte[] key, byte[] iv, byte[] extra, int tagBytes, byte[] data) {
    int length = data.length - tagBytes;
    byte[] hidden = Arrays.copyOf(data, length);
    byte[] twice = gcm(Cipher.ENCRYPT_MODE, key, iv, extra, FULL_TAG_BITS, hidden);
    byte[] plain = Arrays.copyOf(twice, length);
    byte[] expected = gcm(Cipher.ENCRYPT_MODE, key, iv, extra, FULL_TAG_BITS, plain);
    byte[] expectedTag = Arrays.copyOfRange(expected, length, length + tagBytes);
    if (!MessageDigest.isEqual(expectedTag, Arrays.copyOfRange(data, length, data.length))) {
      throw CryptoException.operation("the data is not authentic");
    }
    return plain;
  }

  private static byte[] gcm(
      int mode, byte[] key, byte[] iv, byte[] extra, int tagBits, byte[] data) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, aes(key), new GCMParameterSpec(tagBits, iv));
      cipher.updateAAD(extra);
      return cipher.doFinal(data);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw CryptoException.operation("AES-GCM failed", e);
    }
  }

  /** AES key wrap: RFC 3394. */
  static byte[] wrap(byte[] key, byte[] data) {
    return kw(Cipher.ENCRYPT_MODE, key, data);
  }

  static byte[] unwrap(byte[] key, byte[] data) {
    if (data.length < 3 * SEMIBLOCK_BYTES) {
      throw CryptoException.operation("the wrapped key is too short");
    }
    return kw(Cipher.DECRYPT_MODE, key, data);
  }

  private static byte[] kw(int mode, byte[] key, byte[] data) {
    try {
      Cipher cipher = Cipher.getInstance("AES/KW/NoPadding");
      cipher.init(mode, aes(key));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("AES-KW failed", e);
    }
  }

  private static int mode(boolean encrypt) {
    return encrypt ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE;
  }

  private static SecretKeySpec aes(byte[] key) {
    return new SecretKeySpec(key, "AES");
  }

  private Aes() {}
}
