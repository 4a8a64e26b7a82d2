package dev.brink.cache;

import dev.brink.cache.field.ContentRange;
import dev.brink.cache.field.EntityTags;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.wire.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One fetch for all who want the same at the same time. A response that can be shared is stored as
 * it comes and given to all; one that can't goes to the request it was fetched for, and the others
 * fetch for themselves, at once.
 */
final class Flight implements Upstream.Listener {
  /**
   * What is fetched.
   *
   * @param id what others find the flight by
   * @param asked the request it is for
   * @param request what the origin gets
   * @param ranged whether it asks for a range
   * @param solo whether nobody else may share it
   * @param mayStore whether its response may be stored
   * @param stale what is validated; {@code null}: nothing
   * @param variants that are stored; none: not known
   */
  record Plan(
      StoreKey id,
      CacheKey key,
      CacheRequest asked,
      HttpRequest request,
      boolean ranged,
      boolean solo,
      boolean mayStore,
      @Nullable StaleCopy stale,
      Variants variants,
      StatusField.Forward why) {}

  private enum State {
    ASKING,
    FILLING,
    DONE
  }

  private final LocalCache cache;
  private final Plan plan;
  private final Upstream upstream;
  private final @Nullable Exchange leader;
  private final long stamp;
  private final long requestedMillis;
  private final long requestedNanos = System.nanoTime();
  private volatile HttpCache.@Nullable Running running;

  // Guarded by this.
  private final List<Exchange> waiters = new ArrayList<>();
  private State state = State.ASKING;
  private boolean cancelled;
  private boolean unshared;
  private boolean unconditional;
  private @Nullable StaleCopy stale;
  private @Nullable Recording recording;
  private @Nullable Variant variant;
  private StoreKey storedAs;

  /**
   * @param leader whose request it is for; {@code null}: nobody waits for it
   */
  Flight(LocalCache cache, Plan plan, Upstream upstream, @Nullable Exchange leader) {
    this.cache = cache;
    this.plan = plan;
    this.upstream = upstream;
    this.leader = leader;
    this.stale = plan.stale();
    this.storedAs = plan.id();
    stamp = cache.clock().now();
    requestedMillis = cache.clock().millis();
    if (leader != null) {
      waiters.add(leader);
    }
  }

  /** Sends the request. */
  void start() {
    cache.counters().fetches.increment();
    HttpCache.Running started = upstream.fetch(plan.request(), null, this);
    running = started;
    boolean gone;
    synchronized (this) {
      gone = cancelled;
    }
    if (gone) {
      started.cancel();
    }
  }

  /**
   * Shares it with one more request.
   *
   * @param validated whether that wants a response no older than itself
   * @return false, with nothing done, when it can't be shared any more
   */
  boolean join(Exchange exchange, boolean validated) {
    Recording shared;
    synchronized (this) {
      if (state == State.DONE || unshared || outdated() || (validated && state != State.ASKING)) {
        return false;
      }
      if (state == State.ASKING) {
        waiters.add(exchange);
        return true;
      }
      if (variant != null && !Variants.selects(variant, exchange.request().headers())) {
        return false;
      }
      shared = recording;
    }
    return shared != null && exchange.answer(shared, plan.why(), true);
  }

  private boolean outdated() {
    Head head = recording == null ? null : recording.head();
    return head != null
        ? cache.standing(plan.key().space(), head) == PurgeTable.Standing.HARD
            || cache.outdated(plan.key().space(), head)
        : cache.outdates(plan.key(), stamp);
  }

  /** A request no longer waits. */
  void leave(Exchange exchange) {
    synchronized (this) {
      boolean last = waiters.remove(exchange) && waiters.isEmpty() && state == State.ASKING;
      if (!last) {
        return;
      }
      cancelled = true;
    }
    end();
    HttpCache.Running current = running;
    if (current != null) {
      current.cancel();
    }
  }

  /** The cache is closed. */
  void abandon() {
    synchronized (this) {
      cancelled = true;
    }
    HttpCache.Running current = running;
    if (current != null) {
      current.cancel();
    }
    end().forEach(exchange -> exchange.fail(new FetchFailure(503, "the cache is closed", null)));
  }

  /** Nobody finds it any more; whoever waits is returned. */
  private List<Exchange> end() {
    List<Exchange> left;
    StaleCopy over;
    StoreKey also;
    Recording recorded;
    synchronized (this) {
      state = State.DONE;
      left = List.copyOf(waiters);
      waiters.clear();
      over = stale;
      stale = null;
      also = storedAs;
      recorded = recording;
    }
    cache.flights().remove(plan.id(), this);
    cache.flights().remove(also, this);
    if (recorded != null) {
      recorded.fill().release();
    }
    if (over != null) {
      over.body().release();
    }
    return left;
  }

  @Override
  public void onInterim(HttpResponse head) {
    List<Exchange> all;
    synchronized (this) {
      all = List.copyOf(waiters);
    }
    all.forEach(exchange -> exchange.interim(head));
  }

