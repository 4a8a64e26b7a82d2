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
  private final boolean outcomeUnknown;

  GridUnavailableException(Reason reason, String message) {
    this(reason, message, null);
  }

  GridUnavailableException(Reason reason, String message, @Nullable Throwable cause) {
    this(reason, message, cause, false);
  }

  private GridUnavailableException(
      Reason reason, String message, @Nullable Throwable cause, boolean outcomeUnknown) {
    super(message, cause);
    this.reason = reason;
    this.outcomeUnknown = outcomeUnknown;
  }

  /** The same failure, of a write that may have been done. */
  GridUnavailableException afterUnknownOutcome() {
    return new GridUnavailableException(
        reason, getMessage() + " (whether it was written is not known)", this, true);
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /**
   * Whether a write of a {@link KeyValue} may have been done, or may be yet, so that to do it again
   * may count twice, or undo what others have written since: read first. When it is false, it was
   * not done. Writes of a {@link ReplicatedMap} do not say it: the latest stamp wins there, however
   * often it is written.
   */
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }

  /** Whether to try the same again later makes sense, without looking at what has been done. */
  public boolean retryable() {
    return reason.retryable() && !outcomeUnknown;
  }
}
