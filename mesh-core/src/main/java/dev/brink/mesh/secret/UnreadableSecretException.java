package dev.brink.mesh.secret;

/** A stored secret that this node cannot open; the message says why, and nothing of its value. */
public final class UnreadableSecretException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnreadableSecretException(String message) {
    super(message, null, false, false);
  }

  static UnreadableSecretException of(SecretId id, String why) {
    return new UnreadableSecretException("secret " + id.key() + ": " + why);
  }
}
