package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.lane.Lane;
import dev.brink.exec.lane.LaneJob;
import dev.brink.exec.lane.LaneTimer;
import dev.brink.exec.lane.Watched;
import dev.brink.exec.web.NormalUrl;
import dev.brink.exec.websocket.CloseCode;
import dev.brink.exec.websocket.Handshake;
import dev.brink.exec.websocket.WebSocketLimits;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.graalvm.polyglot.PolyglotException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One invocation, from its place in the queue to its report. After it has started everything
 * happens on its instance's lane, except {@link #cancel}, {@link #over} and {@link #queueOn}.
 */
final class Run implements LoadedFunction.Running, LaneJob, Watched {
  private static final Logger log = LoggerFactory.getLogger(Run.class);

  private final GraalFunction function;
  private final Trigger trigger;
  private final InvocationListener listener;
  private final FunctionLimits limits;
  private final long queuedNanos = System.nanoTime();
  private final AtomicBoolean taken = new AtomicBoolean();
  private final RunBodies bodies;
  private final TurnMemory memory;
  private volatile boolean cancelled;
  private volatile @Nullable Lane lane;
  private volatile @Nullable Instance instance;
  private volatile long cpuNanos;
  private volatile long allocatedBytes;
  private volatile long endNanos;

  /** What it had computed when its limit began anew. */
  private volatile long renewedNanos;

  private long renewedAtNanos;
  private boolean outlives;

  int openOps;
  int subrequests;
  int consoleChars;
  int cancelOp = -1;

  private long startNanos;
  private long enteredNanos;
  private long respondedNanos;
  private boolean cold;
  private @Nullable Answer answer;
  private @Nullable FunctionException failure;
  private @Nullable LaneTimer limit;
  private boolean passThrough;
  private boolean heard;
  private int waits;
  private boolean ended;

  Run(GraalFunction function, Trigger trigger, InvocationListener listener) {
    this.function = function;
    this.trigger = trigger;
    this.listener = listener;
    this.limits = function.bundle().limits();
    this.bodies = new RunBodies(this);
    this.memory = new TurnMemory(limits);
  }

  String requestId() {
    return trigger.requestId();
  }

  /** The request's headers as lines of names and values; none of what is no request. */
  String headerLines() {
    return trigger instanceof Invocation call ? RequestHead.lines(call.request().headers()) : "";
  }

  /** The request's body; {@code null} for none. */
  Flow.@Nullable Publisher<ByteBuf> requestBody() {
    return trigger instanceof Invocation call ? call.body() : null;
  }

  /** The headers of a request for a WebSocket; {@code null} for any other. */
  @Nullable HttpHeaders upgradeHeaders() {
    return trigger instanceof Invocation call
            && call.body() != null
            && Handshake.isIn(call.request().headers())
        ? call.request().headers()
        : null;
  }

  GraalFunction function() {
    return function;
  }

  FunctionLimits limits() {
    return limits;
  }

  RunBodies bodies() {
    return bodies;
  }

  boolean ended() {
    return ended;
  }

  /** When the run must have ended, by its limit or its caller. */
  long endNanos() {
    return endNanos;
  }

  // ---- on the caller's thread

  /** Says no before anything started. */
  void refuse(FunctionException why) {
    taken.set(true);
    listener.onFailure(why, Timing.NONE);
    listener.onDone(new InvocationReport(Timing.NONE, 0, 0, 0, 0, 0, 0, why.code()));
  }

  boolean queueOn(Lane chosen) {
    lane = chosen;
    return chosen.offer(this);
  }

  @Override
  public void cancel() {
    Lane home = lane;
    if (!cancelled && home != null) {
      cancelled = true;
      home.post(this::cancelOnLane);
    }
  }

  // ---- on a lane

  @Override
  public void start(Lane on) {
    if (!taken.compareAndSet(false, true)) {
      return;
    }
    lane = on;
    long now = System.nanoTime();
    startNanos = now;
    if (function.closed()) {
      refuseQueued(GraalRuntime.closedException());
    } else if (cancelled) {
      refuseQueued(cancelledException());
    } else if (now - trigger.deadlineNanos() >= 0) {
      refuseQueued(new FunctionException(Code.DEADLINE, "the deadline passed in the queue", null));
    } else {
      beginOrFail(on, now);
    }
  }

  private void beginOrFail(Lane on, long now) {
    try {
      begin(on, now);
    } catch (RuntimeException | OutOfMemoryError e) {
      log.error("An invocation of {} failed to start", function.bundle().name(), e);
      fail(new FunctionException(Code.UNCAUGHT, "internal error", null));
    }
  }

