package dev.brink.mesh.registry;

/** A deployment that this node does not serve; the message says why. */
public final class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final boolean retryable;

  RegistryException(String message) {
    this("module-error", message, false);
  }

  RegistryException(String code, String message, boolean retryable) {
    super(message, null, false, false);
    this.code = code;
    this.retryable = retryable;
  }

  /** What a deployer is told: {@code module-error}, or the limit that was met. */
  public String code() {
    return code;
  }

  /** Whether the same may go well later. */
  public boolean retryable() {
    return retryable;
  }
}
