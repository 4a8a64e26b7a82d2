package dev.brink.mesh.exchange;

/** What a route leads to. */
public sealed interface Target {
  /** The tenant that owns it. */
  String tenant();

  /** A function's name within the tenant, or a pool's. */
  String name();

  /**
   * One version of a function.
   *
   * @param digest lower-case hexadecimal SHA-256 of the version
   */
  record Function(String tenant, String name, String digest) implements Target {}

  /**
   * What the cache of another node has of a function's or an origin's responses, or gets.
   *
   * @param digest of the function's version; empty for an origin
   * @param asker the node that asks; empty: not known
   * @param copy whether a copy of what is stored is wanted, and nothing fetched for it
   */
  record Cached(String tenant, String name, String digest, String asker, boolean copy)
      implements Target {
    /** What is cached, whoever asks. */
    public Cached(String tenant, String name, String digest) {
      this(tenant, name, digest, "", false);
    }

    /** The same, for a copy. */
    public Cached forCopy() {
      return new Cached(tenant, name, digest, "", true);
    }

    /** The same, asked for by a node. */
    public Cached by(String node) {
      return new Cached(tenant, name, digest, node, false);
    }
  }

  /**
   * A cache that functions of a tenant keep responses in.
   *
   * @param name what they call it
   */
  record NamedCache(String tenant, String name) implements Target {}

  /** A pool of upstream servers. */
  record Origin(String tenant, String name) implements Target {}
}
