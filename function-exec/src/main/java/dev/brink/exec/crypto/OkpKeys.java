package dev.brink.exec.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/** Keys of Ed25519, X25519 and their larger kin: RFC 8410 and RFC 8037. */
final class OkpKeys implements KeyFamily {
  private final OkpCurve curve;

  private OkpKeys(OkpCurve curve) {
    this.curve = curve;
  }

  static OkpKeys of(String curve) {
    return new OkpKeys(OkpCurve.of(curve));
  }

  @Override
  public KeyMaterial.Pair generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(curve.curveName()).generateKeyPair();
      return new KeyMaterial.Pair(
          new KeyMaterial.Public(pair.getPublic()),
          new KeyMaterial.Private(pair.getPrivate(), pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("no such key can be made", e);
    }
  }

  @Override
  public KeyMaterial.Public fromRaw(byte[] bytes) {
    return new KeyMaterial.Public(publicKey(bytes));
  }

  @Override
  public KeyMaterial.Public fromSpki(byte[] der) {
    Der whole = Der.of(der);
    Der info = whole.enter(Der.SEQUENCE);
    whole.end();
    checkAlgorithm(info.enter(Der.SEQUENCE));
    byte[] key = info.readBits();
    info.end();
    return fromRaw(key);
  }

  @Override
  public KeyMaterial.Private fromPkcs8(byte[] der) {
    Der whole = Der.of(der);
    Der info = whole.enter(Der.SEQUENCE);
    whole.end();
    info.readInteger();
    checkAlgorithm(info.enter(Der.SEQUENCE));
    Der inner = Der.of(info.read(Der.OCTET_STRING));
    byte[] secret = inner.read(Der.OCTET_STRING);
    inner.end();
    return privateKey(secret);
  }

  private void checkAlgorithm(Der algorithm) {
    if (!Arrays.equals(algorithm.read(Der.OBJECT), curve.object())) {
      throw CryptoException.data("not a key of " + curve.curveName());
    }
    algorithm.end();
  }

  @Override
  public KeyMaterial fromJwk(Jwk jwk) {
    byte[] point = jwk.bytes("x", curve.bytes());
    if (!jwk.has("d")) {
      return fromRaw(point);
    }
    KeyMaterial.Private key = privateKey(jwk.bytes("d", curve.bytes()));
    if (!Arrays.equals(curve.tail(key.publicKey().getEncoded()), point)) {
      throw CryptoException.data("x: not the public key of d");
    }
    return key;
  }

  @Override
  public byte[] toRaw(KeyMaterial.Public key) {
    return curve.tail(key.key().getEncoded());
  }

  @Override
  public byte[] toSpki(KeyMaterial.Public key) {
    return spki(toRaw(key));
  }

  @Override
  public byte[] toPkcs8(KeyMaterial.Private key) {
    return pkcs8(curve.tail(key.key().getEncoded()));
  }

  @Override
  public Jwk toJwk(KeyMaterial key) {
    Jwk jwk = new Jwk().with("kty", "OKP").with("crv", curve.curveName());
    if (key instanceof KeyMaterial.Private half) {
      return jwk.with("x", curve.tail(half.publicKey().getEncoded()))
          .with("d", curve.tail(half.key().getEncoded()));
    }
    return jwk.with("x", curve.tail(key.publicKey().getEncoded()));
  }

  private KeyMaterial.Private privateKey(byte[] secret) {
    checkLength(secret);
    try {
      KeyFactory factory = KeyFactory.getInstance(curve.curveName());
      PrivateKey key = factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8(secret)));
      byte[] base = curve.base();
      byte[] point =
          base == null ? curve.publicOf(secret) : Ec.agree(curve.curveName(), key, publicKey(base));
      return new KeyMaterial.Private(key, publicKey(point));
    } catch (GeneralSecurityException e) {
      throw CryptoException.data("not a private key", e);
    }
  }

  private PublicKey publicKey(byte[] point) {
    checkLength(point);
    try {
      KeyFactory factory = KeyFactory.getInstance(curve.curveName());
      return factory.generatePublic(new X509EncodedKeySpec(spki(point)));
    } catch (GeneralSecurityException e) {
      throw CryptoException.data("not a public key", e);
    }
  }

  private void checkLength(byte[] key) {
    if (key.length != curve.bytes()) {
      throw CryptoException.data(
          "the key: " + key.length + " bytes (expected: " + curve.bytes() + ")");
    }
  }

  private byte[] spki(byte[] point) {
    return Der.write(Der.SEQUENCE, algorithm(), Der.writeBits(point));
  }

  private byte[] pkcs8(byte[] secret) {
    return Der.write(
        Der.SEQUENCE,
        Der.writeInteger(BigInteger.ZERO),
        algorithm(),
        Der.write(Der.OCTET_STRING, Der.write(Der.OCTET_STRING, secret)));
  }

  private byte[] algorithm() {
    return Der.write(Der.SEQUENCE, Der.write(Der.OBJECT, curve.object()));
  }
}
