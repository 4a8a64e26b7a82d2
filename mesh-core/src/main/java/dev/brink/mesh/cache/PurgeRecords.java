package dev.brink.mesh.cache;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.cache.Purge;
import dev.brink.cache.store.StoreKey;
import dev.brink.grid.Entry;
import dev.brink.grid.Grid;
import dev.brink.grid.GridState;
import dev.brink.grid.MapListener;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.PurgeRecord;
import dev.brink.mesh.wire.CacheMessages;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The purges that the grid keeps for nodes that are away: the latest 10,000. One more record says
 * until when purges were forgotten.
 *
 * <p>What this node could not write, as it is not with the majority, it keeps and writes when it
 * is: the latest 10,000 of it, and one purge of everything in place of the others. A file has them
 * too, so that a later process goes on with that. Thread-safe.
 */
final class PurgeRecords {
  private static final Logger LOG = LoggerFactory.getLogger(PurgeRecords.class);
  private static final String MAP = "purges";
  private static final int MAX_RECORDS = 10_000;
  private static final int AGAIN_AT_ONCE = 256;
  private static final String FORGOTTEN = "forgotten";

  /** By no more than this, or caches take no stamps of each other. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  private final EdgeCache cache;
  private final Grid grid;
  private final ReplicatedMap records;

  /** By key, oldest first; guarded by itself, as are the next two. */
  private final LinkedHashMap<String, Purge> unwritten = new LinkedHashMap<>();

  private final Set<Purge> underWay = new HashSet<>();

  /** Those of the unwritten that the file was not handed yet. */
  private final Set<Purge> unsaved = new LinkedHashSet<>();

  private final UnrecordedPurges file;

  /** Whether the file may have what is written by now. */
  private final AtomicBoolean inFile = new AtomicBoolean();

  private PurgeRecords(EdgeCache cache, Grid grid, UnrecordedPurges file) {
    this.cache = cache;
    this.grid = grid;
    this.records = grid.map(MAP);
    this.file = file;
  }

  /** Has the node's cache hear of what the grid keeps, now and later, and of what the file has. */
  static PurgeRecords of(EdgeCache cache, Grid grid, UnrecordedPurges file) {
    var made = new PurgeRecords(cache, grid, file);
    made.goOn(file.read());
    made.records.entries().forEach(made::apply);
    made.records.listen(made.new Changes());
    return made;
  }

  private void goOn(List<Purge> before) {
    inFile.set(!before.isEmpty());
    synchronized (unwritten) {
      before.forEach(purge -> unwritten.put(key(purge), purge));
    }
    for (Purge purge : before) {
      var _ = cache.purge(purge);
    }
  }

  /**
   * Has a later process go on with what is not written yet; blocks.
   *
   * @return why it can't; empty: it will
   */
  String keep() {
    try {
      save();
      return "";
    } catch (IOException e) {
      LOG.warn("purges that the grid does not keep are lost when this process ends", e);
      return e.toString();
    }
  }

  private void save() throws IOException {
    synchronized (file) {
      List<Purge> added;
      int count;
      synchronized (unwritten) {
        added = List.copyOf(unsaved);
        unsaved.clear();
        count = unwritten.size();
        inFile.set(count > 0);
      }
      file.write(added, count, this::all);
    }
  }

  private List<Purge> all() {
    synchronized (unwritten) {
      return List.copyOf(unwritten.values());
    }
  }

  /**
   * Has the cache take note of all there is.
   *
   * @param heardUntil what was forgotten after that may have been missed: all that is kept goes
   */
  void apply(long heardUntil) {
    records.get(FORGOTTEN).ifPresent(entry -> dropWhatWasMissed(entry, heardUntil));
    records.entries().forEach(this::apply);
  }

  private void dropWhatWasMissed(Entry entry, long heardUntil) {
    Purge forgotten = read(FORGOTTEN, entry);
    if (forgotten != null && forgotten.stamp() > heardUntil) {
      LOG.warn(
          "the grid has forgotten purges that this node may have missed: what it kept is dropped");
      cache.dropAll();
    }
  }

  private void apply(String key, Entry entry) {
    Purge purge = key.equals(FORGOTTEN) ? null : read(key, entry);
    if (purge != null) {
      take(purge);
    }
  }

  /**
   * Clocks differ, so that a new one holds for what was fetched until now; but an old one is old,
   * and is not told to others as if it had just been made.
   */
  private void take(Purge purge) {
    if (purge.isOlderThan(CLOCKS_DIFFER, Instant.now())) {
      var _ = cache.purge(purge);
    } else {
      cache.missed(purge);
    }
  }

  /**
   * Has the grid keep a purge. When that fails it is tried again with {@link #again}.
   *
   * @return completes when it does, or fails with the reason
   */
  CompletionStage<Void> add(Purge purge) {
    String key = key(purge);
    synchronized (unwritten) {
      unlist(unwritten.remove(key));
      putLast(key, purge);
      if (unwritten.size() > MAX_RECORDS) {
        sumUpOldest();
      }
      underWay.add(purge);
    }
    CompletionStage<Void> written =
        write(key, purge)
            .whenComplete(
                (stamp, failure) -> {
                  if (failure != null) {
                    LOG.warn(
                        "purge of {} {}: not in the grid yet, so that a node that is away may miss"
                            + " it: {}",
                        purge.scope(),
                        purge.value(),
                        failure.toString());
                  }
                });
    forgetOldest();
    return written;
  }

