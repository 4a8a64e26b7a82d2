package dev.brink.placement.warmth;

/**
 * Follows a policy through a function's idle times and adds up how long it held an instance for
 * nothing, and how many calls would have found none. Nothing is really held: any number of policies
 * can be measured beside the one in force. Not thread-safe.
 */
public final class HoldMeter {
  private final WarmthPolicy policy;
  private long heldNanos;
  private long coldStarts;
  private long seenNanos;
  private Hold hold = new Hold(false, Long.MAX_VALUE);

  /** Of a policy that nobody else tells of calls. */
  public HoldMeter(WarmthPolicy policy) {
    this.policy = policy;
  }

  /** The function's last call has ended. */
  public void idle(long nowNanos, WarmthSignals signals) {
    policy.idle(nowNanos, signals);
    seenNanos = nowNanos;
    hold = policy.hold(nowNanos);
  }

  /** Follows the policy up to now; the function has been idle since. */
  public void advance(long nowNanos) {
    while (hold.untilNanos() <= nowNanos) {
      step(hold.untilNanos());
      hold = policy.hold(seenNanos);
    }
    step(nowNanos);
  }

  private void step(long toNanos) {
    if (hold.held()) {
      heldNanos += toNanos - seenNanos;
    }
    seenNanos = toNanos;
  }

  /** A call has come to the idle function; returns whether an instance was held. */
  public boolean busy(long nowNanos) {
    boolean warm = firstCall(nowNanos);
    policy.busy(nowNanos);
    return warm;
  }

  /**
   * The same, of a time that did not begin with a call: it is not one between calls, and the policy
   * learns nothing from it.
   */
  boolean firstCall(long nowNanos) {
    advance(nowNanos);
    boolean warm = hold.held();
    if (!warm) {
      coldStarts++;
    }
    return warm;
  }

  /** Whether the policy wants an instance as of the last time it was followed to. */
  public boolean held() {
    return hold.held();
  }

  /** When the policy means to want an instance again that it does not want now; else never. */
  long heldAgainNanos() {
    return hold.held() ? Long.MAX_VALUE : hold.untilNanos();
  }

  /** Idle time for which an instance was held, all in all. */
  public long heldNanos() {
    return heldNanos;
  }

  /** Calls that found none. */
  public long coldStarts() {
    return coldStarts;
  }
}
