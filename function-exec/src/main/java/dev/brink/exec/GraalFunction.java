package dev.brink.exec;

import dev.brink.exec.lane.Lane;
import dev.brink.exec.lane.LaneShares;
import dev.brink.exec.module.BundleFileSystem;
import dev.brink.exec.websocket.CloseCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/** A function version and its instances, which belong to lanes. */
final class GraalFunction implements LoadedFunction {
  private static final String REPLACED = "the function was replaced";
  private static final long LAST_CALLS_NANOS = 100_000_000;

  private final GraalRuntime runtime;
  private final Outside outside;
  private final FunctionBundle bundle;
  private final FunctionCode code;
  private final OwnerUse owner;
  private final ResponseHeaders responseHeaders = new ResponseHeaders();

  /** By lane; each list is used on its lane only. */
  private final List<List<Instance>> byLane = new ArrayList<>();

  private final Set<Instance> all = ConcurrentHashMap.newKeySet();
  private final AtomicLong warmLanes = new AtomicLong();
  private final AtomicLong warmingLanes = new AtomicLong();

  private final SpareInstances spares;
  private final @Nullable CpuCredit credit;

  private final LaneShares shares;

  private volatile boolean closed;
  private volatile long loadNanos;
  private volatile long instanceBytes;

  /**
   * @param modules the bundle's, without types
   */
  GraalFunction(GraalRuntime runtime, FunctionBundle bundle, Map<String, byte[]> modules) {
    this(runtime, runtime.outside(), bundle, FunctionCode.of(bundle, modules));
  }

  private GraalFunction(
      GraalRuntime runtime, Outside outside, FunctionBundle bundle, FunctionCode code) {
    this.runtime = runtime;
    this.outside = outside;
    this.bundle = bundle;
    this.code = code;
    this.owner = runtime.owners().of(bundle.owner());
    this.spares = new SpareInstances(this);
    int lanes = runtime.lanes().all().size();
    this.credit = CpuCredit.of(bundle.limits(), lanes);
    this.shares = new LaneShares(lanes, !isFresh());
    for (int i = 0; i < lanes; i++) {
      byLane.add(new ArrayList<>());
    }
  }

  /** The same code, and what is compiled of it, for instances that reach nothing. */
  GraalFunction cutOff() {
    return new GraalFunction(runtime, Outside.none(), CutOffBinding.of(bundle), code);
  }

  @Override
  public FunctionBundle bundle() {
    return bundle;
  }

  @Override
  public long loadNanos() {
    return loadNanos;
  }

  @Override
  public boolean warm() {
    return warmLanes.get() != 0;
  }

  @Override
  public CompletionStage<LoadedFunction> warmUp() {
    return closed()
        ? CompletableFuture.failedFuture(GraalRuntime.closedException())
        : runtime.warmUp(this);
  }

  @Override
  public int warmLanes() {
    return Long.bitCount(warmLanes.get());
  }

  @Override
  public long instanceBytes() {
    return instanceBytes;
  }

  @Override
  public int warm(int lanes) {
    int begun = 0;
    while (!closed()) {
      long there = warmLanes.get() | warmingLanes.get();
      Lane lane = Long.bitCount(there) >= lanes ? null : runtime.lanes().idle(there);
      if (lane == null) {
        break;
      }
      long bit = 1L << lane.index();
      warmingLanes.updateAndGet(mask -> mask | bit);
      var made = new CompletableFuture<LoadedFunction>();
      var _ = made.whenComplete((_, _) -> warmingLanes.updateAndGet(mask -> mask & ~bit));
      lane.post(() -> warmOn(lane, made));
      begun++;
    }
    return begun;
  }

  /** An invocation may have been here first. */
  private void warmOn(Lane lane, CompletableFuture<LoadedFunction> made) {
    if (byLane.get(lane.index()).isEmpty()) {
      new Loading(this, lane, made).start();
    } else {
      made.complete(this);
    }
  }

  @Override
  public int payingLanes() {
    long there = warmLanes.get();
    int paying = 0;
    for (int index = 0; index < byLane.size(); index++) {
      if ((there >>> index & 1) == 1 && shares.pays(index)) {
        paying++;
      }
    }
    return paying;
  }

  @Override
  public int evict(int lanes) {
    int tried = 0;
    long there = warmLanes.get();
    for (int index = Long.SIZE - 1; Long.bitCount(there) > lanes && index >= 0; index--) {
      long bit = 1L << index;
      if ((there & bit) != 0 && (lanes == 0 || !shares.pays(index))) {
        there &= ~bit;
        tried++;
        Lane lane = runtime.lanes().all().get(index);
        lane.post(() -> runtime.countEvicted(this, closeIdle(lane)));
      }
    }
    return tried;
  }

  /** When it is closed: what waits for the lane may be calls of it, which want no new one each. */
  void closeSoon(Instance instance, Lane lane) {
    if (runtime.closed() || !lane.hasWaiting()) {
      instance.closeIfIdle();
    } else {
      lane.schedule(System.nanoTime() + LAST_CALLS_NANOS, _ -> instance.closeIfIdle());
    }
  }

  /** How many there were. */
  private long closeIdle(Lane lane) {
    spares.letGo(lane);
    return List.copyOf(byLane.get(lane.index())).stream().filter(Instance::closeIfIdle).count();
  }

  @Override
  public Running invoke(Invocation invocation, InvocationListener listener) {
    return start(invocation, listener);
  }

  @Override
  public Running invoke(ScheduledEvent event, InvocationListener listener) {
    return start(event, listener);
  }

