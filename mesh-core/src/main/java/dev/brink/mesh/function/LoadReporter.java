package dev.brink.mesh.function;

import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.RuntimeLoad;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Placement;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Says how loaded this node is. Thread-safe. */
public final class LoadReporter {
  private final FunctionRuntime runtime;
  private final Supplier<Snapshot> snapshot;
  private final Placement placement;
  private final AtomicLong sequence = new AtomicLong(System.currentTimeMillis() << 20);
  private final Utilisation utilisation = new Utilisation();
  private volatile boolean ready;
  private volatile boolean draining;
  private volatile long reportedWaitNanos;

  /**
   * For one node.
   *
   * @param placement knows how slow the node is
   */
  public LoadReporter(FunctionRuntime runtime, Supplier<Snapshot> snapshot, Placement placement) {
    this.runtime = runtime;
    this.snapshot = snapshot;
    this.placement = placement;
  }

  /** A whole report, warm versions included and in order: for the beat. */
  public LoadBeat beat() {
    LoadBeat.Builder beat = report().toBuilder().setWarmFollows(true);
    warm().stream()
        .mapToLong(digest -> Long.parseUnsignedLong(digest, 0, Binding.PLACEMENT_ID_LENGTH, 16))
        .sorted()
        .forEach(beat::addWarm);
    return beat.build();
  }

  /** The numbers alone: rides on answers. */
  public LoadBeat report() {
    RuntimeLoad load = runtime.load();
    reportedWaitNanos = load.waitNanos();
    return LoadBeat.newBuilder()
        .setSequence(nextSequence())
        .setLanes(load.lanes())
        .setBusy(load.busy())
        .setOvertime(load.overtime())
        .setQueued(load.queued())
        .setWaitNanos(load.waitNanos())
        .setDraining(draining())
        .setUnhealthy(unhealthy())
        .setUtilisation((int) Math.round(utilisation(load) * 1000))
        .setSlow((int) Math.round((slow() - 1) * 100))
        .build();
  }

  /** Digests of the versions that have an instance ready. */
  public Set<String> warm() {
    return snapshot.get().versions().values().stream()
        .filter(LoadReporter::warm)
        .map(version -> version.target().digest())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean warm(Binding.Version version) {
    LoadedFunction local = version.local();
    return local != null && local.warm();
  }

  /** The share of the lanes' time that was taken over the last seconds, 0 to 1. */
  public double utilisation() {
    return utilisation(runtime.load());
  }

  double utilisation(RuntimeLoad load) {
    return utilisation.sample(load.taken(), load.lanes());
  }

  /** How much longer than elsewhere work takes here; 1 is usual. */
  double slow() {
    return placement.ownSlow(System.nanoTime());
  }

  /** As it is now, told to nobody. */
  RuntimeLoad load() {
    return runtime.load();
  }

  long nextSequence() {
    return sequence.incrementAndGet();
  }

  /** The wait until a lane is free, now. */
  long waitNanos() {
    return runtime.load().waitNanos();
  }

  long reportedWaitNanos() {
    return reportedWaitNanos;
  }

  /** What is deployed is loaded: until now reports say that the node takes nothing new. */
  public void ready() {
    ready = true;
  }

  /** From now on reports say that the node takes nothing new. */
  public void drain() {
    draining = true;
  }

  /** Whether it takes nothing new: not yet, or no longer. */
  public boolean draining() {
    return draining || !ready;
  }

  /** Whether the node should get nothing that can run elsewhere. */
  public boolean unhealthy() {
    return runtime.health().unhealthy();
  }

  /** What is wrong, for people. */
  String problem() {
    return runtime.health().problem();
  }
}
