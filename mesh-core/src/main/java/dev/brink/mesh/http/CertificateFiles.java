package dev.brink.mesh.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate and its key as a configuration names them. What is wrong with them is found before
 * anybody connects, and told without what is in the key.
 *
 * @param option what the files' options begin with, such as {@code tls}
 * @param certificate PEM, the chain from the leaf on
 * @param key PEM, PKCS#8, not encrypted
 */
public record CertificateFiles(String option, Path certificate, Path key) {
  private static final Logger log = LoggerFactory.getLogger(CertificateFiles.class);
  private static final int MAX_BYTES = 1 << 20;
  private static final byte[] PROBE = "brink".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN [A-Z0-9 ]*CERTIFICATE-----([^-]*)-----END");
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

  /**
   * Reads them.
   *
   * @throws IOException when one cannot be read or is of another format, or when the key is of
   *     another certificate
   */
  public CertifiedKey read() throws IOException {
    List<X509Certificate> chain = certificates(option + ".certificate", certificate);
    PublicKey open = chain.getFirst().getPublicKey();
    byte[] encoded = encodedKey();
    try {
      PrivateKey secret =
          KeyFactory.getInstance(open.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
      if (belongs(secret, open)) {
        return new CertifiedKey(option, certificate, secret, chain);
      }
    } catch (InvalidKeySpecException e) {
      log.debug("{} is no key for {}", key, open.getAlgorithm(), e);
    } catch (GeneralSecurityException e) {
      throw new IOException("a key cannot be tried: " + e.getMessage(), e);
    }
    throw wrong(option + ".key", key, "belongs to another certificate", "that of " + certificate);
  }

  /**
   * The certificates of a PEM file; what else is in it is passed over.
   *
   * @param option the option that names it
   * @throws IOException when it cannot be read or has none
   */
  public static List<X509Certificate> certificates(String option, Path file) throws IOException {
    requireReadable(option, file);
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    List<X509Certificate> found = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (MatchResult one : CERTIFICATE.matcher(text).results().toList()) {
        byte[] encoded = Base64.getMimeDecoder().decode(one.group(1));
        found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded)));
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw wrong(option, file, "has no certificate", "a PEM chain", e);
    }
    if (found.isEmpty()) {
      throw wrong(option, file, "has no certificate", "a PEM chain");
    }
    return List.copyOf(found);
  }

  private static void requireReadable(String option, Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file) || Files.size(file) > MAX_BYTES) {
      throw new IOException(
          option
              + ": "
              + file
              + " cannot be read (expected: a file that the node may read, 1 MiB at most)");
    }
  }

  private byte[] encodedKey() throws IOException {
    requireReadable(option + ".key", key);
    String text = Files.readString(key, StandardCharsets.ISO_8859_1);
    Matcher found = PKCS8.matcher(text);
    String expected = "a PEM key in PKCS#8, not encrypted: BEGIN PRIVATE KEY";
    if (!found.find()) {
      throw wrong(option + ".key", key, "has no such key", expected);
    }
    try {
      return Base64.getMimeDecoder().decode(found.group(1));
    } catch (IllegalArgumentException e) {
      throw wrong(option + ".key", key, "is not base64", expected, e);
    }
  }

  private static boolean belongs(PrivateKey secret, PublicKey open)
      throws GeneralSecurityException {
    String algorithm = SIGNATURES.get(open.getAlgorithm());
    if (algorithm == null) {
      return true;
    }
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(secret);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(open);
    signature.update(PROBE);
    return signature.verify(signed);
  }

  private static IOException wrong(String option, Path file, String what, String expected) {
    return new IOException("%s: %s %s (expected: %s)".formatted(option, file, what, expected));
  }

  private static IOException wrong(
      String option, Path file, String what, String expected, Exception cause) {
    IOException wrong = wrong(option, file, what, expected);
    wrong.initCause(cause);
    return wrong;
  }
}
