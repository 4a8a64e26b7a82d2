package dev.brink.exec.binding;

import static java.util.Objects.requireNonNull;

/**
 * A call failed in a way that the function may know about. Everything in it is shown to the
 * function: it must not name classes, addresses or paths of the host.
 */
public final class BindingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Which JavaScript error it becomes. */
  public enum Kind {
    /** {@code TypeError}: the call is wrong and will never work. */
    TYPE,
    /** {@code RangeError}: something is too large, too small or too many. */
    RANGE,
    /** {@code Error} with {@code code} and {@code retryable}: it did not work this time. */
    FAILED
  }

  private final Kind kind;
  private final String code;
  private final boolean retryable;

  private BindingException(Kind kind, String code, String message, boolean retryable) {
    super(requireNonNull(message, "message"), null, false, false);
    this.kind = kind;
    this.code = code;
    this.retryable = retryable;
  }

  /** The call is wrong and will never work. */
  public static BindingException type(String message) {
    return new BindingException(Kind.TYPE, "invalid-call", message, false);
  }

  /** Something in the call is out of bounds. */
  public static BindingException range(String message) {
    return new BindingException(Kind.RANGE, "out-of-bounds", message, false);
  }

  /**
   * It did not work.
   *
   * @param code for programs; stable, in kebab-case
   * @param retryable whether the same call may work later
   */
  public static BindingException failed(String code, String message, boolean retryable) {
    return new BindingException(Kind.FAILED, code, message, retryable);
  }

  public Kind kind() {
    return kind;
  }

  public String code() {
    return code;
  }

  public boolean retryable() {
    return retryable;
  }

  /** The message; never {@code null}. */
  @Override
  public String getMessage() {
    return requireNonNull(super.getMessage());
  }
}
