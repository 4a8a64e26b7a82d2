package dev.brink.cache;

import dev.brink.cache.wire.ChangedPlace;
import dev.brink.cache.wire.JournalRecord;
import dev.brink.cache.wire.PurgeMark;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is outdated in a cache, and its clock. Thread-safe; looking takes no lock. */
final class Outdated {
  private final CacheClock clock;
  private final PurgeTable purges = new PurgeTable();
  private final Invalidations changes = new Invalidations();

  Outdated(CacheClock clock) {
    this.clock = clock;
  }

  CacheClock clock() {
    return clock;
  }

  /** Takes note of a purge that has a stamp; returns {@code null} when it says nothing new. */
  @Nullable JournalRecord add(Purge purge) {
    return add(purge, purge.stamp());
  }

  /**
   * The same of one that was made elsewhere.
   *
   * @param said the stamp that whoever purged gave it
   */
  @Nullable JournalRecord add(Purge purge, long said) {
    return purges.add(purge, said) ? record(PurgeTable.encode(purge, said)) : null;
  }

  /** All that was fetched until then is of no use here. */
  JournalRecord drop(long stamp) {
    return record(purges.drop(stamp));
  }

  /** Takes note that a URL was changed. */
  JournalRecord changed(String space, String url, long stamp) {
    return record(changes.add(space, url, stamp));
  }

  /** Takes note of a record of another process's, and has the clock go on after it. */
  void add(JournalRecord record) {
    switch (record.getKindCase()) {
      case PURGE -> {
        PurgeMark mark = record.getPurge();
        purges.add(mark);
        clock.advance(Math.max(mark.getSoftStamp(), mark.getHardStamp()));
      }
      case CHANGED -> {
        changes.add(record.getChanged());
        clock.advance(record.getChanged().getStamp());
      }
      case CLOCK -> clock.advance(record.getClock());
      case KIND_NOT_SET ->
          throw new IllegalArgumentException("record: empty (expected: one of this version)");
    }
  }

  /** Gives everything, in records. */
  void forEach(Consumer<JournalRecord> each) {
    purges.forEach(mark -> each.accept(record(mark)));
    changes.forEach(changed -> each.accept(record(changed)));
  }

  private static JournalRecord record(PurgeMark mark) {
    return JournalRecord.newBuilder().setPurge(mark).build();
  }

  private static JournalRecord record(ChangedPlace changed) {
    return JournalRecord.newBuilder().setChanged(changed).build();
  }

  PurgeTable.Standing standing(String space, Head head) {
    long fetched = Math.max(head.stamp(), head.asOf());
    return purges.of(space, head.site(), head.url(), head.tags(), head.stamp(), fetched);
  }

  boolean purged(CacheKey key, long stamp) {
    return purges.of(key.space(), key.site(), key.url(), List.of(), stamp)
        == PurgeTable.Standing.HARD;
  }

  boolean changed(CacheKey key, long stamp) {
    return changedSince(key.space(), key.url(), stamp);
  }

  boolean changedSince(String space, String url, long stamp) {
    return changes.outdates(space, url, stamp);
  }

  boolean knows(Purge purge) {
    return purges.knows(purge);
  }

  List<HeardPurge> purgedSince(long stamp) {
    return purges.since(stamp);
  }

  /** See {@link PurgeTable#hardHeard}. */
  long hardPurgesHeard() {
    return purges.hardHeard();
  }

  int purges() {
    return purges.size();
  }
}
