package dev.brink.exec.crypto;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.Arrays;
import java.util.HexFormat;

/** The curves of FIPS 186 that Web Cryptography names, and their points as bytes (SEC 1). */
enum EcCurve {
  P_256("P-256", "secp256r1", 32, "2a8648ce3d030107"),
  P_384("P-384", "secp384r1", 48, "2b81040022"),
  P_521("P-521", "secp521r1", 66, "2b81040023");

  private final String webName;
  private final String jdkName;
  private final int fieldBytes;
  private final String object;

  EcCurve(String webName, String jdkName, int fieldBytes, String object) {
    this.webName = webName;
    this.jdkName = jdkName;
    this.fieldBytes = fieldBytes;
    this.object = object;
  }

  static EcCurve of(String name) {
    for (EcCurve curve : values()) {
      if (curve.webName.equals(name)) {
        return curve;
      }
    }
    throw CryptoException.notSupported("namedCurve: " + name);
  }

  String webName() {
    return webName;
  }

  int fieldBytes() {
    return fieldBytes;
  }

  /** Content of its object identifier. */
  byte[] object() {
    return HexFormat.of().parseHex(object);
  }

  ECGenParameterSpec generation() {
    return new ECGenParameterSpec(jdkName);
  }

  ECParameterSpec parameters() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(generation());
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw CryptoException.notSupported("namedCurve: " + webName);
    }
  }

  byte[] encode(ECPoint point) {
    int size = fieldBytes;
    ByteBuffer out = ByteBuffer.allocate(1 + 2 * size).put((byte) 4);
    out.put(Unsigned.bytes(point.getAffineX(), size)).put(Unsigned.bytes(point.getAffineY(), size));
    return out.array();
  }

  /** A point, uncompressed or compressed, that is on the curve. */
  ECPoint decode(byte[] bytes) {
    int form = bytes.length == 0 ? -1 : bytes[0];
    if (form == 4 && bytes.length == 1 + 2 * fieldBytes) {
      byte[] x = Arrays.copyOfRange(bytes, 1, 1 + fieldBytes);
      byte[] y = Arrays.copyOfRange(bytes, 1 + fieldBytes, bytes.length);
      return point(Unsigned.of(x), Unsigned.of(y));
    }
    if ((form == 2 || form == 3) && bytes.length == 1 + fieldBytes) {
      byte[] x = Arrays.copyOfRange(bytes, 1, bytes.length);
      return pointAt(Unsigned.of(x), form == 3);
    }
    throw notOnCurve();
  }

  ECPoint point(BigInteger x, BigInteger y) {
    BigInteger p = prime();
    if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.pow(2).mod(p).equals(rightSide(x))) {
      throw notOnCurve();
    }
    return new ECPoint(x, y);
  }

  /** The point at {@code x}; all three primes are 3 modulo 4, so a root is one power away. */
  ECPoint pointAt(BigInteger x, boolean odd) {
    BigInteger p = prime();
    if (x.compareTo(p) >= 0) {
      throw notOnCurve();
    }
    BigInteger y = rightSide(x).modPow(p.add(BigInteger.ONE).shiftRight(2), p);
    return point(x, y.testBit(0) == odd ? y : p.subtract(y));
  }

  private BigInteger rightSide(BigInteger x) {
    EllipticCurve curve = parameters().getCurve();
    return x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(prime());
  }

  private BigInteger prime() {
    return ((ECFieldFp) parameters().getCurve().getField()).getP();
  }

  private static CryptoException notOnCurve() {
    return CryptoException.data("not a point of the curve");
  }
}
