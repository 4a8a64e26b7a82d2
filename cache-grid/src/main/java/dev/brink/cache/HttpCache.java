package dev.brink.cache;

import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreStats;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A shared HTTP cache (RFC 9111) in front of whatever answers requests. It serves what it has
 * stored as long as that is allowed, validates what is stale, fetches what is missing once for all
 * who ask at the same time, and stores what comes.
 *
 * <p>Thread-safe; nothing here waits.
 *
 * <pre>{@code
 * HttpCache cache = HttpCache.builder(MemoryStore.ofBytes(256 << 20)).build();
 * cache.handle(new CacheRequest(request, "http", null, CachePolicy.DEFAULT), origin, client);
 * }</pre>
 */
public interface HttpCache extends AutoCloseable {
  /**
   * Starts from the defaults.
   *
   * @param store where responses are kept; closed with the cache
   */
  static HttpCacheBuilder builder(Store store) {
    return new HttpCacheBuilder(store);
  }

  /** Answers a request. */
  Running handle(CacheRequest request, Upstream upstream, CacheListener listener);

  /**
   * Stores a response that no origin sent, in place of the one that the request selects.
   *
   * @param request a {@code GET}, whose policy is {@link CachePolicy#manual}
   * @param response belongs to the cache; a {@code FullHttpResponse} when the body is at hand
   * @param body {@code null} for none, or when the response is full; read as fast as it comes
   * @return completes when it can be found, with what other caches of the mesh need to know; fails
   *     with a {@link NotStoredException} when it may not be stored, or with the body's failure
   */
  CompletionStage<Change> put(
      CacheRequest request, HttpResponse response, Flow.@Nullable Publisher<ByteBuf> body);

  /**
   * Removes what {@link #put} has stored for a request, in all its variants.
   *
   * @return completes with what other caches of the mesh need to know
   */
  CompletionStage<Change> remove(CacheRequest request);

  /** Takes note of a put or a removal in another cache of the mesh: a copy of it is outdated. */
  void changed(Change change);

  /**
   * What other caches of the mesh could take a copy of, of what a request selects.
   *
   * @return {@code null} when nothing is stored, or what is may not be given away unasked: it is
   *     nearly stale, a part, in slices, or depends on who is asking
   */
  @Nullable Offering offering(CacheRequest request);

  /**
   * Takes a copy of what another cache of the mesh has, for requests that may come, if nothing here
   * would answer them and the store has a place for it. No request waits for that.
   *
   * @param request with the fields of the {@link Offering}
   * @param upstream of the other cache, never the source
   * @param bytes of the offering
   * @param maxBytes beyond which nothing is taken
   * @return completes with whether it is stored, and never fails
   */
  CompletionStage<Boolean> take(CacheRequest request, Upstream upstream, long bytes, long maxBytes);

  /**
   * Takes note of a purge: from now on nothing that was fetched no later than its stamp is used as
   * fresh. A stamp of 0 stands for now.
   *
   * @return the purge with the stamp that holds here
   * @throws IllegalArgumentException for a value that names nothing
   */
  Purge purge(Purge purge);

  /**
   * As {@link #purge}, of one that was made elsewhere: as of now, whatever its stamp, for clocks
   * differ. Only what another cache was given after that stamp, and is asked for later, is good.
   */
  Purge purgeAsOfNow(Purge purge);

  /**
   * Takes note that resources were changed by an unsafe request that another cache of the mesh
   * passed on: they are validated before they are used again.
   *
   * @param urls as the {@link Invalidator} got them
   * @return the stamp as of which that holds here
   */
  long invalidate(String space, List<String> urls);

  /** Takes note of what another cache of the mesh told its {@code herdListener}. */
  void heard(HerdNews news);

  /**
   * Completes when all that {@link #purge} and {@link #invalidate} took note of until now outlasts
   * the process as the store's objects do; at once when they don't. Fails with an {@link
   * java.io.IOException} when it can't be written: it holds all the same, until the process ends.
   */
  CompletionStage<Void> written();

  /**
   * A stamp up to which an earlier process over the same store took note of purges: what others
   * purged later may be missing. {@link Long#MAX_VALUE} when objects don't outlast the process.
   */
  long heardUntil();

  /**
   * Has everything validated before it is used once the time is over, unless it is called again
   * before: a process that stood still must not go on with what others may have purged meanwhile.
   * Without a first call there is no such time.
   */
  void trustFor(Duration duration);

  /**
   * Has all that is stored by now validated before it is used, until {@link #caughtUp}: others may
   * have purged it.
   */
  void doubt();

  /**
   * Ends what {@link HttpCacheBuilder#validateFirst} or {@link #doubt} began: all purges that
   * others made while this cache could not hear of them are known.
   */
  void caughtUp();

  /**
   * Takes note of a purge that was made while this cache could not hear of it: as of now, whatever
   * its stamp, unless it is known already.
   *
   * @throws IllegalArgumentException for a value that names nothing
   */
  default void missed(Purge purge) {
    missed(new HeardPurge(purge, purge.stamp()));
  }

  /**
   * The same of one that another cache tells of. It is known already by the stamp that it was given
   * when it was made, however late the other one has heard of it.
   *
   * @throws IllegalArgumentException for a value that names nothing
   */
  void missed(HeardPurge purge);

  /**
   * Has nothing used any more that is stored by now: purges that others made may be missing for
   * good. Other than a purge of everything it is none of those that others may have missed.
   */
  void dropAll();

  /** The purges that this cache has taken note of so lately, in no order. */
  List<HeardPurge> purgedWithin(Duration duration);

  CacheStats stats();

  StoreStats storeStats();

  /** Lets go of all that is stored. */
  @Override
  void close();

  /** A request under way. */
  interface Running {
    /** The client has gone. Idempotent; the listener may still be called. */
    void cancel();
  }

  /** Tells other caches of the same mesh what a client's request has made outdated. */
  @FunctionalInterface
  interface Invalidator {
    /**
     * An unsafe request to these URLs succeeded.
     *
     * @param urls host and path each, as {@link HttpCache#invalidate} takes them
     * @param kept whether what the first of them has become is about to be stored here
     * @return completes when the others know, or can't be told, with the latest stamp as of which
     *     it holds at one of them; 0: at none
     */
    CompletionStage<Long> invalidate(String space, List<String> urls, boolean kept);
  }
}
