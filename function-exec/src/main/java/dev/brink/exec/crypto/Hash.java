package dev.brink.exec.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The hash functions, and the keyed ones made of them. */
enum Hash {
  SHA_1("SHA-1", "SHA1", 20),
  SHA_256("SHA-256", "SHA256", 32),
  SHA_384("SHA-384", "SHA384", 48),
  SHA_512("SHA-512", "SHA512", 64);

  /** What HMAC makes of an empty key, which the JDK does not take. */
  private static final byte[] EMPTY_KEY = new byte[1];

  private final String standardName;
  private final String compactName;
  private final int bytes;

  Hash(String standardName, String compactName, int bytes) {
    this.standardName = standardName;
    this.compactName = compactName;
    this.bytes = bytes;
  }

  /** The hash called {@code SHA-256}, and so on. */
  static Hash of(String name) {
    for (Hash hash : values()) {
      if (hash.standardName.equals(name)) {
        return hash;
      }
    }
    throw CryptoException.notSupported("hash: " + name);
  }

  /** As in {@code SHA-256}. */
  String standardName() {
    return standardName;
  }

  /** As in {@code SHA256withRSA}. */
  String compactName() {
    return compactName;
  }

  /** Of its output. */
  int bytes() {
    return bytes;
  }

  byte[] digest(byte[] data) {
    try {
      return MessageDigest.getInstance(standardName).digest(data);
    } catch (NoSuchAlgorithmException e) {
      throw CryptoException.notSupported("hash: " + standardName);
    }
  }

  byte[] hmac(byte[] key, byte[] data) {
    return mac(key).doFinal(data);
  }

  boolean verifyHmac(byte[] key, byte[] signature, byte[] data) {
    return MessageDigest.isEqual(hmac(key, data), signature);
  }

  Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("Hmac" + compactName);
      mac.init(new SecretKeySpec(key.length == 0 ? EMPTY_KEY : key, "RAW"));
      return mac;
    } catch (NoSuchAlgorithmException | java.security.InvalidKeyException e) {
      throw CryptoException.operation("HMAC is not possible", e);
    }
  }
}
