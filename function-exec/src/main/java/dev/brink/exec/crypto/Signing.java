package dev.brink.exec.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;

/** What all kinds of signatures have in common. */
final class Signing {
  static byte[] sign(Signature signature, PrivateKey key, byte[] data) {
    try {
      signature.initSign(key);
      signature.update(data);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("signing failed", e);
    }
  }

  static boolean verify(Signature signature, PublicKey key, byte[] signed, byte[] data) {
    try {
      signature.initVerify(key);
      signature.update(data);
      return signature.verify(signed);
    } catch (SignatureException | InvalidKeyException e) {
      return false;
    }
  }

  private Signing() {}
}
