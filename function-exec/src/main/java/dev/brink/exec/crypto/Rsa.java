package dev.brink.exec.crypto;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/** RSA's ways to sign and to encrypt: RFC 8017. */
final class Rsa {
  static byte[] signPkcs1(Hash hash, PrivateKey key, byte[] data) {
    return Signing.sign(pkcs1(hash), key, data);
  }

  static boolean verifyPkcs1(Hash hash, PublicKey key, byte[] signature, byte[] data) {
    return Signing.verify(pkcs1(hash), key, signature, data);
  }

  static byte[] signPss(Hash hash, long saltBytes, PrivateKey key, byte[] data) {
    return Signing.sign(pss(hash, saltBytes), key, data);
  }

  static boolean verifyPss(
      Hash hash, long saltBytes, PublicKey key, byte[] signature, byte[] data) {
    return Signing.verify(pss(hash, saltBytes), key, signature, data);
  }

  static byte[] encryptOaep(Hash hash, byte[] label, PublicKey key, byte[] data) {
    return oaep(Cipher.ENCRYPT_MODE, hash, label, key, data);
  }

  static byte[] decryptOaep(Hash hash, byte[] label, PrivateKey key, byte[] data) {
    return oaep(Cipher.DECRYPT_MODE, hash, label, key, data);
  }

  private static Signature pkcs1(Hash hash) {
    try {
      return Signature.getInstance(hash.compactName() + "withRSA");
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("RSASSA-PKCS1-v1_5 is not possible", e);
    }
  }

  private static Signature pss(Hash hash, long saltBytes) {
    if (saltBytes > Short.MAX_VALUE) {
      throw CryptoException.operation("saltLength: " + saltBytes);
    }
    try {
      Signature signature = Signature.getInstance("RSASSA-PSS");
      var mgf1 = new MGF1ParameterSpec(hash.standardName());
      signature.setParameter(
          new PSSParameterSpec(hash.standardName(), "MGF1", mgf1, (int) saltBytes, 1));
      return signature;
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("RSA-PSS is not possible", e);
    }
  }

  private static byte[] oaep(int mode, Hash hash, byte[] label, Key key, byte[] data) {
    try {
      Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
      var mgf1 = new MGF1ParameterSpec(hash.standardName());
      var source = new PSource.PSpecified(label);
      cipher.init(mode, key, new OAEPParameterSpec(hash.standardName(), "MGF1", mgf1, source));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw CryptoException.operation("RSA-OAEP failed", e);
    }
  }

  private Rsa() {}
}
