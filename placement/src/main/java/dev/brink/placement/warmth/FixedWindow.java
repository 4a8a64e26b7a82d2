package dev.brink.placement.warmth;

/** Keeps an instance for the same time after each call. */
final class FixedWindow implements WarmthPolicy {
  private final IdleWindow window;
  private long idleSinceNanos;

  FixedWindow(long nanos) {
    window = new IdleWindow(0, nanos);
  }

  @Override
  public void idle(long nowNanos, WarmthSignals signals) {
    idleSinceNanos = nowNanos;
  }

  @Override
  public Hold hold(long nowNanos) {
    return window.at(idleSinceNanos, nowNanos);
  }

  @Override
  public void busy(long nowNanos) {
    // nothing to learn
  }
}
