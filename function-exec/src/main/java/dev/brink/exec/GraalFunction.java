package dev.brink.exec;

import dev.brink.exec.lane.Lane;
import dev.brink.exec.lane.Lanes;
import dev.brink.exec.module.BundleFileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.graalvm.polyglot.Source;
import org.jspecify.annotations.Nullable;

/** A function version and its instances, which belong to lanes. */
final class GraalFunction implements LoadedFunction {
  private final GraalRuntime runtime;
  private final FunctionBundle bundle;
  private final BundleFileSystem files;
  private final Source entry;

  /** By lane; each list is used on its lane only. */
  private final List<List<Instance>> byLane = new ArrayList<>();

  private final Set<Instance> all = ConcurrentHashMap.newKeySet();
  private final AtomicLong warmLanes = new AtomicLong();

  /** By lane: calls that began on its thread and went elsewhere to find an instance; its own. */
  private final int[] hops;

  private volatile boolean closed;
  private volatile long loadNanos;

  /**
   * @param modules the bundle's, without types
   */
  GraalFunction(GraalRuntime runtime, FunctionBundle bundle, Map<String, byte[]> modules) {
    this.runtime = runtime;
    this.bundle = bundle;
    this.files = BundleFileSystem.of(modules);
    this.entry = GuestSource.entry(bundle.main());
    this.hops = new int[runtime.lanes().all().size()];
    for (int i = 0; i < runtime.lanes().all().size(); i++) {
      byLane.add(new ArrayList<>());
    }
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
    return closed
        ? CompletableFuture.failedFuture(GraalRuntime.closedException())
        : runtime.warmUp(this);
  }

  @Override
  public Running invoke(Invocation invocation, InvocationListener listener) {
    var run = new Run(this, invocation, listener);
    if (closed) {
      run.refuse(GraalRuntime.closedException());
    } else {
      runtime.invoke(run, warmLanes());
    }
    return run;
  }

  /**
   * The lanes with an instance; and the calling thread's, once the changes of thread that an
   * instance there would have saved have cost as much as making one.
   */
  private long warmLanes() {
    long warm = warmLanes.get();
    Lane here = runtime.lanes().here();
    if (here == null || warm == 0 || (warm >>> here.index() & 1) == 1) {
      return warm;
    }
    return ++hops[here.index()] > Lanes.HOPS_PER_COLD_START ? warm | 1L << here.index() : warm;
  }

  @Override
  public void close() {
    closed = true;
    runtime.forget(this);
    for (Lane lane : runtime.lanes().all()) {
      lane.post(() -> List.copyOf(byLane.get(lane.index())).forEach(Instance::closeIfIdle));
    }
  }

  /** Ends what runs. Any thread. */
  void end(FunctionException cause) {
    closed = true;
    all.forEach(instance -> instance.end(cause, null));
  }

  boolean closed() {
    return closed || runtime.closed();
  }

  void loaded(long nanos) {
    loadNanos = nanos;
  }

  GraalRuntime runtime() {
    return runtime;
  }

  BundleFileSystem files() {
    return files;
  }

  Source entry() {
    return entry;
  }

  /** An instance with room for one more; {@code null} when one has to be made. On its lane. */
  @Nullable Instance take(Lane lane) {
    List<Instance> here = byLane.get(lane.index());
    for (int i = 0; i < here.size(); i++) {
      Instance instance = here.get(i);
      if (instance.hasRoom()) {
        return instance;
      }
    }
    return null;
  }

  /** On the instance's lane. */
  void add(Instance instance) {
    all.add(instance);
    int lane = instance.lane().index();
    byLane.get(lane).add(instance);
    hops[lane] = 0;
    warmLanes.updateAndGet(mask -> mask | 1L << lane);
  }

  /** On the instance's lane. */
  void remove(Instance instance) {
    all.remove(instance);
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
