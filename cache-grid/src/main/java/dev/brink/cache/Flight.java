package dev.brink.cache;

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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One fetch for all who want the same at the same time. A response that can be shared is stored as
 * it comes and given to all; one that can't goes to the request it was fetched for, and the others
 * fetch for themselves, at once.
 */
final class Flight implements Upstream.Listener {
  private enum State {
    ASKING,
    FILLING,
    DONE
  }

  private final LocalCache cache;
  private final FetchPlan plan;
  private final Upstream upstream;
  private final @Nullable Waiter leader;
  private final Delivery delivery;
  private final Slicing slicing;
  private final Question question;
  private volatile HttpCache.@Nullable Running running;

  // Guarded by this.
  private final List<Waiter> waiters = new ArrayList<>();
  private State state = State.ASKING;
  private boolean cancelled;
  private boolean unshared;
  private boolean unconditional;
  private boolean askedSource;
  private @Nullable StaleCopy stale;
  private @Nullable Recording recording;
  private @Nullable Variant variant;
  private StoreKey storedAs;

  /**
   * @param leader whose request it is for; {@code null}: nobody waits for it
   */
  Flight(LocalCache cache, FetchPlan plan, Upstream upstream, @Nullable Waiter leader) {
    this.cache = cache;
    this.plan = plan;
    this.upstream = upstream;
    this.leader = leader;
    this.delivery = new Delivery(plan.why(), leader);
    this.slicing = new Slicing(cache, plan, this, delivery);
    this.stale = plan.stale();
    this.storedAs = plan.id();
    this.question = new Question(cache.clock(), plan.asked(), plan.key());
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
   * @param enough whether what has already come is good enough for it
   * @return false, with nothing done, when it can't be shared any more
   */
  boolean join(Waiter waiter, Predicate<Head> enough) {
    Recording shared;
    synchronized (this) {
      if (state == State.DONE || unshared || outdated()) {
        return false;
      }
      if (state == State.ASKING) {
        waiters.add(waiter);
        return true;
      }
      if (recording == null || !enough.test(recording.head())) {
        return false;
      }
      if (variant != null && !Variants.selects(variant, waiter.selecting())) {
        return false;
      }
      shared = recording;
    }
    return waiter.answer(shared, plan.why(), true);
  }

  private boolean outdated() {
    Head head = recording == null ? null : recording.head();
    return head != null
        ? cache.standing(plan.key().space(), head) == PurgeTable.Standing.HARD
            || cache.outdated(plan.key().space(), head)
        : cache.outdates(plan.key(), question.stamp());
  }

  /** A request no longer waits. */
  void leave(Waiter waiter) {
    synchronized (this) {
      boolean last = waiters.remove(waiter) && waiters.isEmpty() && state == State.ASKING;
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
    var closed = new FetchFailure(503, "the cache is closed", null);
    Waiters.each(end(), waiter -> waiter.fail(closed));
  }

  /** Nobody finds it any more; whoever waits is returned. */
  List<Waiter> end() {
    List<Waiter> left;
    StaleCopy over;
    StoreKey also;
    Recording recorded;
    synchronized (this) {
      if (state == State.DONE) {
        return List.of();
      }
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
    if (Storing.willNotBeShared(head)) {
      onUnshared();
    }
    List<Waiter> all;
    synchronized (this) {
      all = List.copyOf(waiters);
    }
    Waiters.each(all, waiter -> waiter.interim(head));
  }

  /** Who only waits here for another's response goes on at once. */
  @Override
  public void onUnshared() {
    List<Waiter> others = new ArrayList<>();
    synchronized (this) {
      if (plan.solo() || state != State.ASKING) {
        return;
      }
      unshared = true;
      others.addAll(waiters);
      others.remove(leader);
      waiters.removeAll(others);
    }
    if (!plan.ranged() && leader != null) {
      learned(false);
    }
    Waiters.each(others, Waiter::alone);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, long peerStamp) {
    try {
      respond(head, body, peerStamp);
    } catch (RuntimeException | Error e) {
      Waiters.failed(end(), e);
      throw e;
    }
  }

  private void respond(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, long peerStamp) {
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
    if (status >= 500 && copy != null && outlasts(copy)) {
      Unwanted.response(head, body);
      serve(copy.body(), copy.head(), CacheResult.Outcome.STALE, status);
      return;
    }
    Slice slice = plan.slice();
    boolean oneSlice = slice != null && !slice.probes();
    if (slice != null && oneSlice && !slice.isIn(head)) {
      slicing.changed(slice, head, body);
      return;
    }
    Rules rules = Rules.of(headers);
    Coding.nameInVary(plan.asked(), headers);
    Head came = question.head(head, rules, peerStamp);
    if (!oneSlice && isBehind(came, peerStamp)) {
      Unwanted.response(head, body);
      askSource();
      return;
    }
    boolean cuts =
        !plan.solo() && !oneSlice && Slice.cuts(head, headers) && cache.slices(plan.key());
    Head stored = cuts || plan.solo() ? came : came.coded(Coding.of(plan.asked(), head, headers));
    String refusal = refusal(head, headers, rules, stored, cuts);
    if (slice != null && oneSlice) {
      slicing.came(slice, stored.tagged(slice.tags()), head, body, refusal == null);
    } else if (slice != null && (status == 206 || status == 416)) {
      slicing.probed(slice, stored, head, body, refusal);
    } else if (refusal != null) {
      passThrough(head, body, refusal);
    } else if (cuts) {
      slicing.cut(stored, head, body);
    } else {
      record(plan.place(stored), stored, head, body);
    }
  }

  /** Whether what is stored is served, or kept, in spite of an error. */
  private boolean outlasts(StaleCopy copy) {
    long now = cache.clock().millis();
    return copy.usableOnError(now) || (leader == null && copy.head().freshSeconds(now) > 0);
  }

  private synchronized boolean conditional() {
    return !unconditional
        && (plan.request().headers().contains(HttpHeaderNames.IF_NONE_MATCH)
            || plan.request().headers().contains(HttpHeaderNames.IF_MODIFIED_SINCE))
        && !plan.solo();
  }

  private @Nullable String refusal(
      HttpResponse head, HttpHeaders headers, Rules rules, Head stored, boolean cuts) {
    String refusal = Storing.refusal(plan.asked(), head, headers, rules);
    if (refusal != null) {
      return refusal;
    }
    if (!Storing.worthwhile(stored.status(), headers, stored.freshness(), rules)) {
      return "no-freshness";
    }
    if (!cuts && Storing.length(head) > cache.store().maxObjectBytes()) {
      return "too-large";
    }
    return plan.mayStore() ? null : "unshared";
  }

  /** Stores the response as it comes, and gives it to all it is good for. */
  void record(
      Variants.Place place,
      Head stored,
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body) {
    CacheKey key = plan.key();
    Variant selected = place.variant();
    boolean compresses = stored.coding() == Coding.GZIP_MADE;
    long came = Storing.length(head);
    long length = compresses ? -1 : came;
    var begun = new Recording(cache, key.space(), place.id(), stored, length, true, this::end);
    List<Waiter> all = filling(begun, place);
    boolean whole = head instanceof FullHttpResponse;
    boolean fed = false;
    begun.fill().retain();
    try {
      if (selected != null) {
        cache.addVariant(key, selected);
      }
      if (!plan.solo() && !plan.ranged()) {
        republish(place.id());
      }
      if (!whole) {
        delivery.give(all, begun, selected);
      }
      fed = true;
      WholeBody.feed(head, body, compresses ? new Compressing(came, begun.fill()) : begun.fill());
      if (whole) {
        delivery.give(all, begun, selected);
      }
    } catch (RuntimeException | Error e) {
      if (!fed) {
        Unwanted.response(head, body);
      }
      begun.fill().onError(e);
      Waiters.failed(all, e);
      throw e;
    } finally {
      begun.fill().release();
    }
  }

  /** From now on who comes reads along; who has waited until now is returned. */
  List<Waiter> filling(Recording begun, Variants.Place place) {
    List<Waiter> all;
    synchronized (this) {
      all = List.copyOf(waiters);
      waiters.clear();
      recording = begun;
      variant = place.variant();
      storedAs = place.id();
      state = State.FILLING;
    }
    learned(true);
    cache.copies().fetched(place.id(), !all.isEmpty() && all.stream().allMatch(Waiter::forPeer));
    return all;
  }

  /** What the next one for the same, or of the same folder, does not wait in vain by. */
  private void learned(boolean shared) {
    HttpHeaders fields = plan.asked().request().headers();
    cache.herds().learn(HerdNews.of(plan.key(), fields, shared), cache.clock().millis());
  }

  /** From now on others find it by what it will be stored as. */
  void republish(StoreKey id) {
    cache.flights().move(plan.id(), id, this);
    boolean over;
    synchronized (this) {
      over = state == State.DONE;
    }
    if (over) {
      cache.flights().remove(id, this);
    }
  }

  /** A response for the one request it was fetched for. */
  private void passThrough(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, String refusal) {
    boolean unshared = !plan.solo() && !plan.ranged();
    if (refusal.equals("unshared")) {
      learned(true);
    } else if ((unshared || plan.solo()) && leader != null) {
      learned(false);
    }
    List<Waiter> others = new ArrayList<>(end());
    boolean waits = others.remove(leader);
    Waiters.each(others, Waiter::alone);
    if (waits && leader != null) {
      leader.passOn(head, body, plan.why(), refusal);
    } else {
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
      Head fresh = question.freshened(copy.head(), update, peerStamp);
      if (isBehind(fresh, peerStamp)) {
        askSource();
        return;
      }
      cache.freshen(copy.body().object(), copy.head(), fresh);
      serve(copy.body(), fresh, CacheResult.Outcome.REVALIDATED, 304);
      return;
    }
    Variant other = etag == null ? null : plan.variants().tagged(etag, plan.request().headers());
    StoredObject object = other == null ? null : cache.store().find(Variants.key(other));
    Head head = object == null ? null : LocalCache.response(object);
    if (object == null || head == null || other == null) {
      if (object != null) {
        object.close();
      }
      askAgain();
      return;
    }
    Head fresh = question.freshened(head, update, peerStamp);
    if (isBehind(fresh, peerStamp)) {
      object.close();
      askSource();
      return;
    }
    cache.freshen(object, head, fresh);
    useVariant(new StoredBody(object), fresh, other);
  }

  /** The origin selects, of the variants it was told of, one that this request did not. */
  private void useVariant(StoredBody body, Head fresh, Variant other) {
    cache.addVariant(plan.key(), Variants.again(other, plan.request().headers(), fresh.fields()));
    serve(body, fresh, CacheResult.Outcome.REVALIDATED, 304);
    body.release();
  }

  /** Whether another cache has answered that has not heard yet of what outdates its answer here. */
  private boolean isBehind(Head head, long peerStamp) {
    if (peerStamp == 0 || plan.asked().policy().manual()) {
      return false;
    }
    synchronized (this) {
      if (askedSource) {
        return false;
      }
    }
    return cache.isOutdated(plan.key().space(), head);
  }

  private void askSource() {
    synchronized (this) {
      askedSource = true;
    }
    ask();
  }

  /** The origin's 304 fits nothing that is stored. */
  private void askAgain() {
    synchronized (this) {
      unconditional = true;
    }
    ask();
  }

  private void ask() {
    HttpRequest again = OriginRequest.verbatim(plan.request());
    boolean source;
    synchronized (this) {
      source = askedSource;
      if (unconditional) {
        again.headers().remove(HttpHeaderNames.IF_NONE_MATCH);
        again.headers().remove(HttpHeaderNames.IF_MODIFIED_SINCE);
      }
    }
    cache.counters().fetches.increment();
    running = source ? upstream.fetchFromSource(again, this) : upstream.fetch(again, null, this);
  }

  /** Answers all who wait with what is stored. */
  private void serve(StoredBody body, Head head, CacheResult.Outcome outcome, int status) {
    body.attach();
    delivery.give(end(), body, head, outcome, status, null);
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
    Waiters.each(end(), waiter -> waiter.fail(failure));
  }
}
