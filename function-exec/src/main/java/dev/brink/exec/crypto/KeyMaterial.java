package dev.brink.exec.crypto;

import java.security.PrivateKey;
import java.security.PublicKey;

/**
 * What a {@code CryptoKey} holds. It stays with the host: a function has a reference to it that
 * shows nothing.
 */
public sealed interface KeyMaterial {
  /** A secret key's bytes. */
  final class Secret implements KeyMaterial {
    private final byte[] bytes;

    Secret(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /** The public half of a pair. */
  record Public(PublicKey key) implements KeyMaterial {}

  /** The private half, which knows its public one. */
  record Private(PrivateKey key, PublicKey publicKey) implements KeyMaterial {
    /** Hides what the JDK would print. */
    @Override
    public String toString() {
      return "Private";
    }
  }

  /** A new pair. */
  record Pair(Public publicKey, Private privateKey) {}

  /** Of a secret, or of an RSA key's modulus; 0 for others. */
  default int bits() {
    return switch (this) {
      case Secret secret -> secret.bytes().length * 8;
      case Public half -> RsaKeys.bits(half.key());
      case Private half -> RsaKeys.bits(half.publicKey());
    };
  }

  /** Of an RSA key, big-endian; empty for others. */
  default byte[] publicExponent() {
    return switch (this) {
      case Secret _ -> new byte[0];
      case Public half -> RsaKeys.exponent(half.key());
      case Private half -> RsaKeys.exponent(half.publicKey());
    };
  }

  default byte[] secret() {
    if (this instanceof Secret secret) {
      return secret.bytes();
    }
    throw CryptoException.invalidAccess("not a secret key");
  }

  default PublicKey publicKey() {
    if (this instanceof Public half) {
      return half.key();
    }
    throw CryptoException.invalidAccess("not a public key");
  }

  default Private privateHalf() {
    if (this instanceof Private half) {
      return half;
    }
    throw CryptoException.invalidAccess("not a private key");
  }
}
