package dev.brink.grid;

/** Hears of changes; called on one thread at a time, which it may hold up. */
public interface KeyListener {
  /**
   * The key has a value of this version. May come twice, only for the last of fast changes, and for
   * a change from just before the watch, whose news was on its way; so may {@link #removed}.
   */
  void changed(String key, Stamp version);

  /** The key has no value any more: removed or expired. */
  void removed(String key);

  /**
   * Changes may have been missed: the grid was away, they came faster than they were taken, or all
   * members that had some keys in memory may be lost, with these. Read again what matters.
   */
  void missed();
}
