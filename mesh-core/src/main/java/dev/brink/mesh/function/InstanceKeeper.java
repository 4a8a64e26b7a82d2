package dev.brink.mesh.function;

import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.RuntimeLoad;
import dev.brink.grid.Throttle;
import dev.brink.mesh.config.KeepAliveConfig;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.warmth.ColdPrice;
import dev.brink.placement.warmth.FunctionSample;
import dev.brink.placement.warmth.KeeperSettings;
import dev.brink.placement.warmth.NodeSample;
import dev.brink.placement.warmth.PolicyStandings;
import dev.brink.placement.warmth.WarmthAction;
import dev.brink.placement.warmth.WarmthKeeper;
import dev.brink.placement.warmth.WarmthPolicyKind;
import dev.brink.placement.warmth.WarmthSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and discards instances of the functions on this node as its {@link WarmthKeeper} says, four
 * times a second, on a virtual thread of its own. Metrics may be read from any thread.
 */
public final class InstanceKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InstanceKeeper.class);
  private static final Duration BEAT = Duration.ofMillis(250);

  /** What goes wrong with each beat is told of so often. */
  private final Throttle complaints = new Throttle(Duration.ofMinutes(1));

  private final FunctionRuntime runtime;
  private final Supplier<Snapshot> snapshot;
  private final CallCounts counts;
  private final WarmthKeeper keeper;
  private final Set<String> wishes = ConcurrentHashMap.newKeySet();
  private final AtomicLong warmed = new AtomicLong();
  private final Thread thread = Thread.ofVirtual().name("brink-keep-alive").unstarted(this::run);
  private volatile Standing standing;
  private volatile boolean closed;

  /** What the policies cost, as of the last beat. */
  private record Standing(
      WarmthPolicyKind active,
      long switches,
      Map<WarmthPolicyKind, Double> regrets,
      long wishesMet,
      long wishesRefused) {
    static Standing of(WarmthKeeper keeper) {
      PolicyStandings standings = keeper.standings();
      var regrets = new EnumMap<WarmthPolicyKind, Double>(WarmthPolicyKind.class);
      for (WarmthPolicyKind kind : WarmthPolicyKind.values()) {
        regrets.put(kind, standings.regret(kind));
      }
      return new Standing(
          standings.active(),
          standings.switches(),
          Map.copyOf(regrets),
          keeper.wishesMet(),
          keeper.wishesRefused());
    }
  }

  /** Not yet at work: see {@link #start}. */
  public InstanceKeeper(
      FunctionRuntime runtime,
      Supplier<Snapshot> snapshot,
      CallCounts counts,
      KeepAliveConfig config) {
    this.runtime = runtime;
    this.snapshot = snapshot;
    this.counts = counts;
    this.keeper =
        new WarmthKeeper(
            KeeperSettings.builder()
                .policy(config.policy(), config.switching())
                .policies(WarmthSettings.builder().fixedWindow(config.window()).build())
                .least(config.least())
                .memoryBytes(config.memoryBytes())
                .warmingShare(config.warmingPercent() / 100.0)
                .price(new ColdPrice(config.coldPrice()))
                .build());
    this.standing = Standing.of(keeper);
  }

  /** Begins. Once. */
  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(BEAT);
        beat();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
        if (complaints.permits()) {
          LOG.error("keep-alive failed once", e);
        }
      }
    }
  }

  /**
   * Asks for an instance of a version, for the sake of what its calls have lost elsewhere. It is
   * made with the next beats if the budget, the memory and an idle lane allow. Any thread; returns
   * at once.
   *
   * @param digest the version's; of one that is not here nothing is made
   */
  public void wish(String digest) {
    wishes.add(digest);
  }

  private void beat() {
    RuntimeLoad load = runtime.load();
    Map<String, Binding.Version> versions = snapshot.get().versions();
    counts.retain(versions.keySet());
    List<FunctionSample> samples = samples(versions, load);
    long now = System.nanoTime();
    Set<String> wished = Set.copyOf(wishes);
    wishes.removeAll(wished);
    wished.forEach(digest -> keeper.wish(digest, now));
    var node = new NodeSample(load.lanes(), load.lanes() - load.taken());
    for (WarmthAction action : keeper.beat(now, node, samples)) {
      Binding.Version version = versions.get(action.id());
      LoadedFunction function = version == null ? null : version.local();
      if (function != null) {
        act(action, function);
      }
    }
    standing = Standing.of(keeper);
  }

  private List<FunctionSample> samples(Map<String, Binding.Version> versions, RuntimeLoad load) {
    int allInFlight = 0;
    for (String digest : versions.keySet()) {
      allInFlight += counts.of(digest).inFlight();
    }
    var samples = new ArrayList<FunctionSample>();
    for (Map.Entry<String, Binding.Version> entry : versions.entrySet()) {
      LoadedFunction function = entry.getValue().local();
      if (function != null) {
        CallCounts.Count count = counts.of(entry.getKey());
        samples.add(sample(entry.getKey(), function, count, load.queued(), allInFlight));
      }
    }
    return samples;
  }

  /** The runtime knows how many calls wait, but not of which function: they get their share. */
  private static FunctionSample sample(
      String digest, LoadedFunction function, CallCounts.Count count, int queued, int allInFlight) {
    int inFlight = count.inFlight();
    long waiting = allInFlight == 0 ? 0 : (long) queued * inFlight / allInFlight;
    return new FunctionSample(
        digest,
        count.begun(),
        inFlight,
        (int) waiting,
        count.meanCpuNanos(),
        function.loadNanos(),
        function.instanceBytes(),
        function.warmLanes(),
        function.payingLanes());
  }

  private void act(WarmthAction action, LoadedFunction function) {
    switch (action) {
      case WarmthAction.Warm warm -> warmed.addAndGet(function.warm(warm.lanes()));
      case WarmthAction.Evict evict -> {
        int lanes = function.evict(evict.lanes());
        if (lanes > 0) {
          LOG.debug(
              "{}: idle instances on {} lanes are to go: {}",
              function.bundle().name(),
              lanes,
              evict.cause());
        }
      }
    }
  }

  /** Instances made ahead of calls so far. */
  public long warmed() {
    return warmed.get();
  }

  /** Idle instances that were let go so far. */
  public long evicted() {
    return runtime.instances().evicted();
  }

  /** Wishes for which an instance was made so far. */
  public long wishesMet() {
    return standing.wishesMet;
  }

  /** Wishes given up so far, for want of budget, memory or an idle lane. */
  public long wishesRefused() {
    return standing.wishesRefused;
  }

  /** How often another policy took over. */
  public long switches() {
    return standing.switches;
  }

  /** Whether a policy is in force. */
  public boolean active(WarmthPolicyKind kind) {
    return standing.active == kind;
  }

  /** How much more a policy costs, or would cost, than the cheapest, in MB·s. */
  public double regret(WarmthPolicyKind kind) {
    return standing.regrets.getOrDefault(kind, 0.0);
  }
}
