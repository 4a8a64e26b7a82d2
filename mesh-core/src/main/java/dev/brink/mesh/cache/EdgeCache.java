package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import dev.brink.cache.CacheStats;
import dev.brink.cache.Change;
import dev.brink.cache.HeardPurge;
import dev.brink.cache.HttpCache;
import dev.brink.cache.Purge;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreStats;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * This node's part of the mesh's cache. Each key has a home among the nodes; only the home asks the
 * origin, the others ask the home, and keep what they get as long as it is fresh. A home that is
 * new asks the one before it first.
 *
 * <p>Thread-safe; nothing here blocks.
 */
public final class EdgeCache implements AutoCloseable {
  /** How long whoever has changed something waits for the other nodes to know. */
  static final Duration TELLING_LIMIT = Duration.ofSeconds(1);

  private final String node;
  private final Links links;
  private final CdnLoop cdnLoop;
  private final Homes homes;
  private final HttpCache cache;
  private final NamedCaches named;
  private final UntoldChanges untold;
  private final CopiesAhead copies;
  private final Succession succession;

  /**
   * For one node.
   *
   * @param node its id
   * @param cdnLoop knows what this mesh has passed on
   * @param store closed with the cache
   * @param copiesAhead whether copies of what is popular are offered and taken
   */
  public EdgeCache(String node, Links links, CdnLoop cdnLoop, Store store, boolean copiesAhead) {
    this.node = node;
    this.cdnLoop = cdnLoop;
    this.links = links;
    this.homes = new Homes(node, links::up);
    this.cache =
        HttpCache.builder(store)
            .invalidator(this::tellPeers)
            .herdListener(new HerdTelling(links::tellAll)::tell)
            .denseCoding(new BrotliCoding())
            .validateFirst()
            .build();
    this.copies = new CopiesAhead(node, homes, links, cache, copiesAhead);
    this.succession = new Succession(homes);
    this.untold = new UntoldChanges(links);
    this.named = new NamedCaches(node, homes, links, cache, untold);
  }

  /**
   * Answers a client's call.
   *
   * @param version digest of the function's version; empty for an origin
   */
  public Executor.Running handle(
      Target target,
      String version,
      CachePolicy policy,
      Call call,
      Direct direct,
      CallListener listener) {
    var at = new Target.Cached(target.tenant(), target.name(), version).by(node);
    var upstream =
        new MeshUpstream(node, homes, links, at, policy, call, direct, copies, succession);
    return run(call, policy, upstream, new ClientAnswer(node, upstream, listener));
  }

  /** Answers a peer's call as the home of what is asked for. */
  public Executor.Running handleForPeer(
      Target.Cached target, CachePolicy policy, Call call, Direct direct, CallListener listener) {
    if (target.copy()) {
      // Of what is stored, whatever the policy makes of such words of a client's.
      var upstream = new MeshUpstream(node, null, links, null, policy, call, direct, null, null);
      return run(
          CopiesAhead.ofStored(call),
          policy.withRequestDirectives(),
          upstream,
          new PeerAnswer(node, upstream, listener));
    }
    copies.askedBy(target, policy, call);
    var upstream =
        new MeshUpstream(node, null, links, target, policy, call, direct, null, succession);
    return run(call, policy, upstream, new PeerAnswer(node, upstream, listener));
  }

  /** What is offered to other nodes, and taken from them. */
  public CopiesAhead copies() {
    return copies;
  }

  /** The caches that functions keep responses in. */
  public NamedCaches named() {
    return named;
  }

  /** What was put or removed here and is still to be told to nodes that can't be reached. */
  UntoldChanges untold() {
    return untold;
  }

  private Executor.Running run(
      Call call, CachePolicy policy, MeshUpstream upstream, ClientAnswer answer) {
    boolean comesBack = cdnLoop.hasPassed(call.request().headers());
    var request = new CacheRequest(call.request(), call.scheme(), call.body(), policy, comesBack);
    return cache.handle(request, upstream, answer)::cancel;
  }

