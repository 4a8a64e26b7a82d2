package dev.brink.mesh.nearest;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.Entry;
import dev.brink.grid.MapListener;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.nearest.ClientRtts.Measured;
import dev.brink.mesh.proto.ClientRttRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every node's round trips to clients, shared through the grid. A node writes its own in {@value
 * #SHARDS} records, each of at most {@value #MAX_PER_SHARD} networks, and only those that changed:
 * at most {@value #SHARDS_PER_ROUND} every {@value #ROUND_SECONDS} seconds. Records that nobody
 * renewed for two hours do not count; after a day they are removed. Thread-safe; reading is a
 * binary search per node, and never waits.
 */
public final class SharedRtts implements AutoCloseable, MapListener {
  /** The grid's map, from {@code NODE/SHARD} to records. */
  public static final String MAP = "client-rtts";

  static final int SHARDS = 64;
  static final int MAX_PER_SHARD = 128;
  static final int SHARDS_PER_ROUND = 8;
  static final long ROUND_SECONDS = 5;
  private static final long ROUNDS_PER_CLEANING = 720;

  private static final int SHARD_SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(SHARDS);
  private static final Logger LOG = LoggerFactory.getLogger(SharedRtts.class);
  private static final Duration COUNTS = Duration.ofHours(2);
  private static final Duration RENEWED = Duration.ofMinutes(30);
  private static final Duration KEPT = Duration.ofDays(1);
  private static final long ABSOLUTE_CHANGE_MICROS = 1_000;
  private static final int RELATIVE_CHANGE = 10;

  private final String node;
  private final ClientRtts own;
  private final InstantSource clock;
  private final Map<String, AtomicReferenceArray<@Nullable Shard>> shards =
      new ConcurrentHashMap<>();
  private final Shard[] written = new Shard[SHARDS];
  private int next;
  private long rounds;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("brink-client-rtts").factory());

  /** Some networks, ascending, the round trips to them, and when that was written. */
  private static final class Shard {
    static final Shard EMPTY = new Shard(new long[0], new int[0], 0);

    final long[] prefixes;
    final int[] micros;
    final long wallMillis;

    Shard(long[] prefixes, int[] micros, long wallMillis) {
      this.prefixes = prefixes;
      this.micros = micros;
      this.wallMillis = wallMillis;
    }

    long rttNanos(long prefix) {
      int at = Arrays.binarySearch(prefixes, prefix);
      return at < 0 ? -1 : TimeUnit.MICROSECONDS.toNanos(micros[at]);
    }

    /** Whether it says something else than the other, beyond noise. */
    boolean differs(Shard other) {
      if (!Arrays.equals(prefixes, other.prefixes)) {
        return true;
      }
      for (int i = 0; i < micros.length; i++) {
        int change = Math.abs(micros[i] - other.micros[i]);
        if (change > ABSOLUTE_CHANGE_MICROS && change > other.micros[i] / RELATIVE_CHANGE) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Knows what this node measured; of the others once {@link #start}ed.
   *
   * @param node this node's id
   */
  public SharedRtts(String node, ClientRtts own, InstantSource clock) {
    this.node = node;
    this.own = own;
    this.clock = clock;
    Arrays.fill(written, Shard.EMPTY);
  }

  /** Listens to the grid and starts to write to it. Call it once. */
  public void start(ReplicatedMap shared) {
    shared.listen(this);
    var _ =
        thread.scheduleWithFixedDelay(
            () -> round(shared), ROUND_SECONDS, ROUND_SECONDS, TimeUnit.SECONDS);
  }

  /** What a node measured to a network; -1 when it said nothing lately. */
  long rttNanos(String ofNode, ClientPrefix prefix, long nowNanos) {
    if (ofNode.equals(node)) {
      return own.rttNanos(prefix, nowNanos);
    }
    AtomicReferenceArray<@Nullable Shard> of = shards.get(ofNode);
    Shard shard = of == null ? null : of.get(shard(prefix.packed()));
    return shard == null || clock.millis() - shard.wallMillis > COUNTS.toMillis()
        ? -1
        : shard.rttNanos(prefix.packed());
  }

  private static int shard(long prefix) {
    return (int) ((prefix * 0x9E3779B97F4A7C15L) >>> SHARD_SHIFT);
  }

  /** Writes what has changed since the last round, now. */
  void round(ReplicatedMap map) {
    try {
      List<List<Measured>> now = new ArrayList<>();
      for (int i = 0; i < SHARDS; i++) {
        now.add(new ArrayList<>());
      }
      for (Measured one : own.recent(System.nanoTime())) {
        List<Measured> into = now.get(shard(one.prefix()));
        if (into.size() < MAX_PER_SHARD) {
          into.add(one);
        }
      }
      int left = SHARDS_PER_ROUND;
      int first = next;
      for (int i = 0; i < SHARDS && left > 0; i++) {
        int at = (first + i) % SHARDS;
        if (write(map, at, now.get(at))) {
          left--;
          next = at + 1;
        }
      }
      if (rounds++ % ROUNDS_PER_CLEANING == 0) {
        forgetOld(map);
      }
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      LOG.error("client round trips: unexpected", e);
    }
  }

  private boolean write(ReplicatedMap map, int index, List<Measured> measured) {
    long now = clock.millis();
    var shard =
        new Shard(
            measured.stream().mapToLong(Measured::prefix).toArray(),
            measured.stream()
                .mapToInt(one -> (int) TimeUnit.NANOSECONDS.toMicros(one.rttNanos()))
                .toArray(),
            now);
    Shard before = written[index];
    boolean old = measured.isEmpty() || now - before.wallMillis < RENEWED.toMillis();
    if (old && !shard.differs(before)) {
      return false;
    }
    written[index] = shard;
    ClientRttRecord.Builder record = ClientRttRecord.newBuilder();
    for (int i = 0; i < shard.prefixes.length; i++) {
      record.addPrefixes(shard.prefixes[i]).addRttMicros(shard.micros[i]);
    }
    String key = node + "/" + index;
    map.put(key, record.build().toByteArray())
        .whenComplete(
            (stamp, failure) -> {
              if (failure != null) {
                LOG.debug("{}: not written, tried again: {}", key, failure.toString());
                thread.execute(() -> written[index] = Shard.EMPTY);
              }
            });
    return true;
  }

  private void forgetOld(ReplicatedMap map) {
    long before = clock.millis() - KEPT.toMillis();
    map.entries()
        .forEach(
            (key, entry) -> {
              if (entry.stamp().wallMillis() < before) {
                var _ = map.remove(key).exceptionally(failure -> null);
              }
            });
  }

  @Override
  public void changed(String key, Entry entry) {
    int slash = key.lastIndexOf('/');
    String shard = key.substring(slash + 1);
    if (slash <= 0 || !shard.matches("[0-9]{1,2}") || Integer.parseInt(shard) >= SHARDS) {
      return;
    }
    try {
      ClientRttRecord record = ClientRttRecord.parseFrom(entry.value());
      if (record.getPrefixesCount() != record.getRttMicrosCount()
          || record.getPrefixesCount() > MAX_PER_SHARD) {
        LOG.warn(
            "{}: {} prefixes, {} times",
            key,
            record.getPrefixesCount(),
            record.getRttMicrosCount());
        return;
      }
      var now =
          new Shard(
              record.getPrefixesList().stream().mapToLong(Long::longValue).toArray(),
              record.getRttMicrosList().stream().mapToInt(Integer::intValue).toArray(),
              entry.stamp().wallMillis());
      shards.compute(key.substring(0, slash), (_, of) -> with(of, Integer.parseInt(shard), now));
    } catch (InvalidProtocolBufferException e) {
      LOG.error("client round trips {}: unreadable: {}", key, e.getMessage());
    }
  }

  @Override
  public void removed(String key, Stamp stamp) {
    int slash = key.lastIndexOf('/');
    String shard = key.substring(slash + 1);
    if (slash > 0 && shard.matches("[0-9]{1,2}") && Integer.parseInt(shard) < SHARDS) {
      shards.computeIfPresent(
          key.substring(0, slash), (_, of) -> without(of, Integer.parseInt(shard)));
    }
  }

  private static AtomicReferenceArray<@Nullable Shard> with(
      @Nullable AtomicReferenceArray<@Nullable Shard> known, int index, Shard now) {
    AtomicReferenceArray<@Nullable Shard> of =
        known == null ? new AtomicReferenceArray<>(SHARDS) : known;
    of.set(index, now);
    return of;
  }

  /** Null where nothing is left. */
  private static @Nullable AtomicReferenceArray<@Nullable Shard> without(
      AtomicReferenceArray<@Nullable Shard> of, int index) {
    of.set(index, null);
    for (int i = 0; i < SHARDS; i++) {
      if (of.get(i) != null) {
        return of;
      }
    }
    return null;
  }

  /** Of how many other nodes anything is known. */
  int nodes() {
    return shards.size();
  }

  /** Stops writing. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
