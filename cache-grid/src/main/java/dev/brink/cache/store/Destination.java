package dev.brink.cache.store;

/** Where a draft's object goes. */
interface Destination {
  /**
   * Takes head and body over.
   *
   * @return the object, to be closed by the caller, whether it is kept or not
   */
  StoredObject add(StoreKey key, byte[] head, MemoryBody body, Worth worth);

  /** An object has become too large. */
  void rejected();
}
