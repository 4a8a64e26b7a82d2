package dev.brink.mesh.usage;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.Entry;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.grid.Throttle;
import dev.brink.mesh.proto.UsageRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes this node's usage to the grid every few seconds and sums all nodes' usage. A node writes
 * one record per function version and hour, under its id and the time it started, so that nothing
 * is counted twice and a restart starts a new record. While the grid takes no writes the numbers
 * wait here; those of an hour that is over are forgotten once they are written. Records older than
 * 32 days are removed. Thread-safe.
 */
public final class UsageLedger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UsageLedger.class);
  private static final long WRITE_SECONDS = 2;
  private static final long LAST_WRITE_SECONDS = 5;
  private static final Duration KEEP = Duration.ofDays(32);

  /** An hour that began so long ago gets no more. */
  private static final Duration SETTLED = Duration.ofHours(2);

  /** What goes wrong with each write is told of so often. */
  private final Throttle complaints = new Throttle(Duration.ofMinutes(1));

  private final UsageMeter meter;
  private final ReplicatedMap map;
  private final String writer;
  private final InstantSource clock;
  private final Map<String, UsageRecord> written = new ConcurrentHashMap<>();

  /**
   * What was written before the meter began to count it, which is so for what it had forgotten when
   * the clock was set back; one for each record of the meter. Guarded by itself.
   */
  private final Map<String, UsageRecord> bases = new HashMap<>();

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("brink-usage").factory());

  /**
   * Starts to write.
   *
   * @param writer unique for this node and start
   */
  public UsageLedger(UsageMeter meter, ReplicatedMap map, String writer, InstantSource clock) {
    this.meter = meter;
    this.map = map;
    this.writer = writer;
    this.clock = clock;
    var _ =
        thread.scheduleWithFixedDelay(
            () -> {
              var _ = write();
            },
            WRITE_SECONDS,
            WRITE_SECONDS,
            TimeUnit.SECONDS);
  }

  /** Usage of the whole mesh, by hour, tenant, name and version; this node's up to this moment. */
  public List<UsageRecord> total() {
    Map<UsageKey, UsageRecord.Builder> sums = new HashMap<>();
    // Before the look at the map: what the meter forgets is there.
    Map<String, UsageRecord> metered = metered();
    metered.values().forEach(record -> add(sums, record));
    map.entries()
        .forEach(
            (key, entry) -> {
              if (!metered.containsKey(key)) {
                add(sums, key, entry);
              }
            });
    List<UsageRecord> rows = new ArrayList<>();
    sums.values().forEach(sum -> rows.add(sum.build()));
    rows.sort(
        Comparator.comparingLong(UsageRecord::getHourMs)
            .thenComparing(UsageRecord::getTenant)
            .thenComparing(UsageRecord::getName)
            .thenComparing(UsageRecord::getVersion));
    return rows;
  }

  /** What the meter counts, each by the key of its record and on top of its base. */
  private Map<String, UsageRecord> metered() {
    Map<String, UsageRecord> metered = new HashMap<>();
    synchronized (bases) {
      for (UsageRecord record : meter.records()) {
        String key = key(record);
        UsageRecord base = bases.computeIfAbsent(key, this::written);
        metered.put(key, sum(base.toBuilder(), record).build());
      }
    }
    return metered;
  }

  /** What the map has under a key of this node's; nothing at all when it has none. */
  private UsageRecord written(String key) {
    Optional<Entry> entry = map.get(key);
    UsageRecord record = entry.isPresent() ? read(key, entry.get()) : null;
    return record == null ? UsageRecord.getDefaultInstance() : record;
  }

  private static void add(Map<UsageKey, UsageRecord.Builder> sums, String key, Entry entry) {
    UsageRecord record = read(key, entry);
    if (record != null) {
      add(sums, record);
    }
  }

  private static @Nullable UsageRecord read(String key, Entry entry) {
    try {
      return UsageRecord.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException e) {
      LOG.error("usage record {}: unreadable: {}", key, e.getMessage());
      return null;
    }
  }

  private static void add(Map<UsageKey, UsageRecord.Builder> sums, UsageRecord more) {
    var key = new UsageKey(more.getTenant(), more.getName(), more.getVersion(), more.getHourMs());
    UsageRecord.Builder sum = sums.get(key);
    if (sum == null) {
      sums.put(key, more.toBuilder());
    } else {
      var _ = sum(sum, more);
    }
  }

  private static UsageRecord.Builder sum(UsageRecord.Builder sum, UsageRecord more) {
    return sum.setTenant(more.getTenant())
        .setName(more.getName())
        .setVersion(more.getVersion())
        .setHourMs(more.getHourMs())
        .setRequests(sum.getRequests() + more.getRequests())
        .setErrors(sum.getErrors() + more.getErrors())
        .setCpuNanos(sum.getCpuNanos() + more.getCpuNanos())
        .setWallNanos(sum.getWallNanos() + more.getWallNanos())
        .setMegabyteSeconds(sum.getMegabyteSeconds() + more.getMegabyteSeconds())
        .setBytesIn(sum.getBytesIn() + more.getBytesIn())
        .setBytesOut(sum.getBytesOut() + more.getBytesOut())
        .setColdStarts(sum.getColdStarts() + more.getColdStarts());
  }

  /** Completes when what has changed is written, or could not be. */
  private CompletableFuture<Void> write() {
    List<CompletableFuture<Stamp>> writes = new ArrayList<>();
    try {
      long now = clock.millis();
      metered()
          .forEach(
              (key, record) -> {
                if (!record.equals(written.get(key))) {
                  writes.add(write(key, record));
                }
              });
      forget(now);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      if (complaints.permits()) {
        LOG.error("usage: unexpected", e);
      }
    }
    return CompletableFuture.allOf(writes.toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Stamp> write(String key, UsageRecord record) {
    return map.put(key, record.toByteArray())
        .whenComplete(
            (stamp, failure) -> {
              if (failure == null) {
                written.put(key, record);
              } else {
                LOG.debug("usage: not written, tried again: {}", failure.toString());
              }
            })
        .toCompletableFuture();
  }

  private void forget(long now) {
    long settled = now - SETTLED.toMillis();
    synchronized (bases) {
      metered()
          .forEach(
              (key, record) -> {
                if (record.getHourMs() < settled && record.equals(written.get(key))) {
                  meter.forget(record);
                  bases.remove(key);
                  written.remove(key);
                }
              });
    }
    long oldest = now - KEEP.toMillis();
    written.values().removeIf(record -> record.getHourMs() < oldest);
    for (String key : map.entries().keySet()) {
      if (hour(key) < oldest) {
        var _ = map.remove(key);
      }
    }
  }

  /** A key that a node of another version has made, and this one can't read, is that one's. */
  private static long hour(String key) {
    try {
      return Long.parseLong(key.substring(0, Math.max(0, key.indexOf('|'))));
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private String key(UsageRecord record) {
    return record.getHourMs()
        + "|"
        + record.getTenant()
        + "|"
        + record.getName()
        + "|"
        + record.getVersion()
        + "|"
        + writer;
  }

  /** Writes once more and stops; waits up to 5 seconds for the grid to have the numbers. */
  @Override
  public void close() {
    CompletableFuture<Void> last =
        CompletableFuture.allOf().thenComposeAsync(nothing -> write(), thread);
    thread.shutdown();
    try {
      last.get(LAST_WRITE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      LOG.warn("usage: the last numbers were not all written: {}", String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      LOG.warn("usage: the last numbers were not all written within {} s", LAST_WRITE_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
