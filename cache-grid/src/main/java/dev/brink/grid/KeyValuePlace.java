package dev.brink.grid;

import org.jspecify.annotations.Nullable;

/**
 * Where a store keeps its entries: a running Ignite node and its caches, when there is one. Any
 * thread may ask; nothing waits.
 */
interface KeyValuePlace {
  /** The caches of the running Ignite node. */
  @Nullable StoreCaches caches();

  /** Why calls are refused; null when they are not. */
  @Nullable GridUnavailableException refusal();

  /** Whether these are still the present caches, and this node is with the majority. */
  boolean holds(StoreCaches caches);
}
