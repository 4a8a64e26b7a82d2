package dev.brink.mesh;

import dev.brink.exec.LoadedFunction;
import dev.brink.mesh.function.InstanceKeeper;
import dev.brink.mesh.function.LoadReporter;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Placement;
import dev.brink.placement.WarmAdvice;
import java.util.HexFormat;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Follows placement's advice on where functions should be warm: tells the node, which passes it to
 * what keeps its instances, unless it drains or is above 75 % utilisation. Thread-safe.
 */
final class Warming {
  private static final double MAX_UTILISATION = 0.75;

  private final String node;
  private final Placement placement;
  private final Supplier<Snapshot> snapshot;
  private final LoadReporter load;
  private final InstanceKeeper keeper;
  private final LongAdder asked = new LongAdder();
  private final LongAdder declined = new LongAdder();

  Warming(
      String node,
      Placement placement,
      Supplier<Snapshot> snapshot,
      LoadReporter load,
      InstanceKeeper keeper) {
    this.node = node;
    this.placement = placement;
    this.snapshot = snapshot;
    this.load = load;
    this.keeper = keeper;
  }

  /** Passes on what placement advises; to be called every 100 ms or so. */
  void follow(Links links) {
    for (WarmAdvice advice : placement.takeWarmAdvice()) {
      long version = Long.parseUnsignedLong(advice.function(), 16);
      asked.increment();
      if (advice.node().equals(node)) {
        warm(version);
      } else {
        links.warm(advice.node(), version);
      }
    }
  }

  /** Has an instance of a version made here, if it has none and there is room. */
  void warm(long version) {
    String prefix = HexFormat.of().toHexDigits(version);
    for (Binding.Version one : snapshot.get().versions().values()) {
      LoadedFunction local = one.local();
      if (local != null && one.target().digest().startsWith(prefix) && !local.warm()) {
        if (load.draining() || load.unhealthy() || load.utilisation() > MAX_UTILISATION) {
          declined.increment();
          return;
        }
        keeper.wish(one.target().digest());
        return;
      }
    }
  }

  /** Advice followed, here or by asking a peer. */
  long askedTotal() {
    return asked.sum();
  }

  /** Instances made here in the background. */
  long warmedTotal() {
    return keeper.wishesMet();
  }

  /** Wishes declined because the node was busy, or had no budget, memory or idle lane for them. */
  long declinedTotal() {
    return declined.sum() + keeper.wishesRefused();
  }
}
