package dev.brink.cache;

import dev.brink.cache.field.Directives;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.wire.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One client's request on its way through the cache, until it has an answer. */
final class Exchange implements HttpCache.Running, Waiter {
  /** After so many lookups in vain a request fetches for itself. */
  private static final int MAX_TRIES = 4;

  private final LocalCache cache;
  private final CacheRequest asked;
  private final Upstream upstream;
  private final CacheListener listener;
  private final CacheKey key;
  private final Directives directives;
  private final long purgesBefore;
  private final AtomicBoolean answered = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile @Nullable Flight flight;
  private volatile HttpCache.@Nullable Running passing;

  /** Whether the first slice was asked for where nothing is known: at most once. */
  private volatile boolean probing;

  private volatile boolean probed;
  private int tries;

  Exchange(LocalCache cache, CacheRequest asked, Upstream upstream, CacheListener listener) {
    this.cache = cache;
    this.asked = asked;
    this.upstream = upstream;
    this.listener = listener;
    this.key = cache.keys().of(asked);
    this.purgesBefore = cache.hardPurgesHeard();
    this.directives =
        asked.policy().requestDirectives()
            ? Directives.parse(request().headers().getAll(HttpHeaderNames.CACHE_CONTROL))
            : Directives.NONE;
  }

  private HttpRequest request() {
    return asked.request();
  }

  @Override
  public HttpHeaders selecting() {
    return OriginRequest.selecting(asked);
  }

  @Override
  public long purgesBefore() {
    return purgesBefore;
  }

  @Override
  public boolean takesOnError(StaleCopy copy, long nowMillis) {
    return copy.usableOnError(nowMillis, directives.seconds("stale-if-error"));
  }

  @Override
  public boolean forPeer() {
    return listener.forPeer();
  }

  void start() {
    HttpMethod method = request().method();
    HttpHeaders headers = request().headers();
    boolean retrieval = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    if (!retrieval) {
      pass(Passage.SAFE.contains(method) ? StatusField.Forward.BYPASS : StatusField.Forward.METHOD);
    } else if (asked.body() != null
        || headers.contains(HttpHeaderNames.IF_MATCH)
        || headers.contains(HttpHeaderNames.IF_UNMODIFIED_SINCE)
        || asked.unshared()) {
      pass(StatusField.Forward.BYPASS);
    } else if (directives.has("no-store")) {
      pass(StatusField.Forward.REQUEST);
    } else {
      look();
    }
  }

  private boolean isHead() {
    return request().method().equals(HttpMethod.HEAD);
  }

  private void look() {
    if (++tries > MAX_TRIES) {
      alone();
      return;
    }
    find(key.key(), this::found, Variants.NONE);
  }

  private interface Found {
    void object(@Nullable StoredObject object, Variants variants);
  }

  private void find(StoreKey id, Found then, Variants variants) {
    StoredObject object = cache.store().find(id);
    CompletionStage<@Nullable StoredObject> slower = object == null ? cache.store().load(id) : null;
    if (slower == null) {
      then.object(object, variants);
    } else {
      List<Waiter> it = List.of(this);
      var _ =
          slower.whenComplete(
              (loaded, failure) -> Waiters.each(it, waiter -> then.object(loaded, variants)));
    }
  }

  private void found(@Nullable StoredObject object, Variants none) {
    StoredHeads.Content content = object == null ? null : cache.heads().of(key.key(), object);
    if (object == null || !(content instanceof Variants variants)) {
      stored(object, content instanceof Head head ? head : null, none);
      return;
    }
    object.close();
    Variant selected = variants.select(selecting());
    if (selected == null) {
      miss(variants, StatusField.Forward.VARY_MISS, null);
    } else {
      StoreKey id = Variants.key(selected);
      find(
          id,
          (found, all) ->
              stored(found, found == null ? null : cache.heads().response(id, found), all),
          variants);
    }
  }

