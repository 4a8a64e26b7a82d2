package dev.brink.exec.web;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Web Cryptography's operations, by the JDK's providers. Hashes are named as there: SHA-256. */
public final class WebCrypto {
  public static byte[] digest(String hash, byte[] data) {
    try {
      return MessageDigest.getInstance(hash).digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("hash: " + hash, e);
    }
  }

  public static byte[] hmac(String hash, byte[] key, byte[] data) {
    String name = "Hmac" + hash.replace("-", "");
    try {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(key, name));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("hash: " + hash, e);
    }
  }

  private WebCrypto() {}
}
