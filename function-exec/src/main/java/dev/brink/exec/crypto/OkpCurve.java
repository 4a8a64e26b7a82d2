package dev.brink.exec.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The curves of RFC 7748 and RFC 8032. */
enum OkpCurve {
  ED25519("Ed25519", 0x70, 32, 0),
  X25519("X25519", 0x6e, 32, 9),
  ED448("Ed448", 0x71, 57, 0),
  X448("X448", 0x6f, 56, 5);

  /** The {@code y} of edwards25519's points of order 8, besides which there are 0, 1 and -1. */
  private static final List<BigInteger> ORDER_EIGHT =
      List.of(
          new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16),
          new BigInteger("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16));

  private final String curveName;
  private final int object;
  private final int bytes;
  private final int base;

  OkpCurve(String curveName, int object, int bytes, int base) {
    this.curveName = curveName;
    this.object = object;
    this.bytes = bytes;
    this.base = base;
  }

  static OkpCurve of(String name) {
    for (OkpCurve curve : values()) {
      if (curve.curveName.equals(name)) {
        return curve;
      }
    }
    throw CryptoException.notSupported("curve: " + name);
  }

  String curveName() {
    return curveName;
  }

  /** Of its keys, public and private alike. */
  int bytes() {
    return bytes;
  }

  /** Content of its object identifier: RFC 8410. */
  byte[] object() {
    return new byte[] {0x2b, 0x65, (byte) object};
  }

  /** The {@code u} that agreeing with gives one's own public key; empty for a signing curve. */
  byte @Nullable [] base() {
    if (base == 0) {
      return null;
    }
    byte[] point = new byte[bytes];
    point[0] = (byte) base;
    return point;
  }

  /** Whether a signing curve's point, as bytes, is of an order no larger than the cofactor. */
  boolean isSmallOrder(byte[] point) {
    byte[] bigEndian = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      bigEndian[i] = point[bytes - 1 - i];
    }
    bigEndian[0] = (byte) (bigEndian[0] & 0x7f);
    BigInteger p = prime();
    BigInteger y = Unsigned.of(bigEndian).mod(p);
    return y.signum() == 0
        || y.equals(BigInteger.ONE)
        || y.equals(p.subtract(BigInteger.ONE))
        || (this == ED25519 && ORDER_EIGHT.contains(y));
  }

  private BigInteger prime() {
    return bytes == 32
        ? BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19))
        : BigInteger.TWO.pow(448).subtract(BigInteger.TWO.pow(224)).subtract(BigInteger.ONE);
  }

  /** The key at the end of either encoding. */
  byte[] tail(byte[] der) {
    return Arrays.copyOfRange(der, der.length - bytes, der.length);
  }

  /** A signing curve's public key, which the JDK computes only for keys that it generates. */
  byte[] publicOf(byte[] secret) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(curveName);
      generator.initialize(bytes == 32 ? 255 : 448, new Known(secret));
      return tail(generator.generateKeyPair().getPublic().getEncoded());
    } catch (GeneralSecurityException e) {
      throw CryptoException.data("not a private key", e);
    }
  }

  /** Random bytes that are known beforehand. */
  private static final class Known extends SecureRandom {
    Known(byte[] bytes) {
      super(new Source(bytes), null);
    }
  }

  private static final class Source extends SecureRandomSpi {
    private final byte[] source;

    Source(byte[] source) {
      this.source = source;
    }

    @Override
    protected void engineSetSeed(byte[] seed) {}

    @Override
    protected void engineNextBytes(byte[] bytes) {
      if (bytes.length != source.length) {
        throw new IllegalStateException("the provider asked for " + bytes.length + " bytes");
      }
      System.arraycopy(source, 0, bytes, 0, bytes.length);
    }

    @Override
    protected byte[] engineGenerateSeed(int length) {
      return new byte[length];
    }
  }
}
