package dev.brink.grid;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Namespaces in memory live in the grid's own Ignite node. Thread-safe. */
final class MemoryPlace implements KeyValuePlace {
  private static final long MAX_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Gate gate;
  private volatile @Nullable Counted counted;

  /** Whether the members of a topology are a majority; counting them takes a while. */
  private record Counted(
      IgniteSession session, long topology, boolean majority, long countedNanos) {}

  MemoryPlace(Gate gate) {
    this.gate = gate;
  }

  @Override
  public @Nullable StoreCaches caches() {
    IgniteSession session = gate.session();
    return session == null ? null : session.namespaces();
  }

  @Override
  public @Nullable GridUnavailableException refusal() {
    return gate.refusal();
  }

  @Override
  public boolean holds(StoreCaches caches) {
    IgniteSession session = gate.session();
    if (session == null || session.namespaces() != caches || session.stopped()) {
      return false;
    }
    long topology = caches.ignite().cluster().topologyVersion();
    long now = System.nanoTime();
    Counted last = counted;
    if (last == null
        || last.session != session
        || last.topology != topology
        || now - last.countedNanos > MAX_AGE_NANOS) {
      last = new Counted(session, topology, gate.majority(session), now);
      counted = last;
    }
    return last.majority;
  }
}
