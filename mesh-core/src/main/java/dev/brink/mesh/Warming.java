package dev.brink.mesh;

import dev.brink.exec.LoadedFunction;
import dev.brink.mesh.function.LoadReporter;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Placement;
import dev.brink.placement.WarmAdvice;
import java.util.HexFormat;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows placement's advice on where functions should be warm: tells the node, which makes an
 * instance in the background unless it is above 75 % utilisation. Thread-safe.
 */
final class Warming {
  private static final Logger LOG = LoggerFactory.getLogger(Warming.class);
  private static final double MAX_UTILISATION = 0.75;

  private final String node;
  private final Placement placement;
  private final Supplier<Snapshot> snapshot;
  private final LoadReporter load;
  private final LongAdder asked = new LongAdder();
  private final LongAdder warmed = new LongAdder();
  private final LongAdder declined = new LongAdder();

  Warming(String node, Placement placement, Supplier<Snapshot> snapshot, LoadReporter load) {
    this.node = node;
    this.placement = placement;
    this.snapshot = snapshot;
    this.load = load;
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

  /** Makes an instance of a version here, if it has none and there is room. */
  void warm(long version) {
    String prefix = HexFormat.of().toHexDigits(version);
    for (Binding.Version one : snapshot.get().versions().values()) {
      LoadedFunction local = one.local();
      if (local != null && one.target().digest().startsWith(prefix) && !local.warm()) {
        if (load.draining() || load.utilisation() > MAX_UTILISATION) {
          declined.increment();
          return;
        }
        warmed.increment();
        local
            .warmUp()
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    LOG.warn("{}: not warmed: {}", one.target(), failure.getMessage());
                  }
                });
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
    return warmed.sum();
  }

  /** Wishes declined because the node was busy. */
  long declinedTotal() {
    return declined.sum();
  }
}