  private Running start(Trigger trigger, InvocationListener listener) {
    var run = new Run(this, trigger, listener);
    if (closed) {
      run.refuse(GraalRuntime.closedException());
    } else {
      runtime.invoke(run, warmLanes.get(), shares);
    }
    return run;
  }

  @Override
  public void close() {
    closed = true;
    runtime.forget(this);
    closeSockets(CloseCode.SERVICE_RESTART, REPLACED);
    for (Lane lane : runtime.lanes().all()) {
      lane.post(
          () -> {
            spares.letGo(lane);
            List.copyOf(byLane.get(lane.index())).forEach(each -> closeSoon(each, lane));
          });
    }
  }

  /** Begins to close the WebSockets of all instances. Any thread. */
  void closeSockets(int code, String reason) {
    all.forEach(instance -> instance.closeSockets(code, reason));
  }

  /** A WebSocket that was granted after all others were told to close is told so, too. */
  void opened(GuestSocket socket) {
    if (runtime.closesWebSockets()) {
      socket.closeAfterTurn(CloseCode.GOING_AWAY, GraalRuntime.STOPPING);
    } else if (closed) {
      socket.closeAfterTurn(CloseCode.SERVICE_RESTART, REPLACED);
    }
  }

  boolean closed() {
    return closed || runtime.closed();
  }

  void loaded(long nanos, long allocatedBytes) {
    loadNanos = nanos;
    instanceBytes = allocatedBytes;
  }

  GraalRuntime runtime() {
    return runtime;
  }

  Outside outside() {
    return outside;
  }

  BundleFileSystem files() {
    return code.files();
  }

  /** The main module's namespace in a new context. */
  Value main(GuestContext context) {
    return code.main(context);
  }

  /** A text of the function as people may see it. */
  String shown(String text) {
    return code.shown(text);
  }

  /** A failure as people may see it. */
  FunctionException shown(FunctionException failure) {
    return code.shown(failure);
  }

  /** What its runs may use beyond their processor time; {@code null}: that is exact. */
  @Nullable CpuCredit credit() {
    return credit;
  }

  OwnerUse owner() {
    return owner;
  }

  ResponseHeaders responseHeaders() {
    return responseHeaders;
  }

  /** What is in the way of one more instance in use. Any thread. */
  @Nullable Limit instancesFull() {
    if (owner.instances().full()) {
      return Limit.OWNER_INSTANCES;
    }
    return runtime.instancesInUse().full() ? Limit.INSTANCES : null;
  }

  /** So many more instances are in use. On the lane. */
  void inUse(Lane lane, int more) {
    owner.instances().add(lane.index(), more);
    runtime.instancesInUse().add(lane.index(), more);
  }

  /** Whether it uses WebAssembly. */
  boolean wasm() {
    return code.wasm();
  }

  /** Whether each invocation has an instance of its own. */
  boolean isFresh() {
    return bundle.isolation() == Isolation.FRESH;
  }

  /** Instances that wait to be used on a lane. On that lane. */
  int ready(Lane lane) {
    return byLane.get(lane.index()).size();
  }

  /** No other invocation may have it; another one is made in its place. On its lane. */
  void used(Instance instance) {
    unlist(instance);
    spares.oneTaken(instance.lane());
  }

  /**
   * Makes another instance on the lane of one that is to go. On that lane, where {@code then} is
   * told whether there is one.
   */
  void replace(Instance old, Consumer<Boolean> then) {
    Lane lane = old.lane();
    var made = new CompletableFuture<LoadedFunction>();
    var _ = made.whenComplete((_, failure) -> then.accept(failure == null));
    var _ = lane.schedule(System.nanoTime(), _ -> new Loading(this, lane, made).start());
  }

  /** It gets no more invocations. On its lane. */
  void retired(Instance instance) {
    unlist(instance);
    runtime.countRecycled(this);
  }

  /** An instance with room for one more; {@code null} when one has to be made. On its lane. */
  @Nullable Instance take(Lane lane) {
    List<Instance> here = byLane.get(lane.index());
    boolean full = false;
    for (int i = 0; i < here.size(); i++) {
      Instance instance = here.get(i);
      if (instance.hasRoom()) {
        shares.used(lane.index());
        return instance;
      }
      full |= !instance.inTurn();
    }
    if (isFresh()) {
      spares.noneLeft(lane);
    } else if (full) {
      outside.limitCounts().met(Limit.CONCURRENCY);
    }
    return null;
  }

  /** It was made in {@code nanos}. On its lane. */
  void add(Instance instance, long nanos) {
    all.add(instance);
    int lane = instance.lane().index();
    byLane.get(lane).add(instance);
    shares.made(lane, nanos);
    warmLanes.updateAndGet(mask -> mask | 1L << lane);
  }

  /** Whether a call that waits so long had better begin on a lane where none does. Any thread. */
  boolean suits(Lane lane, long waitNanos) {
    long warm = warmLanes.get();
    return warm == 0 || (warm >>> lane.index() & 1) == 1 || waitNanos >= shares.makingNanos();
  }

  /** On the instance's lane. */
  void remove(Instance instance) {
    all.remove(instance);
    unlist(instance);
  }

  private void unlist(Instance instance) {
    int lane = instance.lane().index();
    byLane.get(lane).remove(instance);
    if (byLane.get(lane).isEmpty()) {
      warmLanes.updateAndGet(mask -> mask & ~(1L << lane));
    }
  }

  /** Whether the lane has more instances of this function than it needs. On that lane. */
  boolean surplus(Lane lane) {
    int idle = 0;
    for (Instance instance : byLane.get(lane.index())) {
      if (instance.idle()) {
        idle++;
      }
    }
    return idle > 1;
  }
}
