package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.lane.Lane;
import dev.brink.exec.lane.LaneJob;
import dev.brink.exec.lane.LaneTimer;
import dev.brink.exec.lane.Watched;
import dev.brink.exec.websocket.CloseCode;
import dev.brink.exec.websocket.WebSocketLimits;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One invocation, from its place in the queue to its report. After it has started everything
 * happens on its instance's lane, except {@link #cancel}, {@link #over} and {@link #queueOn}.
 */
final class Run implements LoadedFunction.Running, LaneJob, Watched {
  private static final Logger log = LoggerFactory.getLogger(Run.class);

  private static final AtomicIntegerFieldUpdater<Run> TAKEN =
      AtomicIntegerFieldUpdater.newUpdater(Run.class, "taken");

  private final GraalFunction function;
  private final RunRequest request;
  private final RunAnswer answer;
  private final FunctionLimits given;
  private final InvocationLimits limits;
  private final RunClock clock = new RunClock();
  private final RunBodies bodies;

  /** 1 once it is known who begins it, or says no. */
  @SuppressWarnings("unused") // read through TAKEN
  private volatile int taken;

  private volatile boolean cancelled;
  private volatile @Nullable Lane lane;
  private volatile @Nullable Instance instance;

  int cancelOp = -1;

  /** Its place in its instance's list; -1 for none. */
  int slot = -1;

  private @Nullable LaneTimer limit;
  private boolean callerGone;
  private volatile boolean ended;

  Run(GraalFunction function, Trigger trigger, InvocationListener listener) {
    this.function = function;
    this.request = new RunRequest(trigger);
    this.answer = new RunAnswer(listener, function);
    this.given = function.bundle().limits();
    this.limits = new InvocationLimits(given, function.outside().limitCounts(), function.credit());
    this.bodies = new RunBodies(this);
  }

  String requestId() {
    return request.trigger().requestId();
  }

  /** What it is for. */
  RunRequest request() {
    return request;
  }

  GraalFunction function() {
    return function;
  }

  FunctionLimits limits() {
    return given;
  }

  /** What it has used, and what it may yet. */
  InvocationLimits use() {
    return limits;
  }

  RunBodies bodies() {
    return bodies;
  }

  boolean ended() {
    return ended;
  }

  /** Whether there is somebody to answer. */
  boolean takesAnswer() {
    return !ended && !callerGone;
  }

  /** Whether its caller has gone before its response's end, and what it waits for goes on. */
  boolean callerGone() {
    return callerGone;
  }

  // ---- on the caller's thread

  /** Says no before anything started. */
  void refuse(FunctionException why) {
    taken = 1;
    answer.refuse(why, Timing.NONE);
  }

  boolean queueOn(Lane chosen) {
    lane = chosen;
    return chosen.offer(this);
  }

  @Override
  public void cancel() {
    Lane home = lane;
    if (!cancelled && !ended && home != null) {
      cancelled = true;
      home.post(() -> cancelOnLane(home));
    }
  }

  // ---- on a lane

  /** Where an instance would have to be made for it, only after waiting as long as that takes. */
  @Override
  public boolean suits(Lane thief, long waitNanos) {
    return function.suits(thief, clock.waitedNanos(System.nanoTime()) + waitNanos);
  }

  @Override
  public void start(Lane on) {
    if (!TAKEN.compareAndSet(this, 0, 1)) {
      return;
    }
    lane = on;
    function.owner().started();
    long now = System.nanoTime();
    clock.started(now);
    if (function.runtime().closed()) {
      refuseQueued(GraalRuntime.closedException());
    } else if (cancelled) {
      refuseQueued(GraalRuntime.cancelledException());
    } else if (now - request.trigger().deadlineNanos() >= 0) {
      refuseQueued(new FunctionException(Code.DEADLINE, "the deadline passed in the queue", null));
    } else {
      beginOrFail(on, now);
    }
  }