  private void begin(Lane on, long now) {
    long wallEnd = now + limits.wall().toNanos();
    endNanos = wallEnd - trigger.deadlineNanos() < 0 ? wallEnd : trigger.deadlineNanos();
    Instance chosen = function.take(on);
    if (chosen == null) {
      cold = true;
      chosen = new Instance(function, on);
      instance = chosen;
      FunctionException wrong = chosen.prepare(this);
      charge(on.lastCpuNanos(), on.lastAllocatedBytes());
      if (wrong != null) {
        enteredNanos = System.nanoTime();
        fail(wrong);
        return;
      }
    }
    instance = chosen;
    Instance home = chosen;
    home.begin(this);
    enteredNanos = System.nanoTime();
    home.enter(this, entry(home));
    if (!ended && limit == null) {
      limit = on.schedule(endNanos, () -> fail(wallLimit()));
    }
  }

  /** The call of the guest that this run is for. */
  private Runnable entry(Instance home) {
    var port = new RunPort(this, home);
    return switch (trigger) {
      case Invocation call -> {
        String method = call.request().method().name();
        String url = RequestHead.url(call);
        boolean normal = NormalUrl.is(url);
        boolean hasBody = call.body() != null && upgradeHeaders() == null;
        yield () -> home.guest().dispatch(port, method, url, normal, hasBody);
      }
      case ScheduledEvent event ->
          () ->
              home.guest()
                  .schedule(port, (double) event.scheduledTime().toEpochMilli(), event.cron());
    };
  }

  private void refuseQueued(FunctionException why) {
    ended = true;
    function.runtime().finished();
    var timing = new Timing(false, startNanos - queuedNanos, 0, 0);
    tell(() -> listener.onFailure(why, timing));
    tell(() -> listener.onDone(new InvocationReport(timing, 0, 0, 0, 0, 0, 0, why.code())));
  }

  private void cancelOnLane() {
    if (taken.compareAndSet(false, true)) {
      startNanos = System.nanoTime();
      refuseQueued(cancelledException());
      return;
    }
    Lane home = lane;
    if (home != null && !home.isCurrent()) {
      home.post(this::cancelOnLane);
      return;
    }
    Instance in = instance;
    if (!ended && in != null) {
      if (cancelOp >= 0) {
        in.ops().settle(cancelOp, Guest.ABORTED, null);
      }
      fail(cancelledException());
    }
  }

  // ---- the guest's doing, within a turn

  void respond(Answer given) {
    if (ended || answer != null || failure != null) {
      given.discard();
      return;
    }
    respondedNanos = System.nanoTime();
    answer = given;
    changed();
  }

  void failTurn(FunctionException why) {
    if (!ended && failure == null && !heard) {
      failure = function.shown(why);
      changed();
    }
  }

  /** The handler threw, or its promise was rejected. */
  void uncaught(PolyglotException error) {
    uncaught(GuestErrors.of(Code.UNCAUGHT, error, function.bundle()), GuestErrors.stack(error));
  }

  void uncaught(FunctionException why, String stack) {
    print(ConsoleSink.Level.ERROR, stack);
    failTurn(bodies.overLimit() ? bodies.limitExceeded() : why);
  }

  /** A failure from now on is for others to answer. */
  void passThrough() {
    passThrough = true;
  }

  void wait(int more) {
    waits += more;
    changed();
  }

  /** Has a WebSocket, which goes on for so long at most, and a little to be closed. */
  void outlive(Duration lifetime) {
    outlives = true;
    renewCpu();
    endNanos = System.nanoTime() + lifetime.plus(WebSocketLimits.CLOSING.multipliedBy(2)).toNanos();
    LaneTimer before = limit;
    if (before != null) {
      before.cancel();
    }
    Lane home = lane;
    if (home != null) {
      limit = home.schedule(endNanos, () -> fail(wallLimit()));
    }
  }

  /**
   * Something new came for it to do, or time has passed in which another invocation would have
   * ended: its limit of processor time begins anew.
   */
  void renewCpu() {
    renewedNanos = cpuNanos;
    renewedAtNanos = System.nanoTime();
  }

  void print(ConsoleSink.Level level, String text) {
    ConsoleLines.print(function, this, level, text);
  }

  void changed() {
    Instance in = instance;
    if (in != null) {
      in.changed(this);
    }
  }

  // ---- between turns

  void charge(long cpu, long allocated) {
    long cpuBefore = cpuNanos;
    long allocatedBefore = allocatedBytes;
    cpuNanos = cpuBefore + cpu;
    allocatedBytes = allocatedBefore + allocated;
    memory.start();
    if (outlives && System.nanoTime() - renewedAtNanos > limits.wall().toNanos()) {
      renewCpu();
    }
  }

