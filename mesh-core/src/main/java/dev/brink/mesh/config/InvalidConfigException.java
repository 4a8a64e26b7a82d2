package dev.brink.mesh.config;

/**
 * A configuration that cannot be used. The message is one line for the person who wrote it: where,
 * {@code name: value (expected: …)}.
 */
public final class InvalidConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidConfigException(String message) {
    super(message);
  }

  static InvalidConfigException of(String name, String value, String expected) {
    return new InvalidConfigException(name + ": " + value + " (expected: " + expected + ")");
  }
}
