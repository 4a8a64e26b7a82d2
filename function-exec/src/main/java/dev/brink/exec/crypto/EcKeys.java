package dev.brink.exec.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;

/** Keys on one of the curves, for ECDSA and ECDH alike: RFC 5480 and RFC 5915. */
final class EcKeys implements KeyFamily {
  private static final byte[] PUBLIC_KEY = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};
  private static final byte[] PROBE = new byte[1];

  private final EcCurve curve;

  private EcKeys(EcCurve curve) {
    this.curve = curve;
  }

  static EcKeys of(String curve) {
    return new EcKeys(EcCurve.of(curve));
  }

  @Override
  public KeyMaterial.Pair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(curve.generation());
      KeyPair pair = generator.generateKeyPair();
      return new KeyMaterial.Pair(
          new KeyMaterial.Public(pair.getPublic()),
          new KeyMaterial.Private(pair.getPrivate(), pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("no such key can be made", e);
    }
  }

  @Override
  public KeyMaterial.Public fromRaw(byte[] bytes) {
    return new KeyMaterial.Public(publicKey(curve.decode(bytes)));
  }

  @Override
  public KeyMaterial.Public fromSpki(byte[] der) {
    Der whole = Der.of(der);
    Der info = whole.enter(Der.SEQUENCE);
    whole.end();
    checkAlgorithm(info.enter(Der.SEQUENCE));
    byte[] point = info.readBits();
    info.end();
    return fromRaw(point);
  }

  @Override
  public KeyMaterial.Private fromPkcs8(byte[] der) {
    Der whole = Der.of(der);
    Der info = whole.enter(Der.SEQUENCE);
    whole.end();
    info.readInteger();
    checkAlgorithm(info.enter(Der.SEQUENCE));
    Der key = Der.of(info.read(Der.OCTET_STRING)).enter(Der.SEQUENCE);
    key.readInteger();
    byte[] secret = key.read(Der.OCTET_STRING);
    if (secret.length != curve.fieldBytes()) {
      throw CryptoException.data("the private key does not fit the curve");
    }
    if (key.next(Der.context(0))) {
      checkCurve(key.enter(Der.context(0)));
    }
    BigInteger d = Unsigned.of(secret);
    if (key.next(Der.context(1))) {
      return privateKey(d, curve.decode(key.enter(Der.context(1)).readBits()));
    }
    return privateKey(d, publicPoint(d));
  }

  private void checkAlgorithm(Der algorithm) {
    if (!Arrays.equals(algorithm.read(Der.OBJECT), PUBLIC_KEY)) {
      throw CryptoException.data("not a key on an elliptic curve");
    }
    checkCurve(algorithm);
  }

  private void checkCurve(Der parameters) {
    if (!Arrays.equals(parameters.read(Der.OBJECT), curve.object())) {
      throw CryptoException.data("namedCurve: the key is not on " + curve.webName());
    }
  }

  @Override
  public KeyMaterial fromJwk(Jwk jwk) {
    int size = curve.fieldBytes();
    ECPoint point =
        curve.point(Unsigned.of(jwk.bytes("x", size)), Unsigned.of(jwk.bytes("y", size)));
    return jwk.has("d")
        ? privateKey(Unsigned.of(jwk.bytes("d", size)), point)
        : new KeyMaterial.Public(publicKey(point));
  }

  @Override
  public byte[] toRaw(KeyMaterial.Public key) {
    return curve.encode(point(key.key()));
  }

  @Override
  public byte[] toSpki(KeyMaterial.Public key) {
    return Der.write(Der.SEQUENCE, algorithm(), Der.writeBits(toRaw(key)));
  }

  @Override
  public byte[] toPkcs8(KeyMaterial.Private key) {
    byte[] point = curve.encode(point(key.publicKey()));
    byte[] inner =
        Der.write(
            Der.SEQUENCE,
            Der.writeInteger(BigInteger.ONE),
            Der.write(Der.OCTET_STRING, secret(key)),
            Der.write(Der.context(1), Der.writeBits(point)));
    return Der.write(
        Der.SEQUENCE,
        Der.writeInteger(BigInteger.ZERO),
        algorithm(),
        Der.write(Der.OCTET_STRING, inner));
  }

  private byte[] algorithm() {
    return Der.write(
        Der.SEQUENCE, Der.write(Der.OBJECT, PUBLIC_KEY), Der.write(Der.OBJECT, curve.object()));
  }

  @Override
  public Jwk toJwk(KeyMaterial key) {
    PublicKey publicKey =
        key instanceof KeyMaterial.Private half ? half.publicKey() : key.publicKey();
    ECPoint point = point(publicKey);
    Jwk jwk =
        new Jwk()
            .with("kty", "EC")
            .with("crv", curve.webName())
            .with("x", Unsigned.bytes(point.getAffineX(), curve.fieldBytes()))
            .with("y", Unsigned.bytes(point.getAffineY(), curve.fieldBytes()));
    return key instanceof KeyMaterial.Private half ? jwk.with("d", secret(half)) : jwk;
  }

  private byte[] secret(KeyMaterial.Private key) {
    return Unsigned.bytes(((ECPrivateKey) key.key()).getS(), curve.fieldBytes());
  }

  private static ECPoint point(PublicKey key) {
    return ((ECPublicKey) key).getW();
  }

  private KeyMaterial.Private privateKey(BigInteger d, ECPoint point) {
    PrivateKey key = privateKey(d);
    PublicKey publicKey = publicKey(point);
    if (!belongTogether(key, publicKey)) {
      throw CryptoException.data("the public key is not that of the private key");
    }
    return new KeyMaterial.Private(key, publicKey);
  }

  private PrivateKey privateKey(BigInteger d) {
    if (d.signum() == 0 || d.compareTo(curve.parameters().getOrder()) >= 0) {
      throw CryptoException.data("the private key is out of range");
    }
    try {
      return KeyFactory.getInstance("EC")
          .generatePrivate(new ECPrivateKeySpec(d, curve.parameters()));
    } catch (GeneralSecurityException e) {
      throw CryptoException.data("not a private key", e);
    }
  }

  private PublicKey publicKey(ECPoint point) {
    try {
      return KeyFactory.getInstance("EC")
          .generatePublic(new ECPublicKeySpec(point, curve.parameters()));
    } catch (GeneralSecurityException e) {
      throw CryptoException.data("not a public key", e);
    }
  }

  /** The JDK multiplies points only inside of ECDH, which leaves the sign of y to be tried. */
  private ECPoint publicPoint(BigInteger d) {
    PrivateKey key = privateKey(d);
    ECPoint generator = curve.parameters().getGenerator();
    BigInteger x = Unsigned.of(Ec.derive(key, publicKey(generator)));
    ECPoint even = curve.pointAt(x, false);
    return belongTogether(key, publicKey(even)) ? even : curve.pointAt(x, true);
  }

  private static boolean belongTogether(PrivateKey key, PublicKey publicKey) {
    return Ec.verify(Hash.SHA_256, publicKey, Ec.sign(Hash.SHA_256, key, PROBE), PROBE);
  }
}
