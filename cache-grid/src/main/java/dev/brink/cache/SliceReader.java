package dev.brink.cache;

import dev.brink.cache.store.StoredObject;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Reads one slice in order, a piece at a time: from the store, or while it is fetched. */
final class SliceReader implements Waiter, Flow.Subscriber<ByteBuf> {
  private static final int MAX_TRIES = 4;

  /** Makes a flight that fetches a slice. */
  interface Fetch {
    Flight of(Slice slice, @Nullable Waiter waiter);
  }

  private final LocalCache cache;
  private final CacheKey key;
  private final CacheRequest asked;
  private final Slice slice;
  private final Fetch fetch;
  private final long purgesBefore;

  // Guarded by this.
  private long offset;
  private int maxBytes;
  private int tries;
  private boolean idle = true;
  private boolean stored;
  private boolean cancelled;
  private @Nullable Throwable failure;
  private @Nullable CompletableFuture<ByteBuf> wanted;
  private @Nullable ByteBuf rest;
  private Flow.@Nullable Subscription subscription;
  private @Nullable Flight flight;

  /**
   * @param asked the request that the slice is for
   * @param offset of the first byte to read, within the representation
   */
  SliceReader(
      LocalCache cache, CacheKey key, CacheRequest asked, Slice slice, Fetch fetch, long offset) {
    this.cache = cache;
    this.key = key;
    this.asked = asked;
    this.slice = slice;
    this.fetch = fetch;
    this.offset = offset;
    this.purgesBefore = cache.hardPurgesHeard();
  }

  /** Whether the next piece begins there. */
  synchronized boolean reaches(long at) {
    return offset == at && at <= slice.range().last();
  }

  /** The next piece; to be asked for once the one before has come. */
  CompletionStage<ByteBuf> next(int atMost) {
    var piece = new CompletableFuture<ByteBuf>();
    Throwable broken;
    ByteBuf left;
    Flow.Subscription from;
    boolean look;
    synchronized (this) {
      broken = failure;
      maxBytes = atMost;
      left = rest;
      rest = null;
      from = subscription;
      look = idle;
      wanted = piece;
    }
    if (broken != null) {
      piece.completeExceptionally(broken);
    } else if (left != null) {
      onNext(left);
    } else if (from != null) {
      from.request(1);
    } else if (look) {
      look();
    }
    return piece;
  }

  private void look() {
    boolean again;
    synchronized (this) {
      again = !cancelled && ++tries <= MAX_TRIES;
      idle = false;
    }
    if (!again) {
      broken(new IllegalStateException("body: slice " + slice.index() + " can't be had"));
      return;
    }
    StoredObject object = usable(cache.store().find(slice.id()));
    CompletionStage<@Nullable StoredObject> slower =
        object == null ? cache.store().load(slice.id()) : null;
    if (slower == null) {
      found(object);
    } else {
      var _ = slower.whenComplete((loaded, error) -> loaded(loaded));
    }
  }

