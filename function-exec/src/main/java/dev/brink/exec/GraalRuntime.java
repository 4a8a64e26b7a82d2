package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.lane.Lane;
import dev.brink.exec.lane.LaneShares;
import dev.brink.exec.lane.Lanes;
import dev.brink.exec.websocket.CloseCode;
import dev.brink.exec.websocket.WebSocketLimits;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runtime on GraalJS: one engine, some lanes, the functions loaded on them. */
final class GraalRuntime implements FunctionRuntime {
  static final int MAX_LANES = Lanes.MAX;

  private static final Logger log = LoggerFactory.getLogger(GraalRuntime.class);
  static final Duration GRACE = Duration.ofMillis(500);
  private static final long MAX_CODE_BYTES = 16L << 20;
  private static final long CLOSE_NANOS = Duration.ofSeconds(5).toNanos();

  private final Lanes lanes;
  private final int maxUnfinished;
  private final ConsoleSink console;
  private final Subrequests subrequests;
  private final SocketBudget sockets;
  private final LimitCounts limitCounts = new LimitCounts();
  private final BackgroundWork background;
  private final GuestContexts contexts = new GuestContexts();
  private final PendingLoads loads = new PendingLoads();

  /** What was loaded and not closed. */
  private final Set<GraalFunction> functions = ConcurrentHashMap.newKeySet();

  /** Of all functions, also of those that were closed and have invocations under way. */
  private final Set<Instance> instances = ConcurrentHashMap.newKeySet();

  private final LongAdder made = new LongAdder();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private GraalRuntime(
      Lanes lanes,
      int maxUnfinished,
      ConsoleSink console,
      Subrequests subrequests,
      WebSocketLimits sockets) {
    this.sockets = new SocketBudget(sockets);
    this.lanes = lanes;
    this.background = new BackgroundWork(lanes.all().size());
    this.maxUnfinished = maxUnfinished;
    this.console = console;
    this.subrequests = subrequests;
  }

  static GraalRuntime start(
      Lanes lanes,
      int maxUnfinished,
      ConsoleSink console,
      Subrequests subrequests,
      WebSocketLimits sockets,
      int idleWarmUp) {
    var runtime = new GraalRuntime(lanes, maxUnfinished, console, subrequests, sockets);
    runtime.lanes.start();
    WarmUp.run(runtime, runtime.ready);
    if (idleWarmUp > 0) {
      var _ = runtime.ready.thenRun(() -> IdleWarmUp.start(runtime, idleWarmUp));
    }
    return runtime;
  }

  @Override
  public CompletionStage<Void> ready() {
    return ready.minimalCompletionStage();
  }

  @Override
  public CompletionStage<LoadedFunction> load(FunctionBundle bundle) {
    CompletableFuture<LoadedFunction> loaded = loads.begin();
    long bytes = bundle.modules().values().stream().mapToLong(module -> module.length).sum();
    if (bytes > MAX_CODE_BYTES) {
      limitCounts.met(Limit.CODE);
      loaded.completeExceptionally(
          new FunctionException(
              Code.MODULE_ERROR,
              "modules: " + bytes + " bytes (expected: at most " + MAX_CODE_BYTES + ")",
              null));
      return loaded;
    }
    if (!TypeScript.isIn(bundle.modules())) {
      load(bundle, bundle.modules(), loaded);
    } else if (background.submit(() -> loadTypeScript(bundle, loaded)) == null) {
      loaded.completeExceptionally(queueFull());
    }
    return loaded;
  }

  private void loadTypeScript(FunctionBundle bundle, CompletableFuture<LoadedFunction> loaded) {
    try {
      load(bundle, new TypeScript(contexts).strip(bundle.modules()), loaded);
    } catch (FunctionException e) {
      loaded.completeExceptionally(e);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      if (closed.get()) {
        loaded.completeExceptionally(closedException());
        return;
      }
      log.error("Reading the TypeScript of {} failed", bundle.name(), e);
      loaded.completeExceptionally(
          new FunctionException(Code.MODULE_ERROR, "internal error", null));
    }
  }

  private void load(
      FunctionBundle bundle,
      Map<String, byte[]> modules,
      CompletableFuture<LoadedFunction> loaded) {
    var function = new GraalFunction(this, bundle, modules);
    var _ =
        loaded.whenComplete(
            (_, failure) -> {
              if (failure == null) {
                know(function);
              }
            });
    if (!function.wasm() || contexts.hasWasm()) {
      loadOnLane(function, loaded);
    } else if (background.submit(() -> loadWithWasm(function, loaded)) == null) {
      loaded.completeExceptionally(queueFull());
    }
  }

