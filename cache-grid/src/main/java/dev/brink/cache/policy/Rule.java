package dev.brink.cache.policy;

/**
 * A way to choose what a full cache gives up. A rule is told of all that happens to the cache's
 * slots, also while another rule decides, so it can take over at any request.
 */
interface Rule {
  int NONE = Slots.NONE;

  /** {@link #added} for what is not known from before. */
  int NEVER = Integer.MAX_VALUE;

  /** There may be that many slots from now on. */
  void resize(int slots);

  /**
   * A slot was filled.
   *
   * @param evictionsSince how many evictions ago the same object was evicted, or {@link #NEVER}
   */
  void added(int slot, int evictionsSince);

  /** A slot was used. */
  void used(int slot);

  /** A slot's object changed its size. */
  void resized(int slot, long difference);

  /** A slot is about to be emptied. */
  void removed(int slot);

  /**
   * The slot to empty next; there is at least one.
   *
   * @param incoming the slot just filled, for which room is made, or {@link #NONE}
   */
  int victim(int incoming);
}
