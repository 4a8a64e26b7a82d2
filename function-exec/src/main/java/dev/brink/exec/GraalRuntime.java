package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.lane.Lane;
import dev.brink.exec.lane.LaneShares;
import dev.brink.exec.lane.Lanes;
import dev.brink.exec.websocket.CloseCode;
import dev.brink.exec.websocket.WebSocketLimits;
import java.time.Duration;
import java.util.List;
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
  static final String STOPPING = "the node is stopping";
  static final Duration GRACE = Duration.ofMillis(500);
  private static final long MAX_CODE_BYTES = 16L << 20;

  /** Code of which the texts are read on the caller's thread, which may have others to serve. */
  private static final long LITTLE_CODE_BYTES = 32L << 10;

  private static final long CLOSE_NANOS = Duration.ofSeconds(5).toNanos();

  private final Lanes lanes;
  private final RuntimeLimits limits;
  private final Outside outside;
  private final SocketBudget sockets;
  private final BackgroundWork background;
  private final GuestContexts contexts = new GuestContexts();
  private final PendingLoads loads = new PendingLoads();
  private final SampleWarmUps samples = new SampleWarmUps(this);

  /** What was loaded and not closed. */
  private final Set<GraalFunction> functions = ConcurrentHashMap.newKeySet();

  /** Of all functions, also of those that were closed and have invocations under way. */
  private final Set<Instance> instances = ConcurrentHashMap.newKeySet();

  private final HeapGuard heap;
  private final LongAdder made = new LongAdder();
  private final LongAdder recycled = new LongAdder();
  private final LongAdder evicted = new LongAdder();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final OwnerUses owners;
  private final InstancesInUse instancesInUse;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean closesWebSockets;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private GraalRuntime(
      Lanes lanes,
      RuntimeLimits limits,
      ConsoleSink console,
      Subrequests subrequests,
      WebSocketLimits sockets) {
    this.sockets = new SocketBudget(sockets);
    this.lanes = lanes;
    this.background = new BackgroundWork(lanes.all().size());
    this.limits = limits;
    this.heap = new HeapGuard(this, limits.heapPercent());
    this.owners = new OwnerUses(lanes.all().size(), limits);
    this.instancesInUse = new InstancesInUse(lanes.all().size(), limits.instances());
    this.outside = new Outside(subrequests, console, new LimitCounts());
  }

  static GraalRuntime start(
      Lanes lanes,
      RuntimeLimits limits,
      ConsoleSink console,
      Subrequests subrequests,
      WebSocketLimits sockets,
      int idleWarmUp) {
    var runtime = new GraalRuntime(lanes, limits, console, subrequests, sockets);
    runtime.lanes.start();
    runtime.heap.start();
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
      outside.limitCounts().met(Limit.CODE);
      loaded.completeExceptionally(
          new FunctionException(
              Code.CODE_LIMIT,
              "modules: " + bytes + " bytes (expected: at most " + MAX_CODE_BYTES + ")",
              null));
      return loaded;
    }
    if (TypeScript.isIn(bundle.modules())) {
      inBackground(
          bundle,
          loaded,
          () -> load(bundle, new TypeScript(contexts).strip(bundle.modules()), loaded));
    } else if (bytes > LITTLE_CODE_BYTES) {
      inBackground(bundle, loaded, () -> load(bundle, bundle.modules(), loaded));
    } else {
      load(bundle, bundle.modules(), loaded);
    }
    return loaded;
  }

  /** A part of loading that takes too long for a lane. */
  private void inBackground(
      FunctionBundle bundle, CompletableFuture<LoadedFunction> loaded, Runnable part) {
    OwnerUse owner = owners.of(bundle.owner());
    if (background.submit(owner, () -> guarded(bundle, loaded, part)) == null) {
      loaded.completeExceptionally(queueFull());
    }
  }

  private void guarded(
      FunctionBundle bundle, CompletableFuture<LoadedFunction> loaded, Runnable part) {
    try {
      part.run();
    } catch (FunctionException e) {
      loaded.completeExceptionally(e);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      if (closed.get()) {
        loaded.completeExceptionally(closedException());
        return;
      }
      log.error("Loading {} failed", bundle.name(), e);
      loaded.completeExceptionally(FunctionException.passing(Code.MODULE_ERROR, "internal error"));
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
                samples.loaded(function);
              }
            });
    if (!function.wasm() || contexts.hasWasm()) {
      loadOnLane(function, loaded);
    } else {
      inBackground(bundle, loaded, () -> loadWithWasm(function, loaded));
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
  public RuntimeHealth health() {
    int most = limits.stuckThreads();
    return new RuntimeHealth(lanes.stuck(), most == 0 ? lanes.all().size() : most);
  }

  @Override
  public InstanceCounts instances() {
    return new InstanceCounts(instances.size(), made.sum(), recycled.sum(), evicted.sum());
  }

  @Override
  public WebSocketCounts webSockets() {
    return sockets.counts();
  }

  @Override
  public void closeWebSockets() {
    // Before the look at those that there are: one that opens later looks at this.
    closesWebSockets = true;
    instances.forEach(instance -> instance.closeSockets(CloseCode.GOING_AWAY, STOPPING));
  }

  boolean closesWebSockets() {
    return closesWebSockets;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("brink-runtime-close").start(this::end);
    }
  }

  void invoke(Run run, long warmLanes, LaneShares shares) {
    OwnerUse owner = run.function().owner();
    Outside counts = run.function().outside();
    Limit met = owner.queue();
    if (met != null) {
      run.refuse(full(met, counts));
      return;
    }
    // Counted before the look at closed: the lanes end when, after that was set, none is counted.
    if (unfinished.incrementAndGet() > limits.unfinished()) {
      notQueued(owner);
      run.refuse(full(Limit.UNFINISHED, counts));
    } else if (closed.get()) {
      notQueued(owner);
      run.refuse(closedException());
    } else if (!queued(run, warmLanes, shares)) {
      notQueued(owner);
      run.refuse(full(Limit.QUEUE, counts));
    }
  }

  private boolean queued(Run run, long warmLanes, LaneShares shares) {
    try {
      return run.queueOn(lanes.choose(warmLanes, shares));
    } catch (RuntimeException | Error e) {
      notQueued(run.function().owner());
      throw e;
    }
  }

  private void notQueued(OwnerUse owner) {
    unfinished.decrementAndGet();
    owner.notQueued();
  }

  /** One more invocation, or instance, than there may be: counts that. */
  static FunctionException full(Limit met, Outside function) {
    function.limitCounts().met(met);
    return switch (met) {
      case OWNER_QUEUE, OWNER_UNFINISHED, OWNER_INSTANCES ->
          FunctionException.passing(
              Code.OWNER_BUSY, "the owner's functions have as much under way as they may");
      default -> queueFull();
    };
  }

  void finished(OwnerUse owner) {
    unfinished.decrementAndGet();
    owner.finished();
  }

  OwnerUses owners() {
    return owners;
  }

  InstancesInUse instancesInUse() {
    return instancesInUse;
  }

  /** There is one more, about to be prepared. */
  void add(Instance instance) {
    instances.add(instance);
    if (counts(instance.function())) {
      made.increment();
    }
    if (closed.get()) {
      instance.end(closedException(), null);
    }
  }

  /** As they are now, but for those whose modules load. */
  List<Instance> allInstances() {
    return List.copyOf(instances);
  }

  void countRecycled(GraalFunction function) {
    if (counts(function)) {
      recycled.increment();
    }
  }

  void countEvicted(GraalFunction function, long instances) {
    if (counts(function)) {
      evicted.add(instances);
    }
  }

  /** Whether its instances are those of a function that was loaded. */
  private boolean counts(GraalFunction function) {
    return function.outside().equals(outside) && !WarmUpFunction.isOwn(function.bundle());
  }

  RuntimeLimits limits() {
    return limits;
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

  Outside outside() {
    return outside;
  }

  @Override
  public long limitsMet(Limit limit) {
    return outside.limitCounts().of(limit);
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

  SocketBudget sockets() {
    return sockets;
  }

  static FunctionException closedException() {
    return new FunctionException(Code.CLOSED, "the function, or its runtime, was closed", null);
  }

  static FunctionException cancelledException() {
    return new FunctionException(Code.CANCELLED, "the caller has gone", null);
  }

  private static FunctionException queueFull() {
    return FunctionException.passing(Code.QUEUE_FULL, "too many invocations are waiting");
  }

  private void end() {
    loads.close();
    heap.close();
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
    Duration patience = Duration.ofNanos(CLOSE_NANOS);
    if (!lanes.awaitEnd(patience)) {
      log.warn("A guest did not end in time: the engine is left as it is");
    } else if (!contexts.close(patience)) {
      log.warn("A guest's context could not be closed: the engine is left as it is");
    }
  }
}
