package dev.brink.exec.crypto;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A hash, or a keyed one (HMAC), whose input comes in parts. It goes by the names that OpenSSL has
 * for it, in upper or lower case: {@code md5}, {@code sha1}, {@code sha256}, {@code sha384} and
 * {@code sha512}. Not thread-safe.
 */
public final class RunningHash {
  private static final Map<String, String> DIGESTS =
      Map.of(
          "md5", "MD5",
          "sha1", "SHA-1",
          "sha256", "SHA-256",
          "sha384", "SHA-384",
          "sha512", "SHA-512");

  /** What HMAC makes of an empty key, which the JDK does not take. */
  private static final byte[] EMPTY_KEY = new byte[1];

  private final @Nullable MessageDigest digest;
  private final @Nullable Mac mac;

  private RunningHash(@Nullable MessageDigest digest, @Nullable Mac mac) {
    this.digest = digest;
    this.mac = mac;
  }

  /** The hash of that name; {@code null} when there is none. */
  public static @Nullable RunningHash of(String name) {
    String standard = standard(name);
    try {
      return standard == null ? null : new RunningHash(MessageDigest.getInstance(standard), null);
    } catch (NoSuchAlgorithmException e) {
      return null;
    }
  }

  /** The keyed hash made of the one of that name; {@code null} when there is none. */
  public static @Nullable RunningHash keyed(String name, byte[] key) {
    String standard = standard(name);
    if (standard == null) {
      return null;
    }
    try {
      Mac mac = Mac.getInstance("Hmac" + standard.replace("-", ""));
      mac.init(new SecretKeySpec(key.length == 0 ? EMPTY_KEY : key, "RAW"));
      return new RunningHash(null, mac);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      return null;
    }
  }

  private static @Nullable String standard(String name) {
    String plain = name.toLowerCase(Locale.ROOT);
    return DIGESTS.get(plain.startsWith("sha-") ? "sha" + plain.substring(4) : plain);
  }

  /** Adds to the input. */
  public void update(byte[] bytes) {
    if (digest != null) {
      digest.update(bytes);
    } else if (mac != null) {
      mac.update(bytes);
    }
  }

  /** The hash of the input, which is empty again afterwards. */
  public byte[] digest() {
    return digest != null ? digest.digest() : mac != null ? mac.doFinal() : new byte[0];
  }

  /** Another one with the same input so far. */
  public RunningHash copy() {
    try {
      return new RunningHash(
          digest == null ? null : (MessageDigest) digest.clone(),
          mac == null ? null : (Mac) mac.clone());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's own hashes can be copied", e);
    }
  }
}
