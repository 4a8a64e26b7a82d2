package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The fetches under way that can be shared, by what others look for. Thread-safe. */
final class Flights {
  private final ConcurrentHashMap<StoreKey, Flight> underWay = new ConcurrentHashMap<>();

  boolean contains(StoreKey id) {
    return underWay.containsKey(id);
  }

  Collection<Flight> all() {
    return List.copyOf(underWay.values());
  }

  /**
   * Shares the flight with this id, if there is one.
   *
   * @param join whether a flight could be shared
   */
  boolean share(StoreKey id, Predicate<Flight> join) {
    Flight present = underWay.get(id);
    return present != null && join.test(present);
  }

  /**
   * Makes a flight the one with its id, unless another one came first that can be shared. One that
   * can't gives way.
   *
   * @return whether it is to be started
   */
  boolean begin(StoreKey id, Flight begun, Predicate<Flight> join) {
    while (true) {
      Flight other = underWay.putIfAbsent(id, begun);
      if (other == null) {
        return true;
      }
      if (join.test(other)) {
        return false;
      }
      if (underWay.replace(id, other, begun)) {
        return true;
      }
    }
  }

  /** Has a flight found by another id from now on. */
  void move(StoreKey from, StoreKey to, Flight flight) {
    if (!from.equals(to)) {
      underWay.put(to, flight);
      underWay.remove(from, flight);
    }
  }

  void remove(StoreKey id, Flight flight) {
    underWay.remove(id, flight);
  }
}
