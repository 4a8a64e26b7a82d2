package dev.brink.exec.crypto;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdDSAParameterSpec;
import java.util.Arrays;

/** Signatures of Ed25519 and Ed448: RFC 8032. */
final class EdDsa {
  static byte[] sign(String curve, byte[] context, PrivateKey key, byte[] data) {
    return Signing.sign(signature(curve, context), key, data);
  }

  /** {@code false}, too, when the key or the signature's point is of small order. */
  static boolean verify(
      String curve, byte[] context, PublicKey key, byte[] signature, byte[] data) {
    OkpCurve on = OkpCurve.of(curve);
    byte[] point = on.tail(key.getEncoded());
    return !on.isSmallOrder(point)
        && signature.length == 2 * on.bytes()
        && !on.isSmallOrder(Arrays.copyOf(signature, on.bytes()))
        && Signing.verify(signature(curve, context), key, signature, data);
  }

  private static Signature signature(String curve, byte[] context) {
    if (context.length > 255) {
      throw CryptoException.operation("context: more than 255 bytes");
    }
    try {
      Signature signature = Signature.getInstance(curve);
      if (context.length > 0) {
        signature.setParameter(new EdDSAParameterSpec(false, context));
      }
      return signature;
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation(curve + " is not possible", e);
    }
  }

  private EdDsa() {}
}
