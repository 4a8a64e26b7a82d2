package dev.brink.placement;

import java.util.BitSet;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The function versions an ingress places, each with a small number that stands for it in the
 * nodes' warm sets. Bounded; reading takes no lock.
 */
final class FunctionTable {
  private static final int LIMIT = 1 << 16;

  private final ConcurrentHashMap<String, FunctionStats> stats = new ConcurrentHashMap<>();
  private final MeanEstimate usualCold = new MeanEstimate();
  private final FunctionStats noRoom = new FunctionStats("", -1, usualCold);
  private final BitSet taken = new BitSet();
  private volatile int version;

  @Nullable FunctionStats find(String function) {
    return stats.get(function);
  }

  Collection<FunctionStats> all() {
    return stats.values();
  }

  Set<String> names() {
    return Set.copyOf(stats.keySet());
  }

  /** Grows with every change of the table: warm sets made before one must be made again. */
  int version() {
    return version;
  }

  /** Adds a function; the one that stands for all others when there is no more room. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
  synchronized FunctionStats add(String function) {
    FunctionStats known = stats.get(function);
    if (known != null) {
      return known;
    }
    int index = taken.nextClearBit(0);
    if (index >= LIMIT) {
      return noRoom;
    }
    taken.set(index);
    var added = new FunctionStats(function, index, usualCold);
    stats.put(function, added);
    version++;
    return added;
  }

  /** Drops a function; its number is free again. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
  synchronized void remove(String function) {
    FunctionStats removed = stats.remove(function);
    if (removed != null) {
      taken.clear(removed.index);
      version++;
    }
  }

  /** The numbers of the functions named, as bits; the names not in the table have none. */
  long[] bits(Set<String> functions) {
    var bits = new BitSet();
    for (String function : functions) {
      FunctionStats known = stats.get(function);
      if (known != null) {
        bits.set(known.index);
      }
    }
    return bits.toLongArray();
  }
}
