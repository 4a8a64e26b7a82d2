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
   */
  record Cached(String tenant, String name, String digest) implements Target {}

  /**
   * A cache that functions of a tenant keep responses in.
   *
   * @param name what they call it
   */
  record NamedCache(String tenant, String name) implements Target {}

  /** A pool of upstream servers. */
  record Origin(String tenant, String name) implements Target {}
}
