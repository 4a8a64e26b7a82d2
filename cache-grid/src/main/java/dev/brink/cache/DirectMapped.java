package dev.brink.cache;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Values that took some work to make, one in each of a fixed number of places, by hash. What is
 * wanted once takes nobody's place: a value is worth keeping when it was the last one that was
 * missed in its place already. A hash tells the place and no more: whoever looks has to compare
 * what a value was made of. Thread-safe; takes no lock.
 */
final class DirectMapped<V> {
  private final AtomicReferenceArray<@Nullable V> values;

  /** Hash of what was missed last in each place; a race costs a value one more miss at most. */
  private final int[] missed;

  /**
   * @param places a power of two
   */
  DirectMapped(int places) {
    if (Integer.bitCount(places) != 1) {
      throw new IllegalArgumentException("places: " + places + " (expected: a power of two)");
    }
    values = new AtomicReferenceArray<>(places);
    missed = new int[places];
  }

  private int place(int hash) {
    return hash & missed.length - 1;
  }

  /** What is in the place, whatever it was made of. */
  @Nullable V get(int hash) {
    return values.getAcquire(place(hash));
  }

  /**
   * Takes note of a miss.
   *
   * @return whether what is made now should be {@link #put}
   */
  boolean missedAgain(int hash) {
    int place = place(hash);
    boolean again = missed[place] == hash;
    missed[place] = hash;
    return again;
  }

  void put(int hash, V value) {
    values.setRelease(place(hash), value);
  }
}
