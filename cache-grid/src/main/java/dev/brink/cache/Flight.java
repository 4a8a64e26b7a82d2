package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import dev.brink.cache.wire.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
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
  private final @Nullable Waiter leader;
  private final Delivery delivery;
  private final Slicing slicing;
  private final Question question;
  private final Validation validation;
  private final Asking asking;

  // Guarded by this.
  private final List<Waiter> waiters = new ArrayList<>();
  private State state = State.ASKING;
  private boolean unshared;
  private boolean cancelled;
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
    this.leader = leader;
    this.delivery = Delivery.of(cache, plan, leader);
    this.slicing = new Slicing(cache, plan, this, delivery);
    this.stale = plan.stale();
    this.storedAs = plan.id();
    this.question = new Question(cache.clock(), plan.asked(), plan.key());
    this.asking = new Asking(cache, plan, upstream, this);
    this.validation = new Validation(cache, plan, this, asking, question, delivery);
    if (leader != null) {
      waiters.add(leader);
    }
  }

  /** Sends the request. */
  void start() {
    try {
      asking.begin();
    } catch (RuntimeException | Error e) {
      Waiters.failed(end(), e);
      throw e;
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
      if (state == State.DONE || cancelled || unshared || outdated()) {
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
    return waiter.answer(shared, shared.head(), plan.why(), true);
  }

  /** Of what has not come yet only the URL is known, and the tags of what it may take over. */
  private boolean outdated() {
    String space = plan.key().space();
    if (recording != null) {
      return cache.isGone(space, recording.head());
    }
    return cache.outdates(plan.key(), question.stamp())
        || (stale != null && cache.standing(space, stale.head()) == PurgeTable.Standing.HARD);
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
    asking.cancel();
  }

  /** The cache is closed. */
  void abandon() {
    synchronized (this) {
      cancelled = true;
    }
    asking.cancel();
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
    StaleCopy.letGo(over);
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
    StaleCopy copy = held();
    try {
      respond(head, body, peerStamp, copy);
    } catch (RuntimeException | Error e) {
      Waiters.failed(end(), e);
      throw e;
    } finally {
      StaleCopy.letGo(copy);
    }
  }

  /** What is validated, which stays until it is let go of, even if the flight ends meanwhile. */
  private synchronized @Nullable StaleCopy held() {
    if (stale != null) {
      stale.body().attach();
    }
    return stale;
  }

  private void respond(
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body,
      long peerStamp,
      @Nullable StaleCopy copy) {
    HttpHeaders headers = head.headers();
    Fields.removeHopByHop(head);
    int status = head.status().code();
    if (status == 304 && asking.conditional()) {
      Unwanted.response(head, body);
      validation.notModified(headers, copy, peerStamp);
      return;
    }
    if (status >= 500 && copy != null && servesInstead(copy, status)) {
      Unwanted.response(head, body);
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
    AllowedOrigin.nameInVary(plan.asked(), headers);
    Head came = question.head(head, rules, peerStamp);
    if (!oneSlice && isBehind(came, peerStamp)) {
      Unwanted.response(head, body);
      asking.askSource();
      return;
    }
    boolean cuts =
        !plan.solo() && !oneSlice && Slice.cuts(head, headers) && cache.slices(plan.key());
    Head stored = cuts || plan.solo() ? came : came.coded(Coding.of(plan.asked(), head, headers));
    long maxBytes = cuts ? Long.MAX_VALUE : cache.store().maxObjectBytes();
    String refusal = plan.refusal(head, rules, stored.freshness(), maxBytes);
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

  /**
   * Serves what is stored instead of an error, or keeps it in spite of one; else serves it to those
   * who ask for that, and who do not wait any more.
   *
   * @param status of the error; 0: there is no response
   * @return whether nobody is left for the error
   */
  private boolean servesInstead(StaleCopy copy, int status) {
    long now = cache.clock().millis();
    if (cache.isGone(plan.key().space(), copy.head())) {
      return false;
    }
    var outcome = CacheResult.Outcome.STALE;
    if (copy.usableOnError(now) || (leader == null && copy.head().freshSeconds(now) > 0)) {
      serve(copy.body(), copy.head(), Reserved.NONE, outcome, status, null);
      return true;
    }
    List<Waiter> content;
    boolean all;
    synchronized (this) {
      content = waiters.stream().filter(each -> each.takesOnError(copy, now)).toList();
      waiters.removeAll(content);
      all = !content.isEmpty() && waiters.isEmpty();
    }
    delivery.give(content, copy.body(), copy.head(), Reserved.NONE, outcome, status, null);
    if (all) {
      Waiters.each(end(), Waiter::retry);
    }
    return all;
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
    Reserved reserved = Reserved.of(head.headers());
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
        delivery.give(all, begun, reserved, selected);
      }
      fed = true;
      WholeBody.feed(head, body, compresses ? new Compressing(came, begun.fill()) : begun.fill());
      if (whole) {
        delivery.give(all, begun, reserved, selected);
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
  void learned(boolean shared) {
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

  /**
   * Whether another cache has answered that has not heard yet of what outdates its answer here, or
   * has something that may be older than what is validated.
   */
  boolean isBehind(Head head, long peerStamp) {
    if (peerStamp == 0 || plan.asked().policy().manual() || asking.askedSource()) {
      return false;
    }
    synchronized (this) {
      if (stale != null && head.mayPrecede(stale.head())) {
        return true;
      }
    }
    return cache.isOutdated(plan.key().space(), head);
  }

  /** What was validated is not what is wanted, whatever comes of the fetch. */
  void dropValidated() {
    StaleCopy over;
    synchronized (this) {
      over = stale;
      stale = null;
    }
    StaleCopy.letGo(over);
  }

  /**
   * Answers all who wait with what is stored.
   *
   * @param reserved for the leader
   * @param selected the variant it is, if not all of them select it; {@code null}: they do
   */
  void serve(
      StoredBody body,
      Head head,
      Reserved reserved,
      CacheResult.Outcome outcome,
      int status,
      @Nullable Variant selected) {
    body.attach();
    delivery.give(end(), body, head, reserved, outcome, status, selected);
    body.release();
  }

  @Override
  public void onFailure(FetchFailure failure) {
    StaleCopy copy = held();
    try {
      if (failure.status() < 500 || copy == null || !servesInstead(copy, 0)) {
        Waiters.each(end(), waiter -> waiter.fail(failure));
      }
    } finally {
      StaleCopy.letGo(copy);
    }
  }
}
