package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * The name of a set of keys. Two namespaces that differ in any part share nothing.
 *
 * @param tenant who owns it, 1 to 63 of {@code a-z 0-9 - _}
 * @param name what the tenant calls it, 1 to 63 of {@code a-z 0-9 - _}
 * @param durability what its values survive
 */
public record Namespace(String tenant, String name, Durability durability) {
  private static final Pattern PART = Pattern.compile("[a-z0-9_-]{1,63}");

  /** What values survive. */
  public enum Durability {
    /** The end of any one node: each entry is in the memory of two. */
    MEMORY,
    /**
     * The kill of any one node, and the restart of all: each entry is on the disks of two. Needs
     * {@link GridBuilder#durable}.
     */
    DISK
  }

  public Namespace {
    check("tenant", tenant);
    check("name", name);
    requireNonNull(durability, "durability");
  }

  /** A namespace in memory. */
  public static Namespace of(String tenant, String name) {
    return new Namespace(tenant, name, Durability.MEMORY);
  }

  /** A namespace on disk. */
  public static Namespace durable(String tenant, String name) {
    return new Namespace(tenant, name, Durability.DISK);
  }

  /** What all keys of the namespace begin with where they are stored. */
  String prefix() {
    return tenant + "/" + name + "/";
  }

  /** The key within its namespace of what is stored under {@code stored}. */
  static String keyOf(String stored) {
    return stored.substring(keyStart(stored));
  }

  /** The {@link #prefix} of the namespace of what is stored under {@code stored}. */
  static String prefixOf(String stored) {
    return stored.substring(0, keyStart(stored));
  }

  private static int keyStart(String stored) {
    return stored.indexOf('/', stored.indexOf('/') + 1) + 1;
  }

  private static void check(String what, String value) {
    if (!PART.matcher(value).matches()) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: 1 to 63 of a-z, 0-9, - and _)");
    }
  }

  @Override
  public String toString() {
    return tenant + "/" + name;
  }
}