  private void stored(@Nullable StoredObject object, @Nullable Head head, Variants variants) {
    if (object == null || head == null) {
      if (object != null) {
        object.close();
      }
      miss(variants, StatusField.Forward.URI_MISS, null);
      return;
    }
    var body = new StoredBody(object);
    use(body, head, variants);
    body.release();
  }

  private void use(StoredBody body, Head head, Variants variants) {
    if (head.sliced() && directives.has("only-if-cached")) {
      // Some of its slices may be missing.
      miss(variants, StatusField.Forward.PARTIAL, null);
      return;
    }
    long now = cache.clock().millis();
    boolean changed = cache.outdated(key.space(), head);
    Reuse reuse = Reuse.of(head, cache.standing(key.space(), head, now), changed, directives, now);
    boolean useful = !head.partial() && (head.hasValidator() || !changed);
    StaleCopy stale = useful ? new StaleCopy(body, head) : null;
    switch (reuse) {
      case NONE -> miss(variants, StatusField.Forward.URI_MISS, null);
      case ON_REQUEST -> miss(variants, StatusField.Forward.REQUEST, stale);
      case VALIDATED -> miss(variants, StatusField.Forward.STALE, stale);
      case FRESH, BEHIND, STALE -> serve(body, head, variants, reuse);
    }
  }

  /** Answers with what is stored, and has it fetched anew if that is due. */
  private void serve(StoredBody body, Head head, Variants variants, Reuse reuse) {
    boolean fresh = reuse == Reuse.FRESH;
    CacheResult.Outcome outcome = fresh ? CacheResult.Outcome.HIT : CacheResult.Outcome.STALE;
    if (!answer(body, head, outcome, null, 0, false)) {
      boolean parts = head.partial() || head.sliced();
      miss(variants, parts ? StatusField.Forward.PARTIAL : StatusField.Forward.URI_MISS, null);
    } else if (reuse == Reuse.BEHIND || (fresh && endsSoon(head))) {
      refresh(body, head, variants);
    }
  }

  private boolean endsSoon(Head head) {
    return !head.sliced()
        && !asked.policy().manual()
        && !Storing.tellsWho(request())
        && EarlyRefresh.due(head, cache.clock().millis(), () -> !upstream.asksSource(request()));
  }

  /** Validates what its client has been answered with. */
  private void refresh(StoredBody body, Head head, Variants variants) {
    if (isHead() || head.partial()) {
      return;
    }
    StoreKey id = body.object().key();
    if (cache.flights().contains(id)) {
      return;
    }
    FetchPlan plan = plan(id, variants, StatusField.Forward.STALE, new StaleCopy(body, head));
    plan.askForFresher(head.freshSeconds(cache.clock().millis()), upstream);
    body.attach();
    var refresh = new Flight(cache, plan, upstream, null);
    if (cache.flights().begin(id, refresh, other -> true)) {
      refresh.start();
    } else {
      body.release();
    }
  }

  private void miss(Variants variants, StatusField.Forward why, @Nullable StaleCopy stale) {
    if (directives.has("only-if-cached")) {
      fail(new FetchFailure(504, "nothing stored may be used (only-if-cached)", null));
    } else if (isHead()) {
      passHead(why, stale != null && variants.all().isEmpty());
    } else if (asked.comesBack()) {
      apart(variants, why, stale);
    } else if (stale != null) {
      share(variants, why, stale);
    } else if (cache.herds().expectsUnshared(key, request().headers(), cache.clock().millis())) {
      alone();
    } else if (!request().headers().contains(HttpHeaderNames.RANGE)
        && cache.herds().goesApart(key, request().headers(), cache.clock().millis())) {
      apart(variants, why, null);
    } else {
      share(variants, why, stale);
    }
  }

  /** Fetches what may be stored without waiting for others, or having any wait for it. */
  private void apart(Variants variants, StatusField.Forward why, @Nullable StaleCopy stale) {
    StoreKey id = FetchPlan.ownId(key, asked, variants, stale);
    if (stale != null) {
      stale.body().attach();
    }
    fetch(new Flight(cache, plan(id, variants, why, stale), upstream, this));
  }

