package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.lane.Lane;
import dev.brink.exec.lane.LaneTimer;
import dev.brink.exec.lane.Watched;
import dev.brink.exec.websocket.CloseCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.graalvm.polyglot.PolyglotException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One context running a function version, shared by its unfinished invocations. Lives on a lane:
 * everything but {@link #end} and {@link #post} happens there. A turn of its guest may be in
 * overtime, beside the lane; then what happens to the instance waits in {@link #afterTurn}.
 */
final class Instance {
  private static final Logger log = LoggerFactory.getLogger(Instance.class);

  private static final AtomicLongFieldUpdater<Instance> ALLOCATED =
      AtomicLongFieldUpdater.newUpdater(Instance.class, "allocatedBytes");

  private final long begunNanos;
  private final GraalFunction function;
  private final Lane lane;
  private final GuestContext context;
  private final Ops ops = new Ops(this);
  private final Bodies bodies = new Bodies(this);
  private final Sockets sockets = new Sockets(this);
  private final Codecs codecs;
  private final Runs runs = new Runs();
  private final List<Run> changed = new ArrayList<>();

  /** What came while a turn was in overtime. */
  private final Queue<Runnable> later = new ArrayDeque<>(0);

  private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();

  /** Whether something sees to it that the context is closed. */
  private final AtomicBoolean reaped = new AtomicBoolean();

  private final Runnable catchUp = this::catchUp;
  private @Nullable Guest guest;
  private @Nullable Run current;
  private @Nullable PolyglotException thrown;
  private @Nullable Throwable hostFault;
  private boolean listed;
  private boolean inTurn;
  private boolean used;
  private boolean inUse;

  /** By its modules and its invocations' turns; what the heap holds may be its doing. */
  private volatile long allocatedBytes;

  private volatile boolean shed;
  private final Recycling recycling;

  Instance(GraalFunction function, Lane lane) {
    this.begunNanos = System.nanoTime();
    this.function = function;
    this.lane = lane;
    this.recycling = new Recycling(this, function.runtime().limits());
    this.codecs = new Codecs(function.bundle().owner());
    this.context =
        function
            .runtime()
            .contexts()
            .context(function.files(), function.bundle().eval(), function.wasm());
  }

  /** Evaluates the modules in a turn of {@code watched}. Returns what went wrong. */
  @Nullable FunctionException prepare(Watched watched) {
    function.runtime().add(this);
    var failure = new AtomicReference<@Nullable FunctionException>();
    turn(watched, () -> failure.set(evaluate()));
    ALLOCATED.lazySet(this, allocatedBytes + lane.lastAllocatedBytes());
    Ending end = ending.get();
    if (end != null) {
      discard();
      return end.cause();
    }
    FunctionException wrong = failure.get();
    if (wrong != null) {
      function.runtime().remove(this);
      unused();
      codecs.clear();
      stopContext();
      return wrong;
    }
    listed = true;
    recycling.start();
    function.add(this, System.nanoTime() - begunNanos - lane.lastSharedNanos());
    return null;
  }

  /** Other threads may have had the lane in the meantime; this one has it again. */
  private void turn(Watched watched, Runnable body) {
    inTurn = true;
    try {
      lane.turn(watched, body);
    } finally {
      if (lane.isCurrent()) {
        inTurn = false;
        if (!later.isEmpty()) {
          lane.postSurely(catchUp);
        }
      }
    }
  }

  /** Runs {@code event} on the lane, soon, in order, and not during a turn. Any thread. */
  void post(Runnable event) {
    lane.post(() -> afterTurn(event));
  }

  /** Runs {@code action} when it is due, on the lane and not during a turn. */
  LaneTimer schedule(long dueNanos, Runnable action) {
    return lane.schedule(
        dueNanos,
        timer ->
            afterTurn(
                () -> {
                  if (!timer.cancelled()) {
                    action.run();
                  }
                }));
  }

  /** Runs {@code event} now, or after the turn in overtime and what waits for its end already. */
  void afterTurn(Runnable event) {
    if (inTurn || !later.isEmpty()) {
      later.add(event);
    } else {
      event.run();
    }
  }

  private void catchUp() {
    try {
      while (!inTurn) {
        Runnable next = later.poll();
        if (next == null) {
          return;
        }
        next.run();
      }
    } finally {
      if (!inTurn && !later.isEmpty()) {
        lane.postSurely(catchUp);
      }
    }
  }

  /** The turn under way could not be ended and is nobody's any more. */
  void abandon() {
    inTurn = false;
    discard();
    catchUp();
  }

  private @Nullable FunctionException evaluate() {
    try {
      return evaluateModules();
    } catch (PolyglotException e) {
      return moduleError(e);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      if (ending.get() == null) {
        log.error("Loading {} failed", function.bundle().name(), e);
      }
      return FunctionException.passing(Code.MODULE_ERROR, "internal error");
    }
  }

  private @Nullable FunctionException evaluateModules() {
    var starting = Guest.start(this, context);
    guest = starting;
    String problem = starting.bind(function.main(context));
    return problem == null ? null : new FunctionException(Code.MODULE_ERROR, problem, null);
  }

  private FunctionException moduleError(PolyglotException thrownWhileLoading) {
    if (thrownWhileLoading.isInternalError()) {
      log.error("Loading {} failed in the engine", function.bundle().name(), thrownWhileLoading);
    }
    if (String.valueOf(thrownWhileLoading.getMessage()).contains("*default*")) {
      String message = "a top-level await did not finish while the module loaded";
      return new FunctionException(Code.MODULE_ERROR, message, null);
    }
    FunctionException failure =
        function.shown(GuestErrors.of(Code.MODULE_ERROR, thrownWhileLoading, function.bundle()));
    return GuestErrors.mayPass(thrownWhileLoading)
        ? FunctionException.passing(Code.MODULE_ERROR, String.valueOf(failure.getMessage()))
        : failure;
  }

  /**
   * Enters the guest on behalf of {@code run}, and afterwards delivers what it did. Does nothing
   * when the instance is ending.
   */
  void enter(Run run, Runnable body) {
    if (ending.get() == null) {
      current = run;
      thrown = null;
      turn(run, () -> guarded(body));
      current = null;
      run.charge(lane);
      ALLOCATED.lazySet(this, allocatedBytes + lane.lastAllocatedBytes());
      PolyglotException error = thrown;
      if (error != null) {
        thrown = null;
        fault(run, error);
      }
      Throwable ours = hostFault;
      if (ours != null) {
        hostFault = null;
        hostFault(run, ours);
      }
    }
    if (ending.get() != null) {
      discard();
    } else {
      deliver();
    }
  }

  private void guarded(Runnable body) {
    try {
      body.run();
    } catch (PolyglotException e) {
      thrown = e;
      if (!e.isCancelled() && !e.isInternalError() && !e.isResourceExhausted()) {
        ended(current, e);
      }
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      hostFault = e;
    }
  }

  /** Reads the guest's error while its turn lasts: messages may be guest code. */
  private void ended(@Nullable Run run, PolyglotException error) {
    if (run != null) {
      thrown = Uncaught.thrown(run, error, guest());
    }
  }

  private void fault(Run run, PolyglotException error) {
    if (error.isInternalError()) {
      log.error("{} failed inside the engine", function.bundle().name(), error);
      end(new FunctionException(Code.UNCAUGHT, "internal error", null), run);
    } else if (error.isResourceExhausted()) {
      end(new FunctionException(Code.MEMORY_LIMIT, "out of memory", null), run);
    } else if (error.isCancelled()) {
      end(GraalRuntime.closedException(), run);
    }
  }

  /** The runtime itself failed, or the guest was ended under it. */
  private void hostFault(Run run, Throwable error) {
    if (ending.get() == null) {
      log.error("{} failed outside of the guest", function.bundle().name(), error);
      Code code = error instanceof OutOfMemoryError ? Code.MEMORY_LIMIT : Code.UNCAUGHT;
      end(new FunctionException(code, "internal error", null), run);
    }
  }

  private void deliver() {
    while (!changed.isEmpty()) {
      changed.removeFirst().deliver();
    }
  }

  /** Has {@code run} looked at when the turn ends. */
  void changed(Run run) {
    if (!changed.contains(run)) {
      changed.add(run);
    }
  }

  /**
   * Begins to end the guest whatever it does; its invocations fail with {@code cause}. Any thread.
   *
   * @return whether it has begun, for the watchdog, which asks again when there was no memory for
   *     it
   */
  boolean end(FunctionException cause, @Nullable Watched culprit) {
    boolean _ = ending.compareAndSet(null, new Ending(cause, culprit));
    if (reaped.compareAndSet(false, true)) {
      try {
        Thread.ofPlatform().daemon().name("brink-reaper").start(this::stopContext);
        post(this::discard);
      } catch (OutOfMemoryError e) {
        reaped.set(false);
        return false;
      }
    }
    return true;
  }

  /** Fails what is unfinished, once it is known that no guest code runs. On the lane. */
  void discard() {
    Ending end = ending.get();
    if (end == null) {
      return;
    }
    unlist();
    ops.clear();
    for (Run run : runs.all()) {
      run.fail(end.causeFor(run));
    }
    runs.clear();
    unused();
    recycling.end();
    sockets.clear(CloseCode.GOING_AWAY, "the instance has ended");
    bodies.clear();
    codecs.clear();
  }

  private void unlist() {
    function.runtime().remove(this);
    if (listed) {
      listed = false;
      function.remove(this);
    }
  }

  private void stopContext() {
    endContext(GuestContext::stop);
  }

  private void endContext(Consumer<GuestContext> end) {
    try {
      end.accept(context);
    } catch (PolyglotException | IllegalStateException e) {
      log.debug("Closing a context of {}", function.bundle().name(), e);
    }
  }

  /** Begins to close its WebSockets. Any thread. */
  void closeSockets(int code, String reason) {
    post(() -> sockets.close(code, reason));
  }

  /** It is made for an invocation, or is about to get one. On the lane. */
  void use() {
    if (!inUse) {
      inUse = true;
      function.inUse(lane, 1);
    }
  }

  private void unused() {
    if (inUse) {
      inUse = false;
      function.inUse(lane, -1);
    }
  }

  void begin(Run run) {
    use();
    runs.add(run);
    recycling.begun();
    if (function.isFresh() && !used) {
      used = true;
      function.used(this);
    }
  }

  void finished(Run run) {
    runs.remove(run);
    codecs.ended(run);
    if (!runs.isEmpty()) {
      return;
    }
    unused();
    if (used || function.surplus(lane)) {
      closeIfIdle();
    } else if (function.closed()) {
      function.closeSoon(this, lane);
    }
  }

  /** It gets no more invocations, and ends with those it has. On the lane. */
  void retire() {
    if (listed && !used) {
      used = true;
      recycling.end();
      function.retired(this);
      closeIfIdle();
    }
  }

  /** For want of memory it gets no more invocations; one that is in use gets a successor. */
  void letGo() {
    shed = true;
    post(
        () -> {
          boolean missed = listed && !used && !runs.isEmpty() && !recycling.replacing();
          retire();
          if (missed && ending.get() == null && !function.closed()) {
            function.replace(this, _ -> {});
          }
        });
  }

  /** Whether it was let go. Any thread. */
  boolean shed() {
    return shed;
  }

  long allocatedBytes() {
    return allocatedBytes;
  }

  /** The invocations it had. Any thread. */
  int uses() {
    return recycling.uses();
  }

  /** Whether that was so, and it ends now. */
  boolean closeIfIdle() {
    if (!idle() || !ending.compareAndSet(null, new Ending(GraalRuntime.closedException(), null))) {
      return false;
    }
    reaped.set(true);
    discard();
    endContext(GuestContext::close);
    return true;
  }

  boolean idle() {
    return runs.isEmpty() && !inTurn;
  }

  /** Whether its guest runs: seen by others on the lane only when that is in overtime. */
  boolean inTurn() {
    return inTurn;
  }

  boolean hasRoom() {
    return !inTurn
        && !used
        && ending.get() == null
        && runs.size() < function.bundle().limits().concurrency();
  }

  boolean ending() {
    return ending.get() != null;
  }

  GraalFunction function() {
    return function;
  }

  Lane lane() {
    return lane;
  }

  GuestContext context() {
    return context;
  }

  Ops ops() {
    return ops;
  }

  Codecs codecs() {
    return codecs;
  }

  Bodies bodies() {
    return bodies;
  }

  Sockets sockets() {
    return sockets;
  }

  Guest guest() {
    Guest ready = guest;
    if (ready == null) {
      throw new IllegalStateException("the instance is not prepared");
    }
    return ready;
  }

  /** The invocation on whose behalf the guest runs now; {@code null} while its modules load. */
  @Nullable Run current() {
    return current;
  }
}