  private void loaded(@Nullable StoredObject object) {
    try {
      found(usable(object));
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  private @Nullable StoredObject usable(@Nullable StoredObject object) {
    return slice.usable(object, cache, key.space());
  }

  private void found(@Nullable StoredObject object) {
    if (object == null) {
      share();
      return;
    }
    synchronized (this) {
      stored = true;
    }
    var body = new StoredBody(object);
    reader(body).subscribe(this);
    body.release();
  }

  private BodyReader reader(BodySource source) {
    long from;
    synchronized (this) {
      from = offset - slice.range().first();
    }
    return new BodyReader(source, from, slice.range().length());
  }

  private void share() {
    if (asked.comesBack()) {
      // Others may fetch it for the request that this one is made for.
      begin(fetch.of(slice, this));
      return;
    }
    if (cache.flights().share(slice.id(), this::joined)) {
      return;
    }
    // It may have come, and its flight have ended, between the look at the store and the one here.
    StoredObject since = usable(cache.store().find(slice.id()));
    if (since != null) {
      found(since);
      return;
    }
    Flight begun = fetch.of(slice, this);
    if (cache.flights().begin(slice.id(), begun, this::joined)) {
      begin(begun);
    }
  }

  private void begin(Flight begun) {
    synchronized (this) {
      flight = begun;
    }
    begun.start();
  }

  private boolean joined(Flight other) {
    synchronized (this) {
      flight = other;
    }
    return other.join(this, head -> true);
  }

  /** Nobody reads any more. */
  void cancel() {
    Flow.Subscription from;
    Flight waitedFor;
    ByteBuf left;
    synchronized (this) {
      cancelled = true;
      from = subscription;
      waitedFor = flight;
      left = rest;
      rest = null;
    }
    if (from != null) {
      from.cancel();
    }
    if (waitedFor != null) {
      waitedFor.leave(this);
    }
    if (left != null) {
      left.release();
    }
  }

  // Waits for a flight.

  @Override
  public HttpHeaders selecting() {
    return OriginRequest.selecting(asked);
  }

  @Override
  public long purgesBefore() {
    return purgesBefore;
  }

  @Override
  public boolean answer(
      StoredBody body,
      Head head,
      CacheResult.Outcome outcome,
      StatusField.@Nullable Forward why,
      int status,
      boolean collapsed) {
    return false;
  }

  @Override
  public boolean answer(
      Recording recording, Head head, StatusField.Forward why, boolean collapsed) {
    BodyReader reader =
        slice.isHeadedBy(recording.head())
            ? recording.fill().give(() -> reader(recording.fill()))
            : null;
    if (reader == null) {
      return false;
    }
    reader.subscribe(this);
    return true;
  }

  @Override
  public void passOn(
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body,
      StatusField.Forward why,
      @Nullable String detail) {
    Unwanted.response(head, body);
    alone();
  }

  @Override
  public void alone() {
    broken(new IllegalStateException("body: slice " + slice.index() + " is of another file now"));
  }

  @Override
  public void retry() {
    look();
  }

  @Override
  public void interim(HttpResponse head) {
    // The client has its response already.
  }

  @Override
  public void fail(FetchFailure cause) {
    boolean again;
    synchronized (this) {
      again = cause.status() >= 500 && tries < MAX_TRIES;
    }
    if (again) {
      look();
    } else {
      broken(new IllegalStateException("body: " + cause.detail()));
    }
  }

  // Reads.

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    boolean gone;
    synchronized (this) {
      subscription = newSubscription;
      gone = cancelled;
    }
    if (gone) {
      newSubscription.cancel();
    } else {
      newSubscription.request(1);
    }
  }

  @Override
  public void onNext(ByteBuf bytes) {
    CompletableFuture<ByteBuf> to;
    ByteBuf piece = bytes;
    synchronized (this) {
      to = wanted;
      wanted = null;
      if (to != null && bytes.readableBytes() > maxBytes) {
        piece = bytes.readRetainedSlice(maxBytes);
        rest = bytes;
      }
      if (to != null) {
        offset += piece.readableBytes();
        tries = 0;
      }
    }
    if (to == null || !to.complete(piece)) {
      piece.release();
    }
  }

  /** What came broke off: goes on from there, as soon as more is wanted, with another fetch. */
  @Override
  public void onError(Throwable cause) {
    boolean unreadable;
    boolean later;
    synchronized (this) {
      unreadable = stored;
      stored = false;
      subscription = null;
      idle = wanted == null;
      later = idle;
    }
    if (unreadable) {
      cache.store().remove(slice.id());
    }
    if (!later) {
      look();
    }
  }

  private void broken(Throwable cause) {
    CompletableFuture<ByteBuf> to;
    synchronized (this) {
      failure = cause;
      to = wanted;
      wanted = null;
    }
    if (to != null) {
      to.completeExceptionally(cause);
    }
  }

  @Override
  public void onComplete() {
    boolean whole;
    synchronized (this) {
      whole = offset > slice.range().last() || rest != null;
    }
    if (!whole) {
      broken(new IllegalStateException("body: slice " + slice.index() + " ended early"));
    }
  }
}
