package dev.brink.mesh.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate and its key as a configuration names them. What is wrong with them is found before
 * anybody connects, and told without what is in the key.
 *
 * @param option what the files' options begin with, such as {@code tls}
 * @param certificate PEM, the chain from the leaf on
 * @param key PEM, PKCS#8, not encrypted
 */
public record CertificateFiles(String option, Path certificate, Path key) {
  private static final int MAX_BYTES = 1 << 20;
  private static final byte[] PROBE = "brink".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

  /**
   * Whether a server can use them now.
   *
   * @throws IOException when one cannot be read or is of another format, when the key is of another
   *     certificate, or the certificate is not valid at this time
   */
  public void check(Instant now) throws IOException {
    X509Certificate leaf = leaf();
    checkTime(leaf, now);
    PublicKey open = leaf.getPublicKey();
    String signature = SIGNATURES.get(open.getAlgorithm());
    byte[] encoded = encodedKey();
    if (signature != null && !belongs(encoded, open, signature)) {
      throw wrong("key", key, "belongs to another certificate", "that of " + certificate);
    }
  }

  /**
   * Whether a file can be read.
   *
   * @param option the option that names it
   * @throws IOException when it cannot
   */
  public static void requireReadable(String option, Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file) || Files.size(file) > MAX_BYTES) {
      throw new IOException(
          option
              + ": "
              + file
              + " cannot be read (expected: a file that the node may read, 1 MiB at most)");
    }
  }

  private X509Certificate leaf() throws IOException {
    requireReadable(option + ".certificate", certificate);
    try (InputStream in = Files.newInputStream(certificate)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        return (X509Certificate) one;
      }
    } catch (CertificateException e) {
      throw wrong("certificate", certificate, "has no certificate", "a PEM chain", e);
    }
    throw wrong("certificate", certificate, "has no certificate", "a PEM chain");
  }

  private void checkTime(X509Certificate leaf, Instant now) throws IOException {
    Instant from = leaf.getNotBefore().toInstant();
    Instant until = leaf.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      throw wrong("certificate", certificate, "has expired, at " + until, "one that is valid now");
    }
    if (now.isBefore(from)) {
      throw wrong(
          "certificate", certificate, "is valid only from " + from, "one that is valid now");
    }
  }

  private byte[] encodedKey() throws IOException {
    requireReadable(option + ".key", key);
    String text = Files.readString(key, StandardCharsets.ISO_8859_1);
    Matcher found = PKCS8.matcher(text);
    String expected = "a PEM key in PKCS#8, not encrypted: BEGIN PRIVATE KEY";
    if (!found.find()) {
      throw wrong("key", key, "has no such key", expected);
    }
    try {
      return Base64.getMimeDecoder().decode(found.group(1));
    } catch (IllegalArgumentException e) {
      throw wrong("key", key, "is not base64", expected, e);
    }
  }

  private static boolean belongs(byte[] encoded, PublicKey open, String algorithm)
      throws IOException {
    try {
      PrivateKey secret =
          KeyFactory.getInstance(open.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(secret);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (InvalidKeySpecException _) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IOException("a key cannot be tried: " + e.getMessage(), e);
    }
  }

  private IOException wrong(String part, Path file, String what, String expected) {
    return new IOException(
        "%s.%s: %s %s (expected: %s)".formatted(option, part, file, what, expected));
  }

  private IOException wrong(String part, Path file, String what, String expected, Exception cause) {
    IOException wrong = wrong(part, file, what, expected);
    wrong.initCause(cause);
    return wrong;
  }
}
