package dev.brink.grid;

/**
 * Hears about the grid. All calls of one grid come from one thread of its own, in order, and from
 * no thread of Ignite; a slow listener delays other listeners of the same grid and nothing else.
 * Changes that come while a listener is busy are summed up: it hears what differs between the last
 * state it was told and the present one. A member whose process was replaced meanwhile is told as
 * left and joined.
 */
public interface GridListener {
  /**
   * A member, possibly back after an absence, is now in the view. Not called for the node itself.
   */
  default void memberJoined(Member member) {}

  /**
   * A member is no longer in the view.
   *
   * @param failed false when it left by {@link Grid#close()}, true when it vanished
   */
  default void memberLeft(Member member, boolean failed) {}

  /** The state changed; the reason is for people. */
  default void stateChanged(GridState before, GridState now, String reason) {}
}
