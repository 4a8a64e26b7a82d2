package dev.brink.mesh.usage;

import dev.brink.exec.FunctionLimits;
import dev.brink.exec.InvocationReport;
import dev.brink.mesh.proto.UsageRecord;
import java.util.concurrent.atomic.LongAdder;

/** What one function version used in one hour on this node. Thread-safe. */
final class UsageCounter {
  private static final double MB_NANOS = 1e6 * 1e9;

  private final UsageKey key;
  private final LongAdder requests = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder cpuNanos = new LongAdder();
  private final LongAdder wallNanos = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder coldStarts = new LongAdder();
  private final LongAdder heldKilobyteMicros = new LongAdder();

  UsageCounter(UsageKey key) {
    this.key = key;
  }

  void add(FunctionLimits limits, InvocationReport report) {
    requests.increment();
    if (report.outcome() != null) {
      errors.increment();
    }
    cpuNanos.add(report.cpuNanos());
    wallNanos.add(report.wallNanos());
    bytesIn.add(report.bytesIn());
    bytesOut.add(report.bytesOut());
    if (report.timing().cold()) {
      coldStarts.increment();
    }
    long heldBytes = Math.min(report.allocatedBytes(), limits.memoryBytes());
    // The product of a long connection's is more than a long holds.
    heldKilobyteMicros.add((long) ((double) heldBytes * report.wallNanos() / 1e6));
  }

  UsageRecord record() {
    return UsageRecord.newBuilder()
        .setTenant(key.tenant())
        .setName(key.name())
        .setVersion(key.version())
        .setHourMs(key.hourMillis())
        .setRequests(requests.sum())
        .setErrors(errors.sum())
        .setCpuNanos(cpuNanos.sum())
        .setWallNanos(wallNanos.sum())
        .setBytesIn(bytesIn.sum())
        .setBytesOut(bytesOut.sum())
        .setColdStarts(coldStarts.sum())
        .setMegabyteSeconds(heldKilobyteMicros.sum() * 1e6 / MB_NANOS)
        .build();
  }
}
