package dev.brink.placement;

/**
 * What went wrong on a node lately. Immutable.
 *
 * <p>A failure counts as latency: 5 s, half of it gone each second, and never less than what is
 * left of the node's own Retry-After. So a node that fails fast attracts nothing. A refusal says
 * the wait is longer than reported: one beat, doubling to 1 s with each refusal in a row.
 *
 * @param any {@code false} as long as nothing went wrong: the rest then says nothing
 * @param failures in a row
 * @param failedAtNanos the last one
 * @param retryAtNanos when the node wants to be asked again
 * @param refusals in a row
 * @param refusedUntilNanos until when a refusal counts
 * @param ejections so far, each twice as long as the one before
 * @param ejected whether it rests until {@code ejectedUntilNanos}, or has not yet proved itself
 */
record Trouble(
    boolean any,
    int failures,
    long failedAtNanos,
    long retryAtNanos,
    int refusals,
    long refusedUntilNanos,
    int ejections,
    boolean ejected,
    long ejectedUntilNanos) {

  static final Trouble NONE = new Trouble(false, 0, 0, 0, 0, 0, 0, false, 0);

  private static final int EJECT_AFTER = 5;
  private static final long EJECT_NANOS = 1_000_000_000L;
  private static final long MAX_EJECT_NANOS = 30_000_000_000L;
  private static final long FAILURE_NANOS = 5_000_000_000L;
  private static final long HALF_LIFE_NANOS = 1_000_000_000L;
  private static final long FORGET_NANOS = 10_000_000_000L;
  private static final long MAX_RETRY_AFTER_NANOS = 60_000_000_000L;
  private static final long REFUSAL_NANOS = 100_000_000L;
  private static final int MAX_REFUSAL_DOUBLINGS = 4;
  private static final long MAX_REFUSAL_NANOS = 1_000_000_000L;

  /** Nothing went wrong, in terms of a clock whose zero means nothing. */
  private Trouble dated(long nowNanos) {
    return any
        ? this
        : new Trouble(true, 0, nowNanos - FORGET_NANOS, nowNanos, 0, nowNanos, 0, false, nowNanos);
  }

  Trouble failed(long nowNanos, long retryAfterNanos) {
    return dated(nowNanos).moreFailed(nowNanos, retryAfterNanos);
  }

  private Trouble moreFailed(long nowNanos, long retryAfterNanos) {
    long retryAt = nowNanos + Math.clamp(retryAfterNanos, 0, MAX_RETRY_AFTER_NANOS);
    return new Trouble(
        true,
        Math.min(failures + 1, 1 << 20),
        nowNanos,
        retryAtNanos - retryAt > 0 ? retryAtNanos : retryAt,
        refusals,
        refusedUntilNanos,
        ejections,
        ejected,
        ejectedUntilNanos);
  }

  Trouble refused(long nowNanos) {
    return dated(nowNanos).moreRefused(nowNanos);
  }

  private Trouble moreRefused(long nowNanos) {
    long more = REFUSAL_NANOS << Math.min(refusals, MAX_REFUSAL_DOUBLINGS);
    return new Trouble(
        true,
        failures,
        failedAtNanos,
        retryAtNanos,
        Math.min(refusals + 1, 1 << 20),
        nowNanos + Math.min(more, MAX_REFUSAL_NANOS),
        ejections,
        ejected,
        ejectedUntilNanos);
  }

  /** The node answered: nothing is in a row any more. What it cost decays by itself. */
  Trouble succeeded(long nowNanos) {
    if (!any) {
      return this;
    }
    if (penaltyNanos(nowNanos) == 0
        && (!ejected || nowNanos - ejectedUntilNanos > MAX_EJECT_NANOS)) {
      return NONE;
    }
    if (failures == 0 && refusals == 0) {
      return this;
    }
    // An answer to what was sent before the ejection does not end it.
    return new Trouble(
        true,
        0,
        failedAtNanos,
        retryAtNanos,
        0,
        refusedUntilNanos,
        ejections,
        ejected,
        ejectedUntilNanos);
  }

  /**
   * The node speaks again after it was silent for so long that it was out: what failed was that,
   * and no longer counts as latency. All else is kept.
   */
  Trouble returned(long nowNanos) {
    return any
        ? new Trouble(
            true,
            failures,
            nowNanos - FORGET_NANOS,
            retryAtNanos,
            refusals,
            refusedUntilNanos,
            ejections,
            ejected,
            ejectedUntilNanos)
        : this;
  }

  /** Whether it has failed so often in a row that it should rest, and does not yet. */
  boolean dueForEjection(long nowNanos) {
    return failures >= EJECT_AFTER && !resting(nowNanos);
  }

  Trouble eject(long nowNanos) {
    boolean again = ejected && nowNanos - ejectedUntilNanos < MAX_EJECT_NANOS;
    int level = again ? ejections : 0;
    long nanos = level >= 5 ? MAX_EJECT_NANOS : EJECT_NANOS << level;
    return new Trouble(
        true,
        failures,
        failedAtNanos,
        retryAtNanos,
        refusals,
        refusedUntilNanos,
        Math.min(level + 1, 5),
        true,
        nowNanos + nanos);
  }

  /** Ends an ejection before its time. */
  Trouble readmit(long nowNanos) {
    return new Trouble(
        true,
        failures,
        failedAtNanos,
        retryAtNanos,
        refusals,
        refusedUntilNanos,
        ejections,
        ejected,
        nowNanos);
  }

  /** Whether it is ejected at this time. */
  boolean resting(long nowNanos) {
    return ejected && nowNanos - ejectedUntilNanos < 0;
  }

  /** What recent failures and a refusal add to the score. */
  long penaltyNanos(long nowNanos) {
    if (!any) {
      return 0;
    }
    return failurePenaltyNanos(nowNanos) + Math.max(0, refusedUntilNanos - nowNanos);
  }

  private long failurePenaltyNanos(long nowNanos) {
    long wanted = Math.max(0, retryAtNanos - nowNanos);
    long since = nowNanos - failedAtNanos;
    if (since >= FORGET_NANOS) {
      return wanted;
    }
    return Math.max(wanted, (long) Decay.left(FAILURE_NANOS, since, HALF_LIFE_NANOS));
  }
}