  /** Writes some of what could not be written before, if there is reason to hope. */
  void again() {
    if (grid.state() != GridState.CONNECTED) {
      return;
    }
    Map<String, Purge> some = new LinkedHashMap<>();
    synchronized (unwritten) {
      unwritten.entrySet().stream()
          .filter(entry -> !underWay.contains(entry.getValue()))
          .limit(AGAIN_AT_ONCE - Math.min(AGAIN_AT_ONCE, underWay.size()))
          .forEach(entry -> some.put(entry.getKey(), entry.getValue()));
      underWay.addAll(some.values());
    }
    some.forEach(
        (key, purge) -> {
          var _ = write(key, purge);
        });
  }

  private CompletionStage<Stamp> put(String key, PurgeRecord record) {
    try {
      return records.put(key, record.toByteArray());
    } catch (RuntimeException | Error e) {
      // Else it would be under way for ever.
      return CompletableFuture.failedFuture(e);
    }
  }

  /** How many purges are not written yet. */
  int unwritten() {
    synchronized (unwritten) {
      return unwritten.size();
    }
  }

  private void sumUpOldest() {
    Purge oldest = Objects.requireNonNull(unwritten.pollFirstEntry()).getValue();
    unlist(oldest);
    Purge everything = Purge.of(Purge.Scope.ALL, "").at(oldest.stamp());
    Purge before = unwritten.remove(key(everything));
    unlist(before);
    putLast(
        key(everything),
        before == null ? everything : everything.at(Math.max(before.stamp(), oldest.stamp())));
  }

  private void putLast(String key, Purge purge) {
    unwritten.put(key, purge);
    unsaved.add(purge);
  }

  private void unlist(@Nullable Purge purge) {
    if (purge != null) {
      unsaved.remove(purge);
    }
  }

  private CompletionStage<Void> write(String key, Purge purge) {
    // Of two nodes that purge the same the later one's stamp holds, whoever writes last.
    long present = records.get(key).map(this::stampOf).orElse(0L);
    PurgeRecord record = CacheMessages.toProto(purge.at(Math.max(purge.stamp(), present)));
    return put(key, record)
        .whenComplete((stamp, failure) -> written(key, purge, failure))
        .thenApply(stamp -> null);
  }

  private void written(String key, Purge purge, @Nullable Throwable failure) {
    boolean last;
    synchronized (unwritten) {
      underWay.remove(purge);
      if (failure == null) {
        unwritten.remove(key, purge);
        unsaved.remove(purge);
      }
      last = unwritten.isEmpty();
    }
    // Those that are written again by a later process do no harm: the file goes when all are.
    if (last && inFile.get()) {
      Thread.ofVirtual().name("brink-purges-file").start(this::keep);
    }
  }

  /** What is forgotten is summed up before: a node that is away can't know of it any more. */
  private void forgetOldest() {
    Map<String, Entry> all = new HashMap<>(records.entries());
    all.remove(FORGOTTEN);
    if (all.size() <= MAX_RECORDS) {
      return;
    }
    List<Map.Entry<String, Entry>> oldest = new ArrayList<>(all.entrySet());
    oldest.sort(Comparator.comparing(entry -> entry.getValue().stamp()));
    List<Map.Entry<String, Entry>> over = oldest.subList(0, all.size() - MAX_RECORDS * 9 / 10);
    long until = over.stream().map(Map.Entry::getValue).mapToLong(this::stampOf).max().orElse(0);
    var _ =
        forgottenUntil(until)
            .whenComplete(
                (stamp, failure) -> {
                  if (failure == null) {
                    over.forEach(entry -> forget(entry.getKey()));
                  }
                });
  }

  private CompletionStage<Stamp> forgottenUntil(long stamp) {
    long before = records.get(FORGOTTEN).map(this::stampOf).orElse(0L);
    Purge everything = Purge.of(Purge.Scope.ALL, "").at(Math.max(before, stamp));
    return records.put(FORGOTTEN, CacheMessages.toProto(everything).toByteArray());
  }

  private long stampOf(Entry entry) {
    Purge purge = read("a purge", entry);
    return purge == null ? 0 : purge.stamp();
  }

  private void forget(String key) {
    var _ = records.remove(key);
  }

  private static String key(Purge purge) {
    String text = purge.scope() + " " + purge.space() + " " + purge.value() + " " + purge.soft();
    return StoreKey.of(text).toString();
  }

  private static @Nullable Purge read(String key, Entry entry) {
    try {
      return CacheMessages.fromProto(PurgeRecord.parseFrom(entry.value()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      LOG.warn("purge record {}: unreadable: {}", key, e.toString());
      return null;
    }
  }

  private final class Changes implements MapListener {
    @Override
    public void changed(String key, Entry entry) {
      apply(key, entry);
    }

    @Override
    public void removed(String key, Stamp stamp) {
      // It holds as long as the node runs.
    }
  }
}
