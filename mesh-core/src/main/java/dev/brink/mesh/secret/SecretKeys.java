package dev.brink.mesh.secret;

import com.google.protobuf.ByteString;
import dev.brink.mesh.proto.SealedSecret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The operators' keys, with which secrets are sealed wherever they are stored: AES-256-GCM (NIST SP
 * 800-38D) with a random nonce, and with the secret's tenant, function and name as associated data,
 * so that a sealed value put in another's place does not open. The first key seals, each opens what
 * it has sealed. Thread-safe.
 */
public final class SecretKeys {
  /** Bytes of a key. */
  static final int KEY_BYTES = 32;

  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int ID_BYTES = 6;
  private static final byte[] DOMAIN = "brink secret 1 ".getBytes(StandardCharsets.US_ASCII);

  /** By id, in the order given. */
  private final Map<String, SecretKey> keys = new LinkedHashMap<>();

  private final SecureRandom random = new SecureRandom();
  private final @Nullable String first;

  private SecretKeys(List<byte[]> raw) {
    for (byte[] bytes : raw) {
      if (bytes.length != KEY_BYTES) {
        throw new IllegalArgumentException(
            "key: " + bytes.length + " bytes (expected: " + KEY_BYTES + ")");
      }
      keys.put(id(bytes), new SecretKeySpec(bytes, "AES"));
    }
    first = keys.isEmpty() ? null : keys.keySet().iterator().next();
  }

  /** Of a node that has none: it can seal and open nothing. */
  public static SecretKeys none() {
    return new SecretKeys(List.of());
  }

  /** Keys of 32 bytes each, the one that seals first. */
  public static SecretKeys of(List<byte[]> raw) {
    return new SecretKeys(raw);
  }

  /** A name for a key that does not help to find it. */
  private static String id(byte[] key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update("brink secret key ".getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(key), ID_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether there is a key to seal with. */
  public boolean canSeal() {
    return first != null;
  }

  /** Whether a value is sealed with the first key, which seals what is written now. */
  public boolean isCurrent(SealedSecret secret) {
    return secret.getKey().equals(first);
  }

  /**
   * Seals a value.
   *
   * @throws IllegalStateException when there is no key
   */
  public SealedSecret seal(SecretId id, String value, long updatedMillis) {
    String with = first;
    if (with == null) {
      throw new IllegalStateException("keys: none (expected: at least one)");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, keys.get(with), nonce, id);
      byte[] sealed = cipher.doFinal(value.getBytes(StandardCharsets.UTF_8));
      return SealedSecret.newBuilder()
          .setKey(with)
          .setNonce(ByteString.copyFrom(nonce))
          .setSealed(ByteString.copyFrom(sealed))
          .setUpdatedMs(updatedMillis)
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + CIPHER, e);
    }
  }

  /**
   * Opens a value.
   *
   * @throws UnreadableSecretException when it is sealed with a key that is not here, or is not what
   *     was sealed for this secret
   */
  public String open(SecretId id, SealedSecret secret) {
    SecretKey key = keys.get(secret.getKey());
    if (key == null) {
      throw UnreadableSecretException.of(
          id, "sealed with the key " + secret.getKey() + " (expected: " + known() + ")");
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, secret.getNonce().toByteArray(), id);
      return new String(cipher.doFinal(secret.getSealed().toByteArray()), StandardCharsets.UTF_8);
    } catch (AEADBadTagException _) {
      throw UnreadableSecretException.of(
          id, "altered, or put in another's place (expected: what was sealed for it)");
    } catch (GeneralSecurityException e) {
      throw UnreadableSecretException.of(id, "not a sealed value: " + e.getMessage());
    }
  }

  private String known() {
    return keys.isEmpty()
        ? "a key; this node has no secrets.key-file"
        : "one of this node's secrets.key-file: " + String.join(", ", keys.keySet());
  }

  private static Cipher cipher(int mode, @Nullable SecretKey key, byte[] nonce, SecretId id)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(DOMAIN);
    cipher.updateAAD(id.key().getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
