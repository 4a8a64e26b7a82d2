package dev.brink.mesh.usage;

import dev.brink.exec.FunctionLimits;
import dev.brink.exec.InvocationReport;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.proto.UsageRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what invocations on this node used, by tenant, function, version and hour. Thread-safe.
 *
 * <p>Memory is metered as the bytes an invocation allocated, capped by its limit, times its wall
 * time: an upper bound of what it held.
 */
public final class UsageMeter {
  private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

  private final InstantSource clock;
  private final ConcurrentHashMap<UsageKey, UsageCounter> counters = new ConcurrentHashMap<>();

  /**
   * Starts at zero.
   *
   * @param clock says which hour it is
   */
  public UsageMeter(InstantSource clock) {
    this.clock = clock;
  }

  /** Adds one ended invocation. */
  public void record(Target.Function target, FunctionLimits limits, InvocationReport report) {
    long hour = Math.floorDiv(clock.millis(), HOUR_MILLIS) * HOUR_MILLIS;
    var key = new UsageKey(target.tenant(), target.name(), target.digest(), hour);
    UsageCounter counter = counters.get(key);
    if (counter == null) {
      counter = counters.computeIfAbsent(key, UsageCounter::new);
    }
    counter.add(limits, report);
  }

  /** All that was counted since the start and is not forgotten. */
  public List<UsageRecord> records() {
    return counters.values().stream().map(UsageCounter::record).toList();
  }

  /** Drops what one record counts, of an hour that is over; it must have been written down. */
  public void forget(UsageRecord record) {
    counters.remove(
        new UsageKey(
            record.getTenant(), record.getName(), record.getVersion(), record.getHourMs()));
  }
}
