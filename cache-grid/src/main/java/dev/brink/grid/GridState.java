package dev.brink.grid;

/** What the grid can do right now. Local reads work in every state. */
public enum GridState {
  /** Not yet up: {@link GridBuilder#start()} has not returned. */
  STARTING,
  /** In the grid and with the majority of the known members: writes are taken. */
  CONNECTED,
  /** Up, but with less than a majority of the known members: writes are refused. */
  MINORITY,
  /**
   * The underlying Ignite node is being restarted in place: writes are refused, membership is as
   * last seen.
   */
  RESTARTING,
  /** Closed for good. */
  STOPPED
}
