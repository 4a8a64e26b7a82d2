package dev.brink.exec;

import dev.brink.exec.lane.Lanes;

/**
 * Tells whether lanes have been without a load, of functions or of sockets such as by hits of the
 * cache, for {@linkplain CalmAfterLoad some seconds}; apart from one's own work. For one thread.
 */
final class LoadOfOthers {
  private static final int TURNS_PER_SECOND = 200;
  private static final int ROUNDS_PER_SECOND = 1_000;

  private final Lanes lanes;
  private final CalmAfterLoad guests;
  private final CalmAfterLoad sockets;
  private long ownTurns;
  private long ownRounds;

  LoadOfOthers(Lanes lanes, long nowNanos) {
    this.lanes = lanes;
    guests = new CalmAfterLoad(TURNS_PER_SECOND, lanes.turns(), nowNanos);
    sockets = new CalmAfterLoad(ROUNDS_PER_SECOND, lanes.companionRounds(), nowNanos);
  }

  /** To be asked several times a second. */
  boolean isOver(long nowNanos) {
    // Both are asked each time, as they also see to when the last load was.
    boolean calm = guests.isCalm(lanes.turns() - ownTurns, nowNanos);
    calm &= sockets.isCalm(lanes.companionRounds() - ownRounds, nowNanos);
    return calm;
  }

  /**
   * Runs one's own work, all of which is over when it returns. What others do meanwhile is missed.
   */
  void own(Runnable work) {
    long turns = lanes.turns();
    long rounds = lanes.companionRounds();
    work.run();
    ownTurns += lanes.turns() - turns;
    ownRounds += lanes.companionRounds() - rounds;
  }
}