  /** Takes note of a purge, as of its stamp or, without one, of now; returns it with the stamp. */
  public Purge purge(Purge purge) {
    return cache.purge(purge);
  }

  /** Completes when the purges noted until now outlast the process, or fails if they may not. */
  public CompletionStage<Void> written() {
    return cache.written();
  }

  /** See {@link HttpCache#heardUntil}. */
  public long heardUntil() {
    return cache.heardUntil();
  }

  /** See {@link HttpCache#trustFor}. */
  void trustFor(Duration duration) {
    cache.trustFor(duration);
  }

  /** See {@link HttpCache#doubt}. */
  void doubt() {
    cache.doubt();
  }

  /** See {@link HttpCache#caughtUp}. */
  void caughtUp() {
    cache.caughtUp();
  }

  /** See {@link HttpCache#missed(Purge)}. */
  void missed(Purge purge) {
    cache.missed(purge);
  }

  /** See {@link HttpCache#missed(HeardPurge)}. */
  void missed(HeardPurge purge) {
    cache.missed(purge);
  }

  /** See {@link HttpCache#changed}. What was put since stays only where its home is. */
  void changed(Change change) {
    boolean isHome = homes.of(Homes.key(change.space(), change.url())).equals(node);
    cache.changed(isHome ? change : change.at(0));
  }

  /** See {@link HttpCache#dropAll}. */
  void dropAll() {
    cache.dropAll();
  }

  /**
   * Takes note of what a peer says is outdated: all that is here now, whatever its clock.
   *
   * @return when a restart does not bring it back
   */
  public CompletionStage<PurgeReply> apply(PurgeRequest request) {
    long beganNanos = System.nanoTime();
    long latest = 0;
    for (var record : request.getPurgesList()) {
      Purge purge = CacheMessages.fromProto(record);
      latest = Math.max(latest, cache.purgeAsOfNow(purge).stamp());
    }
    request.getChangesList().forEach(change -> changed(CacheMessages.fromProto(change)));
    if (request.getChangedCount() > 0) {
      succession.changed(
          request.getChangedSpace(), request.getChangedList(), request.getChangedHolder());
      long stamp = cache.invalidate(request.getChangedSpace(), request.getChangedList());
      latest = Math.max(latest, stamp);
    }
    PurgeReply.Builder reply = PurgeReply.newBuilder().setStamp(latest);
    if (request.getMissedMillis() > 0) {
      Missed.tell(
          request,
          cache.purgedWithin(Duration.ofMillis(request.getMissedMillis())),
          untold.missedBy(request.getAsker()),
          reply);
    }
    CompletionStage<Void> kept =
        request.getPurgesCount() > 0 ? cache.written() : CompletableFuture.completedFuture(null);
    return kept.handle(
        (written, failure) ->
            reply
                .setMessage(failure == null ? "" : String.valueOf(failure))
                .setNanos(System.nanoTime() - beganNanos)
                .build());
  }

  /** Takes note of what a peer's cache learnt of responses that are not for all, or are. */
  public void heard(HerdReports reports) {
    reports.getReportsList().forEach(report -> cache.heard(CacheMessages.fromProto(report)));
  }

  private CompletionStage<Long> tellPeers(String space, List<String> urls, boolean kept) {
    succession.changed(space, urls, "");
    PurgeRequest request =
        PurgeRequest.newBuilder()
            .setChangedSpace(space)
            .addAllChanged(urls)
            .setChangedHolder(kept ? node : "")
            .build();
    return links
        .purgeAll(request, TELLING_LIMIT)
        .thenApply(told -> told.values().stream().mapToLong(PurgeReply::getStamp).max().orElse(0));
  }

  /** Changes of functions' caches, made here, that other nodes are still to be told. */
  public int changesUntold() {
    return untold.size();
  }

  public CacheStats stats() {
    return cache.stats();
  }

  public StoreStats storeStats() {
    return cache.storeStats();
  }

  @Override
  public void close() {
    copies.close();
    cache.close();
  }
}
