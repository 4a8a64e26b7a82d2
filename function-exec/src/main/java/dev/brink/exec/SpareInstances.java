package dev.brink.exec;

import dev.brink.exec.lane.Lane;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps instances of a {@link Isolation#FRESH} function ready ahead of its invocations: on each
 * lane as many as lately were missing at once, and one at least once it was called there. One is
 * made at a time, and whatever waits on the lane goes between. What is kept is let go as any idle
 * instance is, by {@link LoadedFunction#evict}. For each lane on that lane only.
 */
final class SpareInstances {
  private static final int MOST = 8;

  /** After so long without one missing, one fewer is kept. */
  private static final long CALM_NANOS = Duration.ofSeconds(10).toNanos();

  private final GraalFunction function;
  private final State[] lanes;

  private static final class State {
    private int wanted;
    private long changedNanos;
    private boolean making;
  }

  SpareInstances(GraalFunction function) {
    this.function = function;
    this.lanes = new State[function.runtime().lanes().all().size()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new State();
    }
  }

  /** An invocation found none; the first one on a lane always does. */
  void noneLeft(Lane lane) {
    State state = lanes[lane.index()];
    if (state.wanted > 0) {
      state.wanted = Math.min(MOST, state.wanted + 1);
      state.changedNanos = System.nanoTime();
    }
  }

  /** An invocation has taken one, or one made for it. */
  void oneTaken(Lane lane) {
    State state = lanes[lane.index()];
    long now = System.nanoTime();
    if (state.wanted == 0) {
      state.wanted = 1;
    } else if (state.wanted > 1 && now - state.changedNanos > CALM_NANOS) {
      state.wanted--;
      state.changedNanos = now;
    }
    makeOne(lane, state);
  }

  /** Those that are ready are let go: none is made in their place until one is wanted again. */
  void letGo(Lane lane) {
    lanes[lane.index()].wanted = 0;
  }

  private void makeOne(Lane lane, State state) {
    if (!state.making && !function.closed() && function.ready(lane) < state.wanted) {
      state.making = true;
      var made = new CompletableFuture<LoadedFunction>();
      var _ =
          made.whenComplete(
              (_, failure) -> {
                state.making = false;
                if (failure == null) {
                  makeOne(lane, state);
                }
              });
      var _ = lane.schedule(System.nanoTime(), _ -> new Loading(function, lane, made).start());
    }
  }
}
