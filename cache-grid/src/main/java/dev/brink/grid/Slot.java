package dev.brink.grid;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a key holds: an entry, or a tombstone.
 *
 * @param entry null for a tombstone
 */
record Slot(Stamp stamp, @Nullable Entry entry) {
  /** What a slot costs beside its key and value, roughly: headers, index, stamp. */
  private static final int OVERHEAD_BYTES = 160;

  static Slot of(Entry entry) {
    return new Slot(entry.stamp(), entry);
  }

  static Slot tombstone(Stamp stamp) {
    return new Slot(stamp, null);
  }

  boolean isTombstone() {
    return entry == null;
  }

  UUID writer() {
    return stamp.node();
  }

  long weight(String key) {
    return OVERHEAD_BYTES + 2L * key.length() + (entry == null ? 0 : entry.value().length);
  }
}