  private void beginOrFail(Lane on, long now) {
    try {
      begin(on, now);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      log.error("An invocation of {} failed to start", function.bundle().name(), e);
      fail(new FunctionException(Code.UNCAUGHT, "internal error", null));
    }
  }

  private void begin(Lane on, long now) {
    limits.begin(now, request.trigger().deadlineNanos());
    Instance chosen = function.take(on);
    if (chosen == null || chosen.idle()) {
      Limit full = function.instancesFull();
      if (full != null) {
        refuseQueued(GraalRuntime.full(full, function.outside()));
        return;
      }
    }
    if (chosen == null) {
      clock.cold();
      chosen = new Instance(function, on);
      chosen.use();
      instance = chosen;
      FunctionException wrong = chosen.prepare(this);
      charge(on);
      if (wrong != null) {
        clock.entered();
        fail(wrong);
        return;
      }
    }
    instance = chosen;
    Instance home = chosen;
    answer.tellBegun();
    home.begin(this);
    clock.entered();
    home.enter(this, request.entry(new RunPort(this, home), home.guest()));
    if (!ended && limit == null) {
      limit = home.schedule(limits.endNanos(), () -> fail(limits.wallLimit()));
    }
  }

  /** Its last turn is over. */
  void charge(Lane on) {
    limits.charge(on.lastCpuNanos(), on.lastAllocatedBytes());
    clock.shared(on.lastSharedNanos());
    clock.turned(on.lastOwnNanos());
  }

  private void refuseQueued(FunctionException why) {
    ended = true;
    function.runtime().finished(function.owner());
    answer.refuse(why, clock.queued());
    bodies.close(null);
  }

  /**
   * @param asked the lane this is for, though another thread runs it once that has ended
   */
  private void cancelOnLane(Lane asked) {
    if (TAKEN.compareAndSet(this, 0, 1)) {
      clock.started(System.nanoTime());
      function.owner().started();
      refuseQueued(GraalRuntime.cancelledException());
      return;
    }
    Lane home = lane;
    if (home != null && !home.equals(asked)) {
      home.post(() -> cancelOnLane(home));
      return;
    }
    Instance in = instance;
    if (in != null) {
      in.afterTurn(() -> cancelIn(in));
    }
  }

  /** Nobody takes the rest of its response: but for who asked with HEAD, the caller has gone. */
  void unread() {
    Instance in = instance;
    if (in != null && answer.heard() && !request.isHead()) {
      cancelIn(in);
    }
  }

  private void cancelIn(Instance in) {
    if (ended || callerGone) {
      return;
    }
    callerGone = true;
    boolean answered = answer.heard();
    if (!answered) {
      tellFailure(GraalRuntime.cancelledException());
    }
    outliveNoMore();
    if (!limits.waits()) {
      limits.windUp();
    }
    if (cancelOp >= 0) {
      in.ops().settle(cancelOp, Guest.ABORTED, null);
    }
    if (answered && !ended && !in.sockets().clientLeft(this)) {
      in.bodies().leaveResponse(this);
    }
    // What it was told to wait for goes on, within its limits.
    finishIfDone();
  }

  // ---- the guest's doing, within a turn

  void respond(Answer given) {
    if (!takesAnswer() || !answer.open()) {
      given.discard();
      return;
    }
    Lane home = lane;
    clock.responded(home == null ? 0 : home.sharedNanos());
    answer.give(given);
    changed();
  }

  void failTurn(FunctionException why) {
    if (!ended && answer.mayFail()) {
      answer.giveFailure(function.shown(why));
      changed();
    }
  }

  /** A failure from now on is for others to answer. */
  void passThrough() {
    answer.passThrough();
  }

  void waitForOneLess() {
    limits.givePromise();
    changed();
  }

  /** Has a WebSocket, which goes on for so long at most, and a little to be closed. */
  void outlive(Duration lifetime) {
    Duration most = lifetime.plus(WebSocketLimits.CLOSING.multipliedBy(2));
    limits.outlive(System.nanoTime() + most.toNanos());
    armLimit();
  }

