package dev.brink.grid;

import org.jspecify.annotations.Nullable;

/** A write was refused or its outcome is not known. Reads are not affected. */
public final class GridUnavailableException extends GridException {
  private static final long serialVersionUID = 1L;

  /** Why a write did not succeed. */
  public enum Reason {
    /** The node is still starting. */
    STARTING(true),
    /** The node sees less than a majority of the known members. */
    MINORITY(true),
    /** The underlying Ignite node is being restarted in place. */
    RESTARTING(true),
    /** The grid was closed, or its durable store was given up. */
    STOPPED(false),
    /** The deadline passed; the write may take effect yet. */
    TIMEOUT(true),
    /** Too many writes are on their way. */
    BUSY(true),
    /** The maps hold as much as they may, see {@link GridBuilder#dataRegionBytes}. */
    FULL(false),
    /** Ignite failed the write for another reason, which is the cause. */
    FAILED(true);

    private final boolean retryable;

    Reason(boolean retryable) {
      this.retryable = retryable;
    }

    /** Whether the same write may succeed later without anybody doing something about it. */
    public boolean retryable() {
      return retryable;
    }
  }

  private final Reason reason;

  GridUnavailableException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  GridUnavailableException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** Whether trying again later makes sense. */
  public boolean retryable() {
    return reason.retryable();
  }
}
