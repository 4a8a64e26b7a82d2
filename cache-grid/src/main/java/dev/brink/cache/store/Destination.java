package dev.brink.cache.store;

/** Where a draft's object goes. */
interface Destination {
  /**
   * Puts an object in the place of the one with the same key. The caller's use of it stays the
   * caller's, whether it is kept or not, and also when this throws; then it is not kept.
   */
  void add(MemoryObject object, Worth worth);

  /** An object has become too large. */
  void rejected();
}