  /** Who only waits here for another's response goes on at once. */
  @Override
  public void onUnshared() {
    List<Exchange> others = new ArrayList<>();
    synchronized (this) {
      if (plan.solo() || state != State.ASKING) {
        return;
      }
      unshared = true;
      others.addAll(waiters);
      others.remove(leader);
      waiters.removeAll(others);
    }
    if (!plan.ranged()) {
      cache.herds().unshared(plan.key(), cache.clock().millis());
    }
    others.forEach(Exchange::alone);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, long peerStamp) {
    HttpHeaders headers = head.headers();
    Fields.removeHopByHop(headers);
    int status = head.status().code();
    StaleCopy copy;
    synchronized (this) {
      copy = stale;
    }
    if (status == 304 && conditional()) {
      Unwanted.response(head, body);
      revalidated(headers, copy, peerStamp);
      return;
    }
    if (status >= 500 && copy != null && copy.usableOnError(cache.clock().millis())) {
      Unwanted.response(head, body);
      serve(copy.body(), copy.head(), CacheResult.Outcome.STALE, status);
      return;
    }
    Rules rules = Rules.of(headers);
    Head stored = head(head, headers, rules, peerStamp);
    String refusal = refusal(head, headers, rules, stored);
    if (refusal == null) {
      record(stored, head, body);
    } else {
      passThrough(head, body, refusal);
    }
  }

  private synchronized boolean conditional() {
    return !unconditional
        && (plan.request().headers().contains(HttpHeaderNames.IF_NONE_MATCH)
            || plan.request().headers().contains(HttpHeaderNames.IF_MODIFIED_SINCE))
        && !plan.solo();
  }

  private Head head(HttpResponse response, HttpHeaders headers, Rules rules, long peerStamp) {
    long now = cache.clock().millis();
    if (peerStamp != 0) {
      cache.clock().observe(peerStamp);
    }
    int status = response.status().code();
    ContentRange part = status == 206 ? Storing.contentRange(headers) : null;
    return new Head(
        status,
        response.status().reasonPhrase(),
        Storing.kept(headers, rules),
        requestedMillis,
        now,
        freshness(status, headers, rules, now),
        stamp(peerStamp),
        asOf(peerStamp),
        plan.key().site(),
        plan.key().url(),
        Storing.tags(headers),
        part == null ? List.of() : List.of(part.range()),
        part == null ? -1 : part.completeLength(),
        System.nanoTime() - requestedNanos);
  }

  private Freshness freshness(int status, HttpHeaders headers, Rules rules, long now) {
    CachePolicy policy = plan.asked().policy();
    return Freshness.of(
        status,
        headers,
        rules.directives(),
        rules.targeted(),
        Storing.personal(plan.asked().request(), policy),
        policy,
        requestedMillis,
        now);
  }

  private @Nullable String refusal(
      HttpResponse head, HttpHeaders headers, Rules rules, Head stored) {
    String refusal = Storing.refusal(plan.asked(), head, headers, rules);
    if (refusal != null) {
      return refusal;
    }
    if (!Storing.worthwhile(stored.status(), headers, stored.freshness(), rules)) {
      return "no-freshness";
    }
    if (Storing.length(head) > cache.store().maxObjectBytes()) {
      return "too-large";
    }
    return plan.mayStore() ? null : "unshared";
  }

  /** Stores the response as it comes, and gives it to all it is good for. */
  private void record(Head stored, HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    CacheKey key = plan.key();
    var place = Variants.Place.of(key, plan.request().headers(), stored.fields());
    StoreKey id = place.id();
    Variant selected = place.variant();
    long length = Storing.length(head);
    var begun = new Recording(cache, key.space(), id, stored, length, this::end);
    List<Exchange> all;
    synchronized (this) {
      all = List.copyOf(waiters);
      waiters.clear();
      recording = begun;
      variant = selected;
      storedAs = id;
      state = State.FILLING;
    }
    cache.herds().shared(key);
    if (selected != null) {
      cache.addVariant(key, selected);
    }
    if (!plan.solo() && !plan.ranged()) {
      republish(id);
    }
    begun.fill().retain();
    if (head instanceof FullHttpResponse full) {
      new WholeBody(full).subscribe(begun.fill());
      deliver(all, begun, selected);
    } else {
      deliver(all, begun, selected);
      feed(begun.fill(), body);
    }
    begun.fill().release();
  }

  private void republish(StoreKey id) {
    if (!id.equals(plan.id())) {
      cache.flights().put(id, this);
      cache.flights().remove(plan.id(), this);
    }
  }

  private static void feed(Fill fill, Flow.@Nullable Publisher<ByteBuf> body) {
    if (body == null) {
      fill.onComplete();
    } else {
      body.subscribe(fill);
    }
  }

