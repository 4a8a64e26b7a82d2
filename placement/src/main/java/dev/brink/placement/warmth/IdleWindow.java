package dev.brink.placement.warmth;

/**
 * A part of a function's idle time in which an instance is ready, counted from the time's begin.
 *
 * @param startNanos 0: kept from the last call on; more: unloaded, and made anew by then
 * @param endNanos when it is given up; not after the start for never ready
 */
record IdleWindow(long startNanos, long endNanos) {
  static final IdleWindow NONE = new IdleWindow(0, 0);

  Hold at(long idleSinceNanos, long nowNanos) {
    long age = nowNanos - idleSinceNanos;
    if (endNanos <= startNanos || age >= endNanos) {
      return new Hold(false, Long.MAX_VALUE);
    }
    return age < startNanos
        ? new Hold(false, idleSinceNanos + startNanos)
        : new Hold(true, idleSinceNanos + endNanos);
  }

  IdleWindow within(long longestNanos) {
    return new IdleWindow(startNanos, Math.min(endNanos, longestNanos));
  }

  /** The same, ready by as much earlier. */
  IdleWindow earlier(long leadNanos) {
    return new IdleWindow(Math.max(0, startNanos - leadNanos), endNanos);
  }
}
