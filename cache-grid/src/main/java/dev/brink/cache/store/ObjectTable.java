package dev.brink.cache.store;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds objects by the lower half of their key. It takes 4 to 8 bytes an object, for they are their
 * own links, and grows by one bucket at a time, never all at once: Litwin: "Linear Hashing: A New
 * Tool for File and Table Addressing" (VLDB 1980).
 *
 * <p>Any thread may look; the caller lets one at a time change. A look takes no lock: it is only
 * repeated when a bucket was being split meanwhile.
 */
final class ObjectTable {
  private static final int SEGMENT_SHIFT = 10;
  private static final int SEGMENT = 1 << SEGMENT_SHIFT;

  /** Buckets in groups, so that there can be more without moving those there are. */
  private volatile AtomicReferenceArray<@Nullable MemoryObject>[] segments = segments(1);

  private volatile int buckets = SEGMENT;

  /** Odd while a bucket is split. */
  private volatile int splits;

  private int count;

  @SuppressWarnings({"unchecked", "rawtypes"}) // of an array of a generic type
  private static AtomicReferenceArray<@Nullable MemoryObject>[] segments(int number) {
    AtomicReferenceArray<@Nullable MemoryObject>[] segments = new AtomicReferenceArray[number];
    Arrays.setAll(segments, i -> new AtomicReferenceArray<>(SEGMENT));
    return segments;
  }

  /** The object with that key, which may have been closed meanwhile. */
  @Nullable MemoryObject get(long key) {
    while (true) {
      int before = splits;
      MemoryObject object = bucket(bucketOf(key, buckets));
      while (object != null && object.keyLow() != key) {
        object = object.next;
      }
      if (object != null || ((before & 1) == 0 && splits == before)) {
        return object;
      }
      Thread.onSpinWait();
    }
  }

  int size() {
    return count;
  }

  /** Puts it in the place of the one with the same key, which is returned. */
  @Nullable MemoryObject put(MemoryObject object) {
    MemoryObject present = replace(bucketOf(object.keyLow(), buckets), object.keyLow(), object);
    if (present == null) {
      // Before there is one more: there may be no memory for that.
      if (count >= buckets) {
        split();
      }
      int bucket = bucketOf(object.keyLow(), buckets);
      object.next = bucket(bucket);
      link(bucket, null, object);
      count++;
    }
    return present;
  }

  /** Takes out the object with that key, if there is one. */
  @Nullable MemoryObject remove(long key) {
    MemoryObject present = replace(bucketOf(key, buckets), key, null);
    count -= present == null ? 0 : 1;
    return present;
  }

  /**
   * Puts another object in the place of the one with that key, or nothing. The link of the one that
   * goes stays, for whoever is just looking at it.
   *
   * @return the one that was there; {@code null}, with nothing done, when there is none
   */
  private @Nullable MemoryObject replace(int bucket, long key, @Nullable MemoryObject by) {
    MemoryObject before = null;
    MemoryObject present = bucket(bucket);
    while (present != null && present.keyLow() != key) {
      before = present;
      present = present.next;
    }
    if (present != null && by != null) {
      by.next = present.next;
      link(bucket, before, by);
    } else if (present != null) {
      link(bucket, before, present.next);
    }
    return present;
  }

  /** Takes out all, one after the other. */
  void removeAll(Consumer<MemoryObject> removed) {
    for (int bucket = 0; bucket < buckets; bucket++) {
      MemoryObject object = bucket(bucket);
      while (object != null) {
        var _ = remove(object.keyLow());
        removed.accept(object);
        object = bucket(bucket);
      }
    }
  }

  private void link(int bucket, @Nullable MemoryObject before, @Nullable MemoryObject object) {
    if (before == null) {
      segments[bucket >>> SEGMENT_SHIFT].set(bucket & SEGMENT - 1, object);
    } else {
      before.next = object;
    }
  }

  private @Nullable MemoryObject bucket(int number) {
    return segments[number >>> SEGMENT_SHIFT].get(number & SEGMENT - 1);
  }

  /** The lowest bits of the key name the bucket, or one fewer where it was not split yet. */
  private static int bucketOf(long key, int buckets) {
    int half = Integer.highestOneBit(buckets);
    int bucket = (int) key & 2 * half - 1;
    return bucket < buckets ? bucket : bucket - half;
  }

  /** Adds a bucket, and takes what belongs there from the one it was in. */
  private void split() {
    int added = buckets;
    int from = added - Integer.highestOneBit(added);
    if (added >>> SEGMENT_SHIFT == segments.length) {
      var more = Arrays.copyOf(segments, segments.length + 1);
      more[segments.length] = new AtomicReferenceArray<>(SEGMENT);
      segments = more;
    }
    int before = splits;
    splits = before + 1;
    MemoryObject object = bucket(from);
    MemoryObject staying = null;
    MemoryObject moving = null;
    while (object != null) {
      MemoryObject next = object.next;
      if (bucketOf(object.keyLow(), added + 1) == from) {
        object.next = staying;
        staying = object;
      } else {
        object.next = moving;
        moving = object;
      }
      object = next;
    }
    link(from, null, staying);
    link(added, null, moving);
    buckets = added + 1;
    splits = before + 2;
  }
}
