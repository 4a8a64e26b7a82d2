package dev.brink.mesh;

import dev.brink.cache.CacheStats;
import dev.brink.cache.store.StoreStats;
import dev.brink.mesh.cache.EdgeCache;
import dev.brink.mesh.cache.Purges;
import dev.brink.mesh.metrics.NodeMetrics;
import java.util.function.ToLongFunction;

/** What the edge cache does on this node, as metrics. */
record CacheGauges(NodeMetrics metrics, EdgeCache cache, Purges purges) {
  void register() {
    counter("hits", "Answers from what was fresh", CacheStats::hits);
    counter("stale", "Answers from what was stale", CacheStats::stale);
    counter("revalidated", "Answers from what was found to be still good", CacheStats::revalidated);
    counter("misses", "Answers that had to be fetched", CacheStats::misses);
    counter("bypasses", "Answers to what can't be cached", CacheStats::bypasses);
    counter("collapsed", "Requests that shared another one's fetch", CacheStats::collapsed);
    counter("fetches", "Requests to homes, functions and origins", CacheStats::fetches);
    counter("copies_taken", "Copies taken before they were asked for", CacheStats::copies);
    counter("copies_used", "Copies that were asked for afterwards", CacheStats::copiesUsed);
    counter("recodings", "Responses stored in a denser coding too", CacheStats::recodings);
    metrics.counter(
        "brink.cache.copies_offered",
        "Copies offered to other nodes",
        () -> cache.copies().offeredTotal());
    metrics.counter(
        "brink.cache.evictions",
        "Responses given up for others",
        () -> cache.storeStats().evictions());
    metrics.counter(
        "brink.cache.crowded",
        "Bodies not stored because too much was on its way",
        () -> cache.storeStats().draftRefusals());
    gauge("incoming_bytes", "Memory of what is on its way", StoreStats::draftBytes);
    gauge("bytes", "Memory that stored responses take", StoreStats::bytes);
    gauge("objects", "Stored objects", StoreStats::objects);
    metrics.gauge("brink.cache.purges", "Purges that hold", () -> cache.stats().purges());
    metrics.gauge(
        "brink.cache.purges.unrecorded",
        "Purges made here that the grid does not keep yet",
        purges::unrecorded);
    metrics.gauge(
        "brink.cache.changes.untold",
        "Puts and deletes of functions, made here, that other nodes are still to be told",
        cache::changesUntold);
  }

  private void counter(String name, String help, ToLongFunction<CacheStats> value) {
    metrics.counter("brink.cache." + name, help, () -> value.applyAsLong(cache.stats()));
  }

  private void gauge(String name, String help, ToLongFunction<StoreStats> value) {
    metrics.gauge("brink.cache." + name, help, () -> value.applyAsLong(cache.storeStats()));
  }
}
