package dev.brink.mesh.deploy;

/** A refused or failed call of {@link Deployments}. */
public final class DeploymentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final boolean retryable;

  /**
   * @param code stable, kebab-case: {@code module-error}, {@code route-conflict}, {@code
   *     grid-unavailable}, …
   * @param retryable whether the same call may succeed later
   */
  public DeploymentException(String code, String message, boolean retryable) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }

  public String code() {
    return code;
  }

  public boolean retryable() {
    return retryable;
  }
}
