package dev.brink.grid;

/**
 * Hears about one map. Calls come from the grid's listener thread, one at a time. For one key they
 * come in the order of the stamps, and when several changes of a key arrive faster than the
 * listener takes them it hears the newest only. There is no order between keys.
 */
public interface MapListener {
  /** The key has a new value. */
  void changed(String key, Entry entry);

  /**
   * The key was removed. Called only for keys that the listener was told of by {@link #changed}.
   */
  void removed(String key, Stamp stamp);
}
