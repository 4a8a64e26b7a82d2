package dev.brink.exec;

import dev.brink.exec.lane.LaneCompanion;
import dev.brink.exec.lane.Lanes;
import dev.brink.exec.websocket.WebSocketLimits;
import java.util.List;

/**
 * Builds a {@link FunctionRuntime}.
 *
 * <p>Defaults: a lane per processor; {@link RuntimeLimits#DEFAULT}; console lines go to the log; no
 * outbound requests; {@link WebSocketLimits#DEFAULT}.
 */
public final class FunctionRuntimeBuilder {
  private int lanes = Math.min(GraalRuntime.MAX_LANES, Runtime.getRuntime().availableProcessors());
  private RuntimeLimits limits = RuntimeLimits.DEFAULT;
  private ConsoleSink console = new LoggedConsole();
  private Subrequests subrequests = Subrequests.NONE;
  private WebSocketLimits webSockets = WebSocketLimits.DEFAULT;
  private List<? extends LaneCompanion> companions = List.of();
  private int idleWarmUp;

  FunctionRuntimeBuilder() {}

  /** Threads that run guests, 1 to 64. */
  public FunctionRuntimeBuilder lanes(int lanes) {
    this.lanes = within("lanes", lanes, GraalRuntime.MAX_LANES);
    return this;
  }

  /** How many invocations may wait for a lane before more are refused. */
  public FunctionRuntimeBuilder queueBound(int queueBound) {
    int queued = within("queueBound", queueBound, Integer.MAX_VALUE);
    this.limits = limits.toBuilder().queued(queued).build();
    return this;
  }

  /** What it may have in all; also sets what {@link #queueBound} does. */
  public FunctionRuntimeBuilder limits(RuntimeLimits limits) {
    this.limits = limits;
    return this;
  }

  /** Where functions print. */
  public FunctionRuntimeBuilder console(ConsoleSink console) {
    this.console = console;
    return this;
  }

  /** Where functions' own requests go. */
  public FunctionRuntimeBuilder subrequests(Subrequests subrequests) {
    this.subrequests = subrequests;
    return this;
  }

  /** What functions' WebSockets may use. */
  public FunctionRuntimeBuilder webSockets(WebSocketLimits limits) {
    this.webSockets = limits;
    return this;
  }

  /**
   * What the lanes' threads do besides running guests, the first for the first lane and so on.
   * Invocations made by a companion on its lane's thread run there without a change of thread.
   */
  public FunctionRuntimeBuilder companions(List<? extends LaneCompanion> companions) {
    this.companions = List.copyOf(companions);
    return this;
  }

  /**
   * How many instances of a small function to make, one after the other and for nothing, while
   * nothing else runs: the first answer of a new function is several times quicker once some 500
   * were made. It takes a twentieth of the lanes' time at most, and has no end of its own where the
   * runtime is never idle. Default: 0.
   */
  public FunctionRuntimeBuilder idleWarmUp(int instances) {
    this.idleWarmUp = within("idleWarmUp", 0, instances, 100_000);
    return this;
  }

  /** Starts the runtime; it warms up behind the scenes, see {@link FunctionRuntime#ready}. */
  public FunctionRuntime build() {
    return GraalRuntime.start(
        new Lanes(lanes, limits.queued(), GraalRuntime.GRACE, companions),
        limits,
        console,
        subrequests,
        webSockets,
        idleWarmUp);
  }

  private static int within(String name, int value, int max) {
    return within(name, 1, value, max);
  }

  private static int within(String name, int min, int value, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + min + " to " + max + ")");
    }
    return value;
  }
}