  /** How much longer it may compute. */
  long cpuNanosLeft() {
    return Math.max(0, limits.cpu().toNanos() - (cpuNanos - renewedNanos));
  }

  /**
   * Adds what was computed for it on another thread; ends it when that was too much.
   *
   * @return whether it goes on
   */
  boolean chargeElsewhere(long cpu) {
    long cpuBefore = cpuNanos;
    cpuNanos = cpuBefore + cpu;
    if (cpuNanos - renewedNanos > limits.cpu().toNanos()) {
      fail(cpuLimit());
    }
    return !ended;
  }

  /** Tells the listener what the turn brought. */
  void deliver() {
    if (ended) {
      return;
    }
    FunctionException wrong = failure;
    Answer given = answer;
    if (wrong != null && !heard) {
      fail(wrong);
    } else if (given != null && !heard) {
      heard = true;
      tell(() -> listener.onResponse(given.head(), given.body(), timing()));
    }
    finishIfDone();
  }

  void finishIfDone() {
    if (!ended && heard && waits == 0 && bodies.responseEnded()) {
      finish(bodies.outcome());
    }
  }

  /** Ends the run early. */
  void fail(FunctionException why) {
    if (ended) {
      return;
    }
    if (heard) {
      dropSockets(CloseCode.INTERNAL_ERROR, "the function was ended");
      bodies.failResponse(why);
    } else {
      heard = true;
      Answer unheard = answer;
      if (unheard != null) {
        unheard.discard();
      }
      bodies.dropResponse();
      if (respondedNanos == 0) {
        respondedNanos = System.nanoTime();
      }
      boolean passes = passThrough && why.code().ofTheFunction();
      tell(() -> listener.onFailure(passes ? why.passingThrough() : why, timing()));
    }
    finish(why.code());
  }

  /** The instance is gone. */
  void abort(FunctionException why) {
    fail(why);
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
    Instance in = instance;
    if (in != null) {
      in.ops().drop(this);
      dropSockets(CloseCode.GOING_AWAY, "the invocation has ended");
    }
    bodies.close(in == null ? null : in.bodies());
    var report =
        new InvocationReport(
            timing(),
            System.nanoTime() - startNanos,
            cpuNanos,
            allocatedBytes,
            bodies.bytesIn(),
            bodies.bytesOut(),
            subrequests,
            outcome);
    function.runtime().finished();
    if (in != null) {
      in.finished(this);
    }
    tell(() -> listener.onDone(report));
  }

  private void dropSockets(int code, String why) {
    Instance in = instance;
    if (in != null) {
      in.sockets().drop(this, code, why);
    }
  }

  private Timing timing() {
    long coldNanos = cold ? enteredNanos - startNanos : 0;
    return new Timing(
        cold, startNanos - queuedNanos, coldNanos, Math.max(0, respondedNanos - enteredNanos));
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      log.error("A listener of {} failed", function.bundle().name(), e);
    }
  }

  // ---- on the watchdog's thread

  @Override
  public boolean over(long turnCpuNanos, long turnAllocatedBytes, long nowNanos) {
    Instance in = instance;
    if (in == null) {
      return false;
    }
    if (cpuNanos - renewedNanos + turnCpuNanos > limits.cpu().toNanos()) {
      return in.end(cpuLimit(), this);
    }
    if (nowNanos - endNanos > 0) {
      return in.end(wallLimit(), this);
    }
    if (memory.over(turnAllocatedBytes)) {
      return in.end(memoryLimit(), this);
    }
    return false;
  }

  @Override
  public void abandoned(Lane on) {
    Instance in = instance;
    if (in != null) {
      in.discard();
    }
    if (!ended) {
      fail(new FunctionException(Code.CPU_LIMIT, "could not be stopped", null));
    }
  }

  private FunctionException cpuLimit() {
    return new FunctionException(
        Code.CPU_LIMIT, "ran for more than " + limits.cpu().toMillis() + " ms", null);
  }

  private FunctionException wallLimit() {
    return new FunctionException(
        Code.WALL_LIMIT,
        "took longer than "
            + Math.max(0, (endNanos - startNanos) / 1_000_000)
            + " ms, or than its caller waits",
        null);
  }

  private FunctionException memoryLimit() {
    return new FunctionException(
        Code.MEMORY_LIMIT, "used more than " + (limits.memoryBytes() >> 20) + " MiB", null);
  }

  private static FunctionException cancelledException() {
    return new FunctionException(Code.CANCELLED, "the caller has gone", null);
  }
}
