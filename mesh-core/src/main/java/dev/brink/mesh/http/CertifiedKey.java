package dev.brink.mesh.http;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A key with the certificates that vouch for it, as {@link CertificateFiles#read} finds them.
 *
 * @param option what the files' options begin with, such as {@code tls}
 * @param file where the certificates are
 * @param key the leaf's
 * @param chain from the leaf on; at least the leaf
 */
public record CertifiedKey(String option, Path file, PrivateKey key, List<X509Certificate> chain) {

  /** When the first of the chain expires. */
  public Instant ends() {
    return chain.stream()
        .map(one -> one.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Why nobody accepts the leaf at this time, for people; empty when it is valid. */
  public Optional<String> invalid(Instant now) {
    X509Certificate leaf = chain.getFirst();
    Instant from = leaf.getNotBefore().toInstant();
    Instant until = leaf.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      return Optional.of(says("has expired, at " + until, "one that is valid now"));
    }
    if (now.isBefore(from)) {
      return Optional.of(says("is valid only from " + from, "one that is valid now"));
    }
    return Optional.empty();
  }

  /**
   * What people should hear of it: that it is {@link #invalid}, or will be soon; empty when there
   * is nothing.
   *
   * @param ahead what is soon
   */
  public Optional<String> warning(Instant now, Duration ahead) {
    Optional<String> invalid = invalid(now);
    if (invalid.isPresent() || now.plus(ahead).isBefore(ends())) {
      return invalid;
    }
    return Optional.of(
        says("is valid only until " + ends(), "a newer one, and a restart of the node, by then"));
  }

  private String says(String what, String expected) {
    return "%s.certificate: %s %s (expected: %s)".formatted(option, file, what, expected);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return option + ".certificate: " + file;
  }
}
