package dev.brink.mesh.usage;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.Entry;
import dev.brink.grid.ReplicatedMap;
import dev.brink.mesh.proto.UsageRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes this node's usage to the grid every few seconds and sums all nodes' usage. A node writes
 * one record per function version and hour, under its id and the time it started, so that nothing
 * is counted twice and a restart starts a new record. While the grid takes no writes the numbers
 * wait here. Records older than 32 days are removed. Thread-safe.
 */
public final class UsageLedger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UsageLedger.class);
  private static final long WRITE_SECONDS = 2;
  private static final Duration KEEP = Duration.ofDays(32);

  private final UsageMeter meter;
  private final ReplicatedMap map;
  private final String writer;
  private final InstantSource clock;
  private final Map<String, UsageRecord> written = new HashMap<>();
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
        thread.scheduleWithFixedDelay(this::write, WRITE_SECONDS, WRITE_SECONDS, TimeUnit.SECONDS);
  }

  /** Usage of the whole mesh, by hour, tenant, name and version; this node's up to this moment. */
  public List<UsageRecord> total() {
    Map<UsageKey, UsageRecord.Builder> sums = new HashMap<>();
    map.entries()
        .forEach(
            (key, entry) -> {
              if (!key.endsWith(writer)) {
                add(sums, key, entry);
              }
            });
    meter.records().forEach(record -> add(sums, record));
    List<UsageRecord> rows = new ArrayList<>();
    sums.values().forEach(sum -> rows.add(sum.build()));
    rows.sort(
        Comparator.comparingLong(UsageRecord::getHourMs)
            .thenComparing(UsageRecord::getTenant)
            .thenComparing(UsageRecord::getName)
            .thenComparing(UsageRecord::getVersion));
    return rows;
  }

  private static void add(Map<UsageKey, UsageRecord.Builder> sums, String key, Entry entry) {
    try {
      add(sums, UsageRecord.parseFrom(entry.value()));
    } catch (InvalidProtocolBufferException e) {
      LOG.error("usage record {}: unreadable: {}", key, e.getMessage());
    }
  }

  private static void add(Map<UsageKey, UsageRecord.Builder> sums, UsageRecord more) {
    var key = new UsageKey(more.getTenant(), more.getName(), more.getVersion(), more.getHourMs());
    UsageRecord.Builder sum = sums.get(key);
    if (sum == null) {
      sums.put(key, more.toBuilder());
      return;
    }
    sum.setRequests(sum.getRequests() + more.getRequests())
        .setErrors(sum.getErrors() + more.getErrors())
        .setCpuNanos(sum.getCpuNanos() + more.getCpuNanos())
        .setWallNanos(sum.getWallNanos() + more.getWallNanos())
        .setMegabyteSeconds(sum.getMegabyteSeconds() + more.getMegabyteSeconds())
        .setBytesIn(sum.getBytesIn() + more.getBytesIn())
        .setBytesOut(sum.getBytesOut() + more.getBytesOut())
        .setColdStarts(sum.getColdStarts() + more.getColdStarts());
  }

  private void write() {
    try {
      long now = clock.millis();
      for (UsageRecord record : meter.records()) {
        String key = key(record);
        if (record.equals(written.get(key))) {
          continue;
        }
        map.put(key, record.toByteArray())
            .whenComplete(
                (stamp, failure) -> {
                  if (failure == null) {
                    thread.execute(() -> written.put(key, record));
                  } else {
                    LOG.debug("usage: not written, tried again: {}", failure.toString());
                  }
                });
      }
      forget(now);
    } catch (RuntimeException e) {
      LOG.error("usage: unexpected", e);
    }
  }

  private void forget(long now) {
    long oldest = now - KEEP.toMillis();
    meter.forgetBefore(oldest);
    written.values().removeIf(record -> record.getHourMs() < oldest);
    for (String key : map.entries().keySet()) {
      if (hour(key) < oldest) {
        var _ = map.remove(key);
      }
    }
  }

  private static long hour(String key) {
    return Long.parseLong(key.substring(0, key.indexOf('|')));
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

  /** Writes once more and stops; waits up to 2 seconds for the grid. */
  @Override
  public void close() {
    thread.execute(this::write);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("usage: the last numbers may not have been written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
