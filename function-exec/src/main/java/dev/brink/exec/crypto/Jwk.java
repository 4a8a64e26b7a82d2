package dev.brink.exec.crypto;

import java.math.BigInteger;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a JSON Web Key (RFC 7517) that hold key material. */
final class Jwk {
  private final Map<String, String> members = new LinkedHashMap<>();

  /** The key as {@code name\nvalue\n…}. */
  String lines() {
    var text = new StringBuilder();
    members.forEach((name, value) -> text.append(name).append('\n').append(value).append('\n'));
    return text.toString();
  }

  static Jwk ofLines(String lines) {
    var jwk = new Jwk();
    String[] parts = lines.split("\n", -1);
    for (int i = 0; i + 1 < parts.length; i += 2) {
      jwk.members.put(parts[i], parts[i + 1]);
    }
    return jwk;
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  byte[] bytes(String name) {
    String value = required(name);
    if (value.endsWith("=")) {
      throw notBase64(name);
    }
    try {
      return Base64.getUrlDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      throw notBase64(name);
    }
  }

  BigInteger integer(String name) {
    return Unsigned.of(bytes(name));
  }

  /** Exactly {@code length} bytes. */
  byte[] bytes(String name, int length) {
    byte[] value = bytes(name);
    if (value.length != length) {
      throw CryptoException.data(name + ": " + value.length + " bytes (expected: " + length + ")");
    }
    return value;
  }

  Jwk with(String name, String value) {
    members.put(name, value);
    return this;
  }

  Jwk with(String name, byte[] value) {
    return with(name, Base64.getUrlEncoder().withoutPadding().encodeToString(value));
  }

  Jwk with(String name, BigInteger value) {
    return with(name, Unsigned.minimal(value));
  }

  private String required(String name) {
    @Nullable String value = members.get(name);
    if (value == null) {
      throw CryptoException.data(name + ": missing");
    }
    return value;
  }

  private static CryptoException notBase64(String name) {
    return CryptoException.data(name + ": not base64url");
  }
}