  private void deliver(List<Exchange> all, Recording begun, @Nullable Variant selected) {
    for (Exchange exchange : all) {
      boolean fits = selected == null || Variants.selects(selected, exchange.request().headers());
      if (!fits || !exchange.answer(begun, plan.why(), exchange != leader)) {
        exchange.retry();
      }
    }
  }

  /** A response for the one request it was fetched for. */
  private void passThrough(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, String refusal) {
    boolean unshared = !plan.solo() && !plan.ranged();
    long now = cache.clock().millis();
    if (refusal.equals("unshared")) {
      cache.herds().shared(plan.key());
    } else if (unshared || plan.solo()) {
      cache.herds().unshared(plan.key(), now);
    }
    boolean taken = false;
    for (Exchange exchange : end()) {
      if (exchange == leader) {
        taken = true;
        exchange.passOn(head, body, plan.why(), refusal);
      } else {
        exchange.alone();
      }
    }
    if (!taken) {
      Unwanted.response(head, body);
    }
  }

  /** The origin says that what is stored is still good (RFC 9111 section 4.3.4). */
  private void revalidated(HttpHeaders update, @Nullable StaleCopy copy, long peerStamp) {
    String etag = update.get(HttpHeaderNames.ETAG);
    boolean ours =
        copy != null
            && (etag == null
                || copy.head().etag() == null
                || EntityTags.weakMatch(etag, copy.head().etag()));
    if (ours && copy != null) {
      Head fresh = freshened(copy.head(), update, peerStamp);
      var _ = cache.store().replaceHead(copy.body().object(), fresh.encode(), fresh.worth());
      serve(copy.body(), fresh, CacheResult.Outcome.REVALIDATED, 304);
      return;
    }
    Variant other = etag == null ? null : plan.variants().tagged(etag);
    StoredObject object = other == null ? null : cache.store().find(Variants.key(other));
    Head head = object == null ? null : LocalCache.response(object);
    if (object == null || head == null || other == null) {
      if (object != null) {
        object.close();
      }
      askAgain();
      return;
    }
    useVariant(new StoredBody(object), freshened(head, update, peerStamp), other);
  }

  /** The origin selects, of the variants it was told of, one that this request did not. */
  private void useVariant(StoredBody body, Head fresh, Variant other) {
    var _ = cache.store().replaceHead(body.object(), fresh.encode(), fresh.worth());
    List<String> names = other.getNamesList();
    cache.addVariant(
        plan.key(),
        Variants.variant(
            Variants.key(other),
            names,
            Variants.values(names, plan.request().headers()),
            fresh.fields()));
    serve(body, fresh, CacheResult.Outcome.REVALIDATED, 304);
    body.release();
  }

  private Head freshened(Head before, HttpHeaders update, long peerStamp) {
    HttpHeaders fields = Freshening.fields(before.fields(), update);
    Rules rules = Rules.of(fields);
    long now = cache.clock().millis();
    HttpHeaders judged = fields.copy();
    String age = update.get(HttpHeaderNames.AGE);
    if (age != null) {
      judged.set(HttpHeaderNames.AGE, age);
    }
    return before.with(
        Storing.kept(fields, rules),
        requestedMillis,
        now,
        freshness(before.status(), judged, rules, now),
        stamp(peerStamp),
        asOf(peerStamp));
  }

  /** A copy is no newer than what it is of, nor than the question for it. */
  private long stamp(long peerStamp) {
    return peerStamp == 0 ? stamp : Math.min(peerStamp, stamp);
  }

  /** Where this cache hears of each put, only the puts after its question outdate the answer. */
  private long asOf(long peerStamp) {
    return plan.asked().policy().manual() ? stamp : stamp(peerStamp);
  }

  /** The origin's 304 fits nothing that is stored. */
  private void askAgain() {
    synchronized (this) {
      unconditional = true;
    }
    HttpRequest again = OriginRequest.verbatim(plan.request());
    again.headers().remove(HttpHeaderNames.IF_NONE_MATCH);
    again.headers().remove(HttpHeaderNames.IF_MODIFIED_SINCE);
    cache.counters().fetches.increment();
    running = upstream.fetch(again, null, this);
  }

  /** Answers all who wait with what is stored. */
  private void serve(StoredBody body, Head head, CacheResult.Outcome outcome, int status) {
    body.attach();
    for (Exchange exchange : end()) {
      if (!exchange.answer(body, head, outcome, plan.why(), status, exchange != leader)) {
        exchange.retry();
      }
    }
    body.release();
  }

  @Override
  public void onFailure(FetchFailure failure) {
    StaleCopy copy;
    synchronized (this) {
      copy = stale;
    }
    if (failure.status() >= 500 && copy != null && copy.usableOnError(cache.clock().millis())) {
      serve(copy.body(), copy.head(), CacheResult.Outcome.STALE, 0);
      return;
    }
    end().forEach(exchange -> exchange.fail(failure));
  }
}
