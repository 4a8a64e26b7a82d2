package dev.brink.exec.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;

/** RSA keys: RFC 8017. */
final class RsaKeys implements KeyFamily {
  static final int MIN_GENERATED_BITS = 1_024;
  static final int MAX_GENERATED_BITS = 4_096;
  private static final int MAX_BITS = 8_192;
  private static final byte[] ENCRYPTION = {
    0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01
  };

  private final int bits;
  private final BigInteger exponent;

  private RsaKeys(int bits, BigInteger exponent) {
    this.bits = bits;
    this.exponent = exponent;
  }

  /** For keys that exist. */
  static RsaKeys existing() {
    return new RsaKeys(0, BigInteger.ZERO);
  }

  static RsaKeys of(int bits, byte[] exponent) {
    return new RsaKeys(bits, Unsigned.of(exponent));
  }

  static int bits(PublicKey key) {
    return key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 0;
  }

  static byte[] exponent(PublicKey key) {
    return key instanceof RSAPublicKey rsa
        ? Unsigned.minimal(rsa.getPublicExponent())
        : new byte[0];
  }

  @Override
  public KeyMaterial.Pair generate() {
    if (bits < MIN_GENERATED_BITS || bits > MAX_GENERATED_BITS) {
      throw CryptoException.operation("modulusLength: " + bits + " (expected: 1024 to 4096)");
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(new RSAKeyGenParameterSpec(bits, exponent));
      KeyPair pair = generator.generateKeyPair();
      return new KeyMaterial.Pair(
          new KeyMaterial.Public(pair.getPublic()),
          new KeyMaterial.Private(pair.getPrivate(), pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("no such RSA key can be made", e);
    }
  }

  @Override
  public KeyMaterial.Public fromRaw(byte[] bytes) {
    throw CryptoException.notSupported("format: raw");
  }

  @Override
  public KeyMaterial.Public fromSpki(byte[] der) {
    Der whole = Der.of(der);
    Der info = whole.enter(Der.SEQUENCE);
    whole.end();
    checkAlgorithm(info.enter(Der.SEQUENCE));
    byte[] bits = info.readBits();
    info.end();
    Der key = Der.of(bits).enter(Der.SEQUENCE);
    BigInteger modulus = part(key);
    BigInteger publicExponent = part(key);
    key.end();
    return new KeyMaterial.Public(publicKey(modulus, publicExponent));
  }

  @Override
  public KeyMaterial.Private fromPkcs8(byte[] der) {
    Der whole = Der.of(der);
    Der info = whole.enter(Der.SEQUENCE);
    whole.end();
    info.readInteger();
    checkAlgorithm(info.enter(Der.SEQUENCE));
    Der key = Der.of(info.read(Der.OCTET_STRING)).enter(Der.SEQUENCE);
    BigInteger version = key.readInteger();
    if (version.signum() != 0) {
      throw CryptoException.data("RSA keys of more than two primes are not supported");
    }
    BigInteger modulus = part(key);
    BigInteger publicExponent = part(key);
    var parts =
        new RSAPrivateCrtKeySpec(
            modulus,
            publicExponent,
            part(key),
            part(key),
            part(key),
            part(key),
            part(key),
            part(key));
    key.end();
    return privateKey(parts);
  }

  private static BigInteger part(Der key) {
    return checked(key.readInteger());
  }

  private static BigInteger part(Jwk jwk, String name) {
    return checked(jwk.integer(name));
  }

  /** Before anything is computed with it: what is larger than any modulus would take for ever. */
  private static BigInteger checked(BigInteger part) {
    if (part.signum() < 0 || part.bitLength() > MAX_BITS) {
      throw CryptoException.data("the key: " + part.bitLength() + " bits (expected: up to 8192)");
    }
    return part;
  }

  private static void checkAlgorithm(Der algorithm) {
    if (!Arrays.equals(algorithm.read(Der.OBJECT), ENCRYPTION)) {
      throw CryptoException.data("not an RSA key");
    }
  }

  @Override
  public KeyMaterial fromJwk(Jwk jwk) {
    BigInteger modulus = part(jwk, "n");
    BigInteger publicExponent = part(jwk, "e");
    if (!jwk.has("d")) {
      return new KeyMaterial.Public(publicKey(modulus, publicExponent));
    }
    return privateKey(
        new RSAPrivateCrtKeySpec(
            modulus,
            publicExponent,
            part(jwk, "d"),
            part(jwk, "p"),
            part(jwk, "q"),
            part(jwk, "dp"),
            part(jwk, "dq"),
            part(jwk, "qi")));
  }

  private static PublicKey publicKey(BigInteger modulus, BigInteger exponent) {
    try {
      return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    } catch (GeneralSecurityException e) {
      throw CryptoException.data("not an RSA public key", e);
    }
  }

  private static KeyMaterial.Private privateKey(RSAPrivateCrtKeySpec parts) {
    PublicKey publicKey = publicKey(parts.getModulus(), parts.getPublicExponent());
    if (!parts.getPrimeP().multiply(parts.getPrimeQ()).equals(parts.getModulus())) {
      throw CryptoException.data("the primes are not those of the modulus");
    }
    try {
      PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(parts);
      return new KeyMaterial.Private(key, publicKey);
    } catch (GeneralSecurityException e) {
      throw CryptoException.data("not an RSA private key", e);
    }
  }

  @Override
  public byte[] toRaw(KeyMaterial.Public key) {
    throw CryptoException.notSupported("format: raw");
  }

  @Override
  public byte[] toSpki(KeyMaterial.Public key) {
    return key.key().getEncoded();
  }

  @Override
  public byte[] toPkcs8(KeyMaterial.Private key) {
    return key.key().getEncoded();
  }

  @Override
  public Jwk toJwk(KeyMaterial key) {
    if (!(key instanceof KeyMaterial.Private half)) {
      return publicJwk(key.publicKey());
    }
    var parts = (RSAPrivateCrtKey) half.key();
    return publicJwk(half.publicKey())
        .with("d", parts.getPrivateExponent())
        .with("p", parts.getPrimeP())
        .with("q", parts.getPrimeQ())
        .with("dp", parts.getPrimeExponentP())
        .with("dq", parts.getPrimeExponentQ())
        .with("qi", parts.getCrtCoefficient());
  }

  private static Jwk publicJwk(PublicKey key) {
    var parts = (RSAPublicKey) key;
    return new Jwk()
        .with("kty", "RSA")
        .with("n", parts.getModulus())
        .with("e", parts.getPublicExponent());
  }
}
