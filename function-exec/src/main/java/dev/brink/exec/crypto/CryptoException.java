package dev.brink.exec.crypto;

import org.jspecify.annotations.Nullable;

/**
 * An operation that Web Cryptography refuses. The message is for the function's author: it names
 * nothing of the host.
 */
public final class CryptoException extends RuntimeException {
  /** How the error is called there. */
  public enum Kind {
    /** What was given cannot be a key. */
    DATA("DataError"),
    /** The operation failed, for reasons that are not told. */
    OPERATION("OperationError"),
    /** Nobody here can do that. */
    NOT_SUPPORTED("NotSupportedError"),
    /** The key is not for that. */
    INVALID_ACCESS("InvalidAccessError");

    private final String errorName;

    Kind(String errorName) {
      this.errorName = errorName;
    }

    /** The name of the {@code DOMException}. */
    public String errorName() {
      return errorName;
    }
  }

  private final Kind kind;

  CryptoException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.kind = kind;
  }

  static CryptoException data(String message) {
    return new CryptoException(Kind.DATA, message, null);
  }

  static CryptoException data(String message, Throwable cause) {
    return new CryptoException(Kind.DATA, message, cause);
  }

  static CryptoException operation(String message) {
    return new CryptoException(Kind.OPERATION, message, null);
  }

  static CryptoException operation(String message, Throwable cause) {
    return new CryptoException(Kind.OPERATION, message, cause);
  }

  static CryptoException notSupported(String message) {
    return new CryptoException(Kind.NOT_SUPPORTED, message, null);
  }

  static CryptoException invalidAccess(String message) {
    return new CryptoException(Kind.INVALID_ACCESS, message, null);
  }

  public Kind kind() {
    return kind;
  }
}
