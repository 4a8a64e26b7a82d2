package dev.brink.cache;

import dev.brink.cache.store.Draft;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoreStats;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.store.Worth;
import dev.brink.cache.wire.JournalRecord;
import dev.brink.cache.wire.StoredHead;
import dev.brink.cache.wire.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cache of one process: what all its requests share. */
final class LocalCache implements HttpCache {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCache.class);
  private static final int LOCKS = 64;

  private final Store store;
  private final String name;
  private final CacheClock clock;
  private final Invalidator invalidator;
  private final Outdated outdated;
  private final @Nullable Journal journal;
  private final HerdMemory herds;

  /** What turned out not to come in slices though it seemed so: not tried again for a while. */
  private final HerdMemory unsliced = new HerdMemory(news -> {});

  private final CacheKeys keys = new CacheKeys();
  private final StoredHeads heads = new StoredHeads();
  private final Counters counters = new Counters();
  private final Flights flights = new Flights();
  private final Copies copies = new Copies();
  private final BrokenGzip brokenGzip = new BrokenGzip();
  private final Recodings recodings;
  private final Object[] indexLocks = new Object[LOCKS];

  /** What was fetched no later than this is validated before it is used. */
  private volatile long doubted;

  /** From this time of day on everything is validated before it is used. */
  private volatile long trustedUntilMillis = Long.MAX_VALUE;

  LocalCache(
      Store store,
      String name,
      InstantSource time,
      Invalidator invalidator,
      Consumer<HerdNews> herdListener,
      @Nullable DenseCoding dense,
      boolean validateFirst)
      throws IOException {
    this.store = store;
    this.recodings = new Recodings(store, dense, counters, this::spoil);
    this.name = name;
    this.clock = new CacheClock(time);
    this.invalidator = invalidator;
    this.herds = new HerdMemory(herdListener);
    this.outdated = new Outdated(clock);
    Path kept = store.journal();
    this.journal = kept == null ? null : new Journal(kept, outdated);
    if (journal != null) {
      long stored = store.stats().objects();
      if (!journal.intact() && stored > 0) {
        LOG.warn("{}: missing or damaged, so {} cached objects are dropped", kept, stored);
        var _ = outdated.add(Purge.of(Purge.Scope.ALL, "").at(clock.now()));
        store.clear();
      }
      journal.start();
      doubted = validateFirst ? clock.now() : 0;
    }
    for (int i = 0; i < LOCKS; i++) {
      indexLocks[i] = new Object();
    }
  }

  @Override
  public Running handle(CacheRequest request, Upstream upstream, CacheListener listener) {
    var exchange = new Exchange(this, request, upstream, listener);
    exchange.start();
    return exchange;
  }

  Store store() {
    return store;
  }

  CacheKeys keys() {
    return keys;
  }

  StoredHeads heads() {
    return heads;
  }

  CacheClock clock() {
    return clock;
  }

  HerdMemory herds() {
    return herds;
  }

  /** Whether something large may be fetched and stored in slices. */
  boolean slices(CacheKey key) {
    return store.maxObjectBytes() >= Slice.BYTES && !unsliced.expectsUnshared(key, clock.millis());
  }

  /** Something can't be had in slices. */
  void unsliced(CacheKey key) {
    unsliced.learn(HerdNews.of(key, false), clock.millis());
  }

  @Override
  public void heard(HerdNews news) {
    herds.hear(news, clock.millis());
  }

  Counters counters() {
    return counters;
  }

  Flights flights() {
    return flights;
  }

  Copies copies() {
    return copies;
  }

  Recodings recodings() {
    return recodings;
  }

  BrokenGzip brokenGzip() {
    return brokenGzip;
  }

  /** A stored body turned out not to be the gzip that its head says: it is not kept. */
  void spoil(StoreKey id, Head head) {
    brokenGzip.found(id);
    removeUnlessNewer(id, head, head);
  }

  /** Gives a response the head that its source says it has by now. */
  void freshen(StoredObject object, Head before, Head fresh) {
    if (store.replaceHead(object, fresh.encode(), fresh.worth())) {
      recodings.follow(object, before, fresh);
    }
  }

  /**
   * Removes what is stored with a head, and not what has taken its place.
   *
   * @param fresh what the head has become since
   */
  void removeUnlessNewer(StoreKey id, Head head, Head fresh) {
    long latest = Math.max(head.stamp(), fresh.stamp());
    store.removeUnless(
        id,
        present -> {
          Head stored = response(present);
          // One that is none is an index of variants.
          return stored == null || stored.stamp() > latest;
        });
  }

  /** Whether something is stored at hand, in whatever state. */
  boolean contains(StoreKey id) {
    try (StoredObject object = store.find(id)) {
      return object != null;
    }
  }

  StatusField status() {
    return StatusField.of(name);
  }

  PurgeTable.Standing standing(String space, Head head) {
    return standing(space, head, clock.millis());
  }

  PurgeTable.Standing standing(String space, Head head, long nowMillis) {
    PurgeTable.Standing standing = outdated.standing(space, head);
    boolean doubtful = head.stamp() <= doubted || nowMillis > trustedUntilMillis;
    return doubtful && standing != PurgeTable.Standing.HARD
        ? PurgeTable.Standing.DOUBTFUL
        : standing;
  }

  /** See {@link PurgeTable#hardHeard}. */
  long hardPurgesHeard() {
    return outdated.hardPurgesHeard();
  }

  /** Whether what a response is of has changed since. */
  boolean outdated(String space, Head head) {
    return head.asOf() != 0 && outdated.changedSince(space, head.url(), head.asOf());
  }

  /** Whether a hard purge hits a response. */
  boolean isPurged(String space, Head head) {
    return outdated.standing(space, head) == PurgeTable.Standing.HARD;
  }

  /** Whether a response must not be used any more, or not without a validation by its source. */
  boolean isGone(String space, Head head) {
    return standing(space, head) == PurgeTable.Standing.HARD || outdated(space, head);
  }

  /** Whether a purge, of either kind, or a change since concerns what another cache has given. */
  boolean isOutdated(String space, Head head) {
    return outdated.standing(space, head) != PurgeTable.Standing.GOOD || outdated(space, head);
  }

  /** Whether what is fetched for a key as of a stamp is outdated already. */
  boolean outdates(CacheKey key, long stamp) {
    return outdated.changed(key, stamp) || outdated.purged(key, stamp);
  }

  /** Whether there is a whole response that may be used as it is. */
  boolean hasFresh(StoreKey id, String space) {
    try (StoredObject object = store.find(id)) {
      Head head = object == null ? null : response(object);
      return head != null
          && !head.partial()
          && !head.freshness().noCache()
          && head.freshSeconds(clock.millis()) > 0
          && standing(space, head) == PurgeTable.Standing.GOOD
          && !outdated(space, head);
    }
  }

  @Override
  public @Nullable Offering offering(CacheRequest request) {
    if (!Offering.concerns(request)) {
      return null;
    }
    CacheKey key = CacheKey.of(request);
    Offering whole = offering(request, key.key(), key.space(), null);
    Variant variant = whole == null ? selected(request, key) : null;
    return variant == null ? whole : offering(request, Variants.key(variant), key.space(), variant);
  }

  /** The variant that a request selects; {@code null}: none, or there are no variants. */
  private @Nullable Variant selected(CacheRequest request, CacheKey key) {
    return variants(key).select(OriginRequest.selecting(request));
  }

  private @Nullable Offering offering(
      CacheRequest request, StoreKey id, String space, @Nullable Variant variant) {
    try (StoredObject object = store.find(id)) {
      Head head = object == null ? null : response(object);
      return object == null
              || head == null
              || standing(space, head) != PurgeTable.Standing.GOOD
              || outdated(space, head)
          ? null
          : Offering.of(request, head, variant, object.bodyLength(), clock.millis());
    }
  }

  @Override
  public CompletionStage<Boolean> take(
      CacheRequest request, Upstream upstream, long bytes, long maxBytes) {
    return Taking.begin(this, request, upstream, bytes, maxBytes);
  }

  /**
   * Stores what was drafted.
   *
   * @param variant of the key that it is; {@code null}: there is but one
   */
  StoredObject commit(Draft draft, Head head, CacheKey key, @Nullable Variant variant) {
    StoredObject object = draft.commit(head.encode(), head.worth());
    try {
      if (variant != null) {
        addVariant(key, variant);
      }
    } catch (RuntimeException | Error e) {
      object.close();
      throw e;
    }
    return object;
  }

  /** The variants of a key that are in memory. */
  Variants variants(CacheKey key) {
    try (StoredObject present = store.find(key.key())) {
      StoredHead head = present == null ? null : Head.parse(present.head());
      return head != null && head.hasVariants() ? Variants.of(head.getVariants()) : Variants.NONE;
    }
  }

  /** Adds a variant to a key's index, which takes the place of a response without {@code Vary}. */
  void addVariant(CacheKey key, Variant variant) {
    synchronized (indexLocks[(int) (key.key().low() & (LOCKS - 1))]) {
      Variants before = variants(key);
      store.draft(key.key(), 0).commit(before.with(variant).encode(), Worth.UNKNOWN).close();
    }
  }

  /** An unsafe request has succeeded: see {@link Invalidator#invalidate}. */
  CompletionStage<Long> tellOthers(String space, List<String> urls, boolean kept) {
    return invalidator.invalidate(space, urls, kept);
  }

  /** Whether a URL was changed after a stamp. */
  boolean changedAfter(String space, String url, long stamp) {
    return outdated.changedSince(space, url, stamp + 1);
  }

  @Override
  public long invalidate(String space, List<String> urls) {
    long stamp = clock.now();
    urls.forEach(url -> keep(outdated.changed(space, url, stamp)));
    return stamp;
  }

  @Override
  public CompletionStage<Change> put(
      CacheRequest request, HttpResponse response, Flow.@Nullable Publisher<ByteBuf> body) {
    return ResetContent.is(response)
        ? Put.begin(this, request, ResetContent.emptied(response, body), null)
        : Put.begin(this, request, response, body);
  }

  @Override
  public CompletionStage<Change> remove(CacheRequest request) {
    CacheKey key = CacheKey.of(request);
    StoredObject present = store.find(key.key());
    CompletionStage<@Nullable StoredObject> slower = present == null ? store.load(key.key()) : null;
    return (slower == null ? CompletableFuture.completedFuture(present) : slower)
        .thenApply(object -> remove(key, object));
  }

  private Change remove(CacheKey key, @Nullable StoredObject present) {
    boolean found = present != null;
    if (present != null) {
      Head head = response(present);
      found = head == null || standing(key.space(), head) != PurgeTable.Standing.HARD;
      present.close();
    }
    store.remove(key.key());
    return Change.of(key, found, clock.now());
  }

  @Override
  public void changed(Change change) {
    clock.observe(change.stamp());
    var _ = outdated.changed(change.space(), change.url(), clock.now());
    store.removeUnless(change.key(), present -> wasPutAfter(change, present));
  }

  /** Whether an object was put here after a change elsewhere, of which it is known when it was. */
  private static boolean wasPutAfter(Change change, StoredObject present) {
    Head head = change.stamp() == 0 ? null : response(present);
    return head != null && head.asOf() == 0 && head.stamp() > change.stamp();
  }

  @Override
  public Purge purge(Purge purge) {
    return hold(purge, false);
  }

  @Override
  public Purge purgeAsOfNow(Purge purge) {
    return hold(purge, true);
  }

  private Purge hold(Purge purge, boolean asOfNow) {
    clock.observe(purge.stamp());
    // Of a clock that is far ahead: all that is here is from before now, and what comes is not.
    long now = clock.now();
    long said = purge.stamp() == 0 ? now : Math.min(purge.stamp(), now);
    Purge holding = purge.at(asOfNow ? now : said);
    PurgeNames.forms(holding).forEach(form -> keep(outdated.add(form, said)));
    return holding;
  }

  private void keep(@Nullable JournalRecord record) {
    if (journal != null && record != null) {
      journal.add(record);
    }
  }

  @Override
  public CompletionStage<Void> written() {
    return journal == null ? CompletableFuture.completedFuture(null) : journal.written();
  }

  @Override
  public long heardUntil() {
    return journal == null ? Long.MAX_VALUE : journal.heardUntil();
  }

  @Override
  public void trustFor(Duration duration) {
    trustedUntilMillis = clock.millis() + duration.toMillis();
  }

  @Override
  public void doubt() {
    doubted = clock.now();
  }

  @Override
  public void caughtUp() {
    doubted = 0;
  }

  @Override
  public void missed(HeardPurge heard) {
    clock.observe(heard.purge().stamp());
    Purge purge = heard.purge().at(heard.said());
    if (!PurgeNames.forms(purge).stream().allMatch(outdated::knows)) {
      // Its stamp may be of a clock that is behind this one's.
      var _ = purgeAsOfNow(purge);
    }
  }

  @Override
  public void dropAll() {
    keep(outdated.drop(clock.now()));
  }

  @Override
  public List<HeardPurge> purgedWithin(Duration duration) {
    return outdated.purgedSince(
        CacheClock.beginning(Instant.ofEpochMilli(clock.millis()).minus(duration)));
  }

  @Override
  public CacheStats stats() {
    return counters.stats(outdated.purges(), copies);
  }

  @Override
  public StoreStats storeStats() {
    return store.stats();
  }

  @Override
  public void close() {
    flights.all().forEach(Flight::abandon);
    recodings.close();
    store.close();
    if (journal != null) {
      journal.close();
    }
  }

  /** The response of an object, or {@code null} if it is none. */
  static @Nullable Head response(StoredObject object) {
    StoredHead head = Head.parse(object.head());
    return head == null ? null : response(head);
  }

  /** The response whose head it is, or {@code null} if it is no response's. */
  static @Nullable Head response(StoredHead head) {
    return head.hasResponse() ? Head.of(head.getResponse()) : null;
  }
}
