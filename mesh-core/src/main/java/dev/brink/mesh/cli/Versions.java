package dev.brink.mesh.cli;

/** Digests as people read them. */
final class Versions {
  /** The first 12 digits; a dash for none. */
  static String brief(String digest) {
    return digest.isEmpty() ? "-" : digest.substring(0, Math.min(12, digest.length()));
  }

  private Versions() {}
}