  /** Its WebSocket is over, for the caller at least: it has as long as any other, from now on. */
  void outliveNoMore() {
    if (!ended && limits.outliveNoMore(System.nanoTime())) {
      armLimit();
    }
  }

  private void armLimit() {
    LaneTimer before = limit;
    if (before != null) {
      before.cancel();
    }
    Instance home = instance;
    if (home != null) {
      limit = home.schedule(limits.endNanos(), () -> fail(limits.wallLimit()));
    }
  }

  void print(ConsoleSink.Level level, String text) {
    ConsoleLines.print(this, level, text);
  }

  void changed() {
    Instance in = instance;
    if (in != null) {
      in.changed(this);
    }
  }

  // ---- between turns

  /**
   * Adds what was computed for it on another thread; ends it when that was too much.
   *
   * @return whether it goes on
   */
  boolean chargeElsewhere(long cpu) {
    FunctionException over = limits.chargeElsewhere(cpu);
    if (over != null) {
      fail(over);
    }
    return !ended;
  }

  /** What computes for it on another thread takes longer than it may; ends it. */
  void useUp() {
    fail(limits.useUp());
  }

  /** Tells the listener what the turn brought. */
  void deliver() {
    if (ended) {
      return;
    }
    FunctionException wrong = answer.untoldFailure();
    Answer given = answer.untold();
    if (wrong != null) {
      fail(wrong);
    } else if (given != null) {
      answer.tell(given, clock.timing());
    }
    finishIfDone();
  }

  void finishIfDone() {
    if (!ended && answer.heard() && !limits.waits() && bodies.responseEnded()) {
      finish(callerGone ? Code.CANCELLED : bodies.outcome());
    }
  }

  /** Ends the run early. */
  void fail(FunctionException why) {
    if (ended) {
      return;
    }
    // Who hears of it may look at the count.
    limits.ends(why.code());
    if (answer.heard()) {
      dropSockets(CloseCode.INTERNAL_ERROR, "the function was ended");
      bodies.failResponse(why);
    } else {
      tellFailure(why);
    }
    finish(why.code());
  }

  private void tellFailure(FunctionException why) {
    bodies.dropResponse();
    clock.responded(0);
    answer.tellFailure(why, clock.timing());
  }

  private void finish(@Nullable Code outcome) {
    if (ended) {
      return;
    }
    ended = true;
    LaneTimer timer = limit;
    if (timer != null) {
      timer.cancel();
    }
    limits.ends(outcome);
    limits.settle();
    Instance in = instance;
    if (in != null) {
      if (outcome == null && in.ops().work(this)) {
        limits.left();
      }
      in.ops().drop(this);
      dropSockets(CloseCode.GOING_AWAY, "the invocation has ended");
    }
    bodies.close(in == null ? null : in.bodies());
    var report = InvocationReport.of(clock, limits, bodies, outcome);
    function.runtime().finished(function.owner());
    try {
      if (in != null) {
        in.finished(this);
      }
    } finally {
      answer.tellDone(report);
    }
  }

  private void dropSockets(int code, String why) {
    Instance in = instance;
    if (in != null) {
      in.sockets().drop(this, code, why);
    }
  }

  // ---- on the watchdog's thread

  @Override
  public @Nullable BooleanSupplier over(long turnCpuNanos, long turnAllocatedBytes, long nowNanos) {
    Instance in = instance;
    if (in == null) {
      return null;
    }
    FunctionException over = limits.over(turnCpuNanos, turnAllocatedBytes, nowNanos);
    return over == null ? null : () -> in.end(over, this);
  }

  @Override
  public void abandoned(Lane on) {
    Instance in = instance;
    if (in != null) {
      in.abandon();
    }
    if (!ended) {
      fail(new FunctionException(Code.CPU_LIMIT, "could not be stopped", null));
    }
  }
}