  private void share(Variants variants, StatusField.Forward why, @Nullable StaleCopy stale) {
    StoreKey whole = FetchPlan.id(key, asked, variants, stale);
    String range = stale == null ? request().headers().get(HttpHeaderNames.RANGE) : null;
    Slice first = range == null || probed || !cache.slices(key) ? null : Slice.probe(whole, range);
    FetchPlan probe =
        first == null ? null : FetchPlan.probe(first, key, asked, variants, why, upstream);
    Predicate<Head> enough =
        why == StatusField.Forward.REQUEST ? this::isFreshEnough : head -> true;
    Predicate<Flight> join = other -> joined(other, enough);
    probing = probe != null;
    if (cache.flights().share(whole, join)) {
      return;
    }
    // It may have come, and its flight have ended, between the look at the store and the one here.
    if (range == null && stale == null && cache.hasFresh(whole, key.space())) {
      retry();
      return;
    }
    StoreKey id = range == null ? whole : FetchPlan.rangeId(key, request());
    FetchPlan plan = probe == null ? plan(id, variants, why, stale) : probe;
    if (stale != null) {
      stale.body().attach();
    }
    Flight begun = new Flight(cache, plan, upstream, this);
    flight = begun;
    if (cache.flights().begin(plan.id(), begun, join)) {
      flight = begun;
      begun.start();
    } else if (stale != null) {
      stale.body().release();
    }
  }

  /** Whether what has just come is as fresh as the request wants it. */
  private boolean isFreshEnough(Head head) {
    long now = cache.clock().millis();
    return Reuse.of(head, PurgeTable.Standing.GOOD, false, directives, now) == Reuse.FRESH;
  }

  private boolean joined(Flight other, Predicate<Head> enough) {
    flight = other;
    if (other.join(this, enough)) {
      if (cancelled) {
        other.leave(this);
      }
      return true;
    }
    return false;
  }

  private FetchPlan plan(
      StoreKey id, Variants variants, StatusField.Forward why, @Nullable StaleCopy stale) {
    return FetchPlan.shared(id, key, asked, variants, why, stale);
  }

  @Override
  public void alone() {
    listener.onUnshared();
    fetch(new Flight(cache, FetchPlan.solo(key, asked), upstream, this));
  }

  /** Begins a flight that nobody else finds. */
  private void fetch(Flight begun) {
    flight = begun;
    begun.start();
    if (cancelled) {
      begun.leave(this);
    }
  }

  @Override
  public void retry() {
    flight = null;
    probed |= probing;
    look();
  }

  /** Passes the request on as it is. */
  private void pass(StatusField.Forward why) {
    if (directives.has("only-if-cached") && Passage.SAFE.contains(request().method())) {
      fail(new FetchFailure(504, "nothing stored may be used (only-if-cached)", null));
      return;
    }
    HttpRequest sent =
        request().method().equals(HttpMethod.POST)
            ? OriginRequest.storable(asked)
            : OriginRequest.verbatim(request());
    pass(sent, new Passage(cache, this, asked, key, why, false));
  }

  /**
   * Passes a {@code HEAD} on.
   *
   * @param present whether there is what it may freshen: then without what is not in the key
   */
  private void passHead(StatusField.Forward why, boolean present) {
    boolean freshens = present && !OriginRequest.conditional(request());
    HttpRequest sent =
        freshens
            ? OriginRequest.cacheable(asked, key, Set.of(), false).setMethod(HttpMethod.HEAD)
            : OriginRequest.verbatim(request());
    pass(sent, new Passage(cache, this, asked, key, why, freshens));
  }

  private void pass(HttpRequest sent, Passage passage) {
    cache.counters().fetches.increment();
    HttpCache.Running started = upstream.fetch(sent, asked.body(), new ResetContent(passage));
    passing = started;
    if (cancelled) {
      started.cancel();
    }
  }

  // The answer.

