package dev.brink.mesh.deploy;

import java.util.List;

/**
 * What functions have in {@code env} that nobody else is to see. A secret belongs to a function's
 * name, not to a version: it can be put before anything is deployed under the name, and is there
 * for each version that is. It is stored sealed with a key that only the operators have, on every
 * node, and its value cannot be read back.
 *
 * <p>Thread-safe. Methods block, as in {@link Deployments}, and throw {@link DeploymentException}:
 * {@code invalid-secret} for what cannot be, {@code secrets-not-configured} when the node has no
 * key, {@code secret-unreadable} when it has another than a stored secret is sealed with.
 */
public interface Secrets {
  /** Most secrets of a function. */
  int MAX_PER_FUNCTION = 64;

  /** Fewest characters of a value: shorter ones could not be told from other text in logs. */
  int MIN_VALUE_CHARS = 4;

  /** Most bytes of a value, in UTF-8. */
  int MAX_VALUE_BYTES = 16 << 10;

  /**
   * Gives a secret a value, new or instead of the one it has. When it returns, the node asked runs
   * calls that begin from now on in instances that have it, and the others do as soon as they have
   * made some.
   */
  void put(String tenant, String function, String name, String value);

  /** A function's secrets, by name. */
  List<SecretInfo> list(String tenant, String function);

  /**
   * Takes a secret away, as {@link #put} gives one.
   *
   * @return whether there was one
   */
  boolean delete(String tenant, String function, String name);

  /**
   * Seals all secrets of the mesh that another key has sealed with the first key of the node asked.
   * Values stay what they are, and instances too.
   */
  Resealed reseal();

  /**
   * What {@link #reseal} did.
   *
   * @param resealed how many it sealed anew
   * @param unreadable how many no key of the node opens; they are left as they were
   */
  record Resealed(int resealed, int unreadable) {}
}
