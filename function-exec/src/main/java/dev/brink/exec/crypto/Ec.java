package dev.brink.exec.crypto;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import javax.crypto.KeyAgreement;

/** ECDSA and ECDH. */
final class Ec {
  static byte[] sign(Hash hash, PrivateKey key, byte[] data) {
    return Signing.sign(ecdsa(hash), key, data);
  }

  static boolean verify(Hash hash, PublicKey key, byte[] signature, byte[] data) {
    return Signing.verify(ecdsa(hash), key, signature, data);
  }

  static byte[] derive(PrivateKey key, PublicKey other) {
    return agree("ECDH", key, other);
  }

  static byte[] agree(String algorithm, PrivateKey key, PublicKey other) {
    try {
      KeyAgreement agreement = KeyAgreement.getInstance(algorithm);
      agreement.init(key);
      agreement.doPhase(other, true);
      return agreement.generateSecret();
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("the keys do not agree", e);
    }
  }

  private static Signature ecdsa(Hash hash) {
    try {
      return Signature.getInstance(hash.compactName() + "withECDSAinP1363Format");
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("ECDSA is not possible", e);
    }
  }

  private Ec() {}
}