  @Override
  public boolean answer(
      StoredBody body,
      Head head,
      CacheResult.Outcome outcome,
      StatusField.@Nullable Forward why,
      int status,
      boolean collapsed) {
    long now = cache.clock().millis();
    StatusField field = cache.status();
    if (why == null) {
      field.hit();
    } else {
      field.forwarded(why).forwardStatus(status).collapsed(collapsed);
    }
    field.ttl(head.freshSeconds(now));
    Answer answer = answerOf(body, head, field.toString(), now);
    if (answer == null) {
      return false;
    }
    boolean first =
        outcome == CacheResult.Outcome.HIT
            && !forPeer()
            && cache.copies().used(body.object().key());
    respond(
        answer,
        new CacheResult(
            outcome, collapsed, why != null, head.stampForPeers(asked.policy()), first));
    return true;
  }

  private @Nullable Answer answerOf(StoredBody body, Head head, String status, long now) {
    if (head.sliced()) {
      var slices = new SlicedBody(cache, key, asked, upstream, body.object().key(), head);
      return read(slices, head, status, now, () -> {});
    }
    Runnable onBroken = () -> cache.spoil(body.object().key(), head);
    // Another node keeps what it is given for all of its clients.
    Recodings.Recoded recoded =
        forPeer() ? null : cache.recodings().find(asked, body.object(), head);
    if (recoded == null) {
      return read(body, head, status, now, onBroken);
    }
    try {
      return read(recoded.body(), recoded.head(), status, now, onBroken);
    } finally {
      recoded.body().release();
    }
  }

  private @Nullable Answer read(
      BodySource source, Head head, String status, long now, Runnable onBroken) {
    long age = head.ageSeconds(now);
    return Answer.of(request(), head, source, source.available(), age, status, now, onBroken);
  }

  @Override
  public boolean answer(
      Recording recording, Head head, StatusField.Forward why, boolean collapsed) {
    long now = cache.clock().millis();
    String field =
        cache
            .status()
            .forwarded(why)
            .forwardStatus(head.status())
            .stored(true)
            .collapsed(collapsed)
            .ttl(head.freshSeconds(now))
            .toString();
    boolean asItCame = head.partial() && !probing;
    var broken = new AtomicBoolean();
    Answer answer = recording.answer(request(), head, asItCame, field, now, () -> broken.set(true));
    if (broken.get()) {
      fail(new FetchFailure(502, "the response is not the gzip that it says it is", null));
      return true;
    }
    if (answer == null) {
      return false;
    }
    respond(
        answer,
        new CacheResult(
            CacheResult.Outcome.MISS, collapsed, true, head.stampForPeers(asked.policy())));
    return true;
  }

  private void respond(Answer answer, CacheResult result) {
    if (answered.compareAndSet(false, true)) {
      cache.counters().answered(result);
      listener.onResponse(answer.head(), answer.body(), result);
    } else {
      Unwanted.response(answer.head(), answer.body());
    }
  }

  @Override
  public void passOn(
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body,
      StatusField.Forward why,
      @Nullable String detail) {
    // A peer tells its client of its own cache, and could not tell this field from the origin's.
    if (!listener.forPeer()) {
      StatusField field = cache.status().forwarded(why).forwardStatus(head.status().code());
      if (detail != null) {
        field.detail(detail);
      }
      head.headers().add(Fields.CACHE_STATUS, field.toString());
    }
    respond(new Answer(head, body), new CacheResult(CacheResult.Outcome.BYPASS, false, false, 0));
  }

  @Override
  public void interim(HttpResponse head) {
    listener.onInterim(head);
  }

  @Override
  public void fail(FetchFailure failure) {
    if (answered.compareAndSet(false, true)) {
      cache.counters().failures.increment();
      listener.onFailure(failure);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    Flight shared = flight;
    if (shared != null) {
      shared.leave(this);
    }
    HttpCache.Running passed = passing;
    if (passed != null) {
      passed.cancel();
    }
  }
}
