package dev.brink.cache;

import dev.brink.cache.wire.ChangedPlace;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/**
 * When URLs were last changed by an unsafe request: what was fetched before has to be validated. A
 * fixed number of places, which URLs may share: that costs a validation. Thread-safe.
 */
final class Invalidations {
  private static final int PLACES = 1 << 16;

  private final AtomicLongArray stamps = new AtomicLongArray(PLACES);

  private static int place(String space, String url) {
    int hash = 31 * space.hashCode() + url.hashCode();
    return (hash ^ (hash >>> 16)) & (PLACES - 1);
  }

  /** Takes note of a change; returns what {@link #add(ChangedPlace)} takes. */
  ChangedPlace add(String space, String url, long stamp) {
    ChangedPlace changed =
        ChangedPlace.newBuilder().setPlace(place(space, url)).setStamp(stamp).build();
    add(changed);
    return changed;
  }

  void add(ChangedPlace changed) {
    stamps.accumulateAndGet(changed.getPlace() & (PLACES - 1), changed.getStamp(), Math::max);
  }

  boolean outdates(String space, String url, long stamp) {
    return stamp <= stamps.get(place(space, url));
  }

  /** Gives all places that were changed. */
  void forEach(Consumer<ChangedPlace> each) {
    for (int place = 0; place < PLACES; place++) {
      long stamp = stamps.get(place);
      if (stamp != 0) {
        each.accept(ChangedPlace.newBuilder().setPlace(place).setStamp(stamp).build());
      }
    }
  }
}
