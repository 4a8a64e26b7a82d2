package dev.brink.grid;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this node lately read or wrote, the least recently used going first. A copy says when its
 * value was the current one; a read that began before this node's last write to the key had ended
 * does not replace what was written. Thread-safe.
 */
final class LocalCopies {
  private static final int SEGMENTS = 16;
  private static final int OVERHEAD_BYTES = 250;

  private final Segment[] segments = new Segment[SEGMENTS];

  /**
   * A copy.
   *
   * @param value null: no value
   * @param currentNanos a moment at which it was the current one
   * @param guardNanos reads that began before do not replace it
   */
  record Copy(@Nullable StoredValue value, long currentNanos, long guardNanos) {
    long weight(String key) {
      return OVERHEAD_BYTES
          + key.length()
          + (value == null || value.inline() == null ? 0 : value.bytes());
    }
  }

  LocalCopies(long capacityBytes) {
    for (int i = 0; i < SEGMENTS; i++) {
      segments[i] = new Segment(capacityBytes / SEGMENTS);
    }
  }

  /** A copy that was current at most so long ago. */
  @Nullable Copy get(String key, long maxStaleNanos, long nowNanos) {
    Copy copy = segment(key).get(key);
    return copy != null && nowNanos - copy.currentNanos <= maxStaleNanos ? copy : null;
  }

  /** A read has ended. */
  void read(String key, @Nullable StoredValue value, long beganNanos) {
    segment(key).put(key, new Copy(value, beganNanos, beganNanos), false);
  }

  /** A write by this node has ended well. */
  void written(String key, @Nullable StoredValue value, long beganNanos, long endedNanos) {
    segment(key).put(key, new Copy(value, beganNanos, endedNanos), true);
  }

  /** It is not known what the key holds. */
  void forget(String key) {
    segment(key).remove(key);
  }

  private Segment segment(String key) {
    int hash = key.hashCode() * 0x9E3779B9;
    return segments[hash >>> 28];
  }

  private static final class Segment {
    private final Map<String, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);
    private final long capacityBytes;
    private long bytes;

    Segment(long capacityBytes) {
      this.capacityBytes = capacityBytes;
    }

    synchronized @Nullable Copy get(String key) {
      return copies.get(key);
    }

    synchronized void put(String key, Copy copy, boolean own) {
      Copy present = copies.get(key);
      if (present != null && newer(present, copy, own)) {
        return;
      }
      remove(key);
      copies.put(key, copy);
      bytes += copy.weight(key);
      var eldest = copies.entrySet().iterator();
      while (bytes > capacityBytes && eldest.hasNext()) {
        Map.Entry<String, Copy> gone = eldest.next();
        bytes -= gone.getValue().weight(gone.getKey());
        eldest.remove();
      }
    }

    synchronized void remove(String key) {
      Copy gone = copies.remove(key);
      if (gone != null) {
        bytes -= gone.weight(key);
      }
    }

    /** Of two writes of this node that overlapped, the later version is kept. */
    private static boolean newer(Copy present, Copy copy, boolean own) {
      return own
          ? present.guardNanos - copy.guardNanos > 0
          : present.guardNanos - copy.currentNanos > 0;
    }
  }
}