  /** The first function that uses WebAssembly waits for its engine, but no lane does. */
  private void loadWithWasm(GraalFunction function, CompletableFuture<LoadedFunction> loaded) {
    contexts.startWasm();
    loadOnLane(function, loaded);
  }

  private void loadOnLane(GraalFunction function, CompletableFuture<LoadedFunction> loaded) {
    Lane lane = lanes.first();
    lane.post(() -> new Loading(function, lane, loaded).start());
  }

  CompletionStage<LoadedFunction> warmUp(GraalFunction function) {
    CompletableFuture<LoadedFunction> warm = loads.begin();
    Lane lane = lanes.first();
    lane.post(
        () -> {
          if (function.warm()) {
            warm.complete(function);
          } else {
            new Loading(function, lane, warm).start();
          }
        });
    return warm;
  }

  @Override
  public RuntimeLoad load() {
    return new RuntimeLoad(
        lanes.all().size(),
        lanes.busy(),
        lanes.overtime(),
        lanes.queued(),
        lanes.waitNanos(),
        lanes.abandoned());
  }

  @Override
  public InstanceCounts instances() {
    return new InstanceCounts(instances.size(), made.sum());
  }

  @Override
  public WebSocketCounts webSockets() {
    return sockets.counts();
  }

  @Override
  public void closeWebSockets() {
    instances.forEach(
        instance -> instance.closeSockets(CloseCode.GOING_AWAY, "the node is stopping"));
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("brink-runtime-close").start(this::end);
    }
  }

  void invoke(Run run, long warmLanes, LaneShares shares) {
    // Counted before the look at closed: the lanes end when, after that was set, none is counted.
    if (unfinished.incrementAndGet() > maxUnfinished) {
      unfinished.decrementAndGet();
      run.refuse(queueFull());
    } else if (closed.get()) {
      unfinished.decrementAndGet();
      run.refuse(closedException());
    } else if (!run.queueOn(lanes.choose(warmLanes, shares))) {
      unfinished.decrementAndGet();
      run.refuse(queueFull());
    }
  }

  void finished() {
    unfinished.decrementAndGet();
  }

  /** There is one more, about to be prepared. */
  void add(Instance instance) {
    instances.add(instance);
    if (!WarmUpFunction.isOwn(instance.function().bundle())) {
      made.increment();
    }
    if (closed.get()) {
      instance.end(closedException(), null);
    }
  }

  private void know(GraalFunction function) {
    functions.add(function);
    if (function.closed()) {
      functions.remove(function);
    }
  }

  void forget(GraalFunction function) {
    functions.remove(function);
  }

  void remove(Instance instance) {
    instances.remove(instance);
  }

  boolean closed() {
    return closed.get();
  }

  Lanes lanes() {
    return lanes;
  }

  BackgroundWork background() {
    return background;
  }

  GuestContexts contexts() {
    return contexts;
  }

  ConsoleSink console() {
    return console;
  }

  @Override
  public long limitsMet(Limit limit) {
    return limitCounts.of(limit);
  }

  @Override
  public double leastCpuCredit() {
    long now = System.nanoTime();
    double least = 1;
    for (GraalFunction function : functions) {
      CpuCredit credit = function.credit();
      if (credit != null) {
        least = Math.min(least, credit.share(now));
      }
    }
    return least;
  }

  LimitCounts limitCounts() {
    return limitCounts;
  }

  SocketBudget sockets() {
    return sockets;
  }

  Subrequests subrequests() {
    return subrequests;
  }

  static FunctionException closedException() {
    return new FunctionException(Code.CLOSED, "the function, or its runtime, was closed", null);
  }

  static FunctionException cancelledException() {
    return new FunctionException(Code.CANCELLED, "the caller has gone", null);
  }

  private static FunctionException queueFull() {
    return new FunctionException(Code.QUEUE_FULL, "too many invocations are waiting", null);
  }

  private void end() {
    loads.close();
    for (Instance instance : instances) {
      instance.end(closedException(), null);
    }
    long limit = System.nanoTime() + CLOSE_NANOS;
    while (unfinished.get() > 0 && System.nanoTime() - limit < 0) {
      LockSupport.parkNanos(this, 1_000_000);
    }
    if (unfinished.get() > 0) {
      log.warn("{} invocations did not end in time", unfinished.get());
    }
    background.close();
    lanes.end();
    // The engine is locked while it ends, and a guest that loads a module wants that lock: with one
    // there neither would come to an end, nor would the process, which asks for the lock too.
    if (lanes.awaitEnd(Duration.ofNanos(CLOSE_NANOS))) {
      contexts.close();
    } else {
      log.warn("A guest did not end in time: the engine is left as it is");
    }
  }
}
