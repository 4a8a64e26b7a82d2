package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The body of a representation that is stored in slices, for one answer: those that are missing are
 * fetched as it is read, and a few of them ahead once it is read in order.
 */
final class SlicedBody implements BodySource {
  /** How many slices at most are fetched ahead of the reader. */
  private static final int MAX_AHEAD = 4;

  private final LocalCache cache;
  private final CacheKey key;
  private final CacheRequest asked;
  private final Upstream upstream;
  private final StoreKey whole;
  private final Head head;

  // Guarded by this.
  private long end;
  private long lastIndex = -1;
  private int inOrder;
  private long aheadOf = -1;
  private boolean wasted;
  private boolean detached;
  private @Nullable SliceReader reader;

  /** What is read at present, if it is in the store, and which slice it is; of the one reader. */
  private @Nullable StoredObject held;

  private long heldIndex;

  /**
   * @param asked whose fields the slices are fetched with
   * @param whole what the sliced head is stored as
   */
  SlicedBody(
      LocalCache cache,
      CacheKey key,
      CacheRequest asked,
      Upstream upstream,
      StoreKey whole,
      Head head) {
    this.cache = cache;
    this.key = key;
    this.asked = asked;
    this.upstream = upstream;
    this.whole = whole;
    this.head = head;
  }

  @Override
  public long available() {
    return head.completeLength();
  }

  /** Never at hand as a whole: it is read from its beginning or in one range. */
  @Override
  public boolean complete() {
    return false;
  }

  @Override
  public @Nullable Throwable failure() {
    return null;
  }

  private Slice slice(long index) {
    return Slice.of(whole, index, head);
  }

  @Override
  public @Nullable ByteBuf read(long offset, int maxBytes) {
    boolean goesOn;
    synchronized (this) {
      if (reader != null && reader.reaches(offset)) {
        return null;
      }
      goesOn = end > 0;
    }
    long index = offset / Slice.BYTES;
    StoredObject object = held(index);
    ByteBuf bytes = object == null ? null : object.read(offset - index * Slice.BYTES, maxBytes);
    if (!goesOn) {
      letGo();
    } else if (bytes != null) {
      reached(index);
    }
    return bytes;
  }

  /** The slice as it is stored, kept until another one is read; {@code null} when it is not. */
  private synchronized @Nullable StoredObject held(long index) {
    if (held == null || heldIndex != index) {
      letGo();
      Slice slice = slice(index);
      held = slice.usable(cache.store().find(slice.id()), cache, key.space());
      heldIndex = index;
    }
    return held;
  }

  private synchronized void letGo() {
    if (held != null) {
      held.close();
      held = null;
    }
  }

  @Override
  public CompletionStage<ByteBuf> load(long offset, int maxBytes) {
    SliceReader present;
    SliceReader before = null;
    synchronized (this) {
      if (detached) {
        return CompletableFuture.failedFuture(new IllegalStateException("body: let go"));
      }
      present = reader;
      if (present == null || !present.reaches(offset)) {
        before = present;
        present =
            new SliceReader(cache, key, asked, slice(offset / Slice.BYTES), this::fetch, offset);
        reader = present;
      }
    }
    if (before != null) {
      before.cancel();
    }
    CompletionStage<ByteBuf> next = present.next(maxBytes);
    reached(offset / Slice.BYTES);
    return next;
  }

  /**
   * A fetch of a slice that is neither stored nor under way.
   *
   * @param waiter {@code null}: it is fetched ahead
   */
  private Flight fetch(Slice slice, @Nullable Waiter waiter) {
    synchronized (this) {
      // What was fetched ahead and is fetched again was not kept: there is no room for it.
      wasted |= waiter != null && slice.index() <= aheadOf;
    }
    Set<String> selecting = new TreeSet<>(Variants.names(head));
    var plan =
        FetchPlan.of(
            slice,
            key,
            asked,
            OriginRequest.slice(asked, key, selecting, slice),
            StatusField.Forward.PARTIAL);
    return new Flight(cache, plan, upstream, waiter);
  }

  /** The reader is at a slice: has those behind it fetched. */
  private void reached(long index) {
    long from;
    long to;
    synchronized (this) {
      if (index == lastIndex) {
        return;
      }
      inOrder = index == lastIndex + 1 ? inOrder + 1 : 0;
      lastIndex = index;
      from = Math.max(index, aheadOf) + 1;
      int ahead = wasted ? 0 : Math.min(inOrder, MAX_AHEAD);
      to = Math.min(index + ahead, (end - 1) / Slice.BYTES);
      aheadOf = Math.max(aheadOf, to);
    }
    for (long next = from; next <= to; next++) {
      fetchAhead(slice(next));
    }
  }

  private void fetchAhead(Slice slice) {
    if (cache.flights().contains(slice.id())) {
      return;
    }
    try (StoredObject present = slice.usable(cache.store().find(slice.id()), cache, key.space())) {
      if (present != null) {
        return;
      }
    }
    CompletionStage<@Nullable StoredObject> slower = cache.store().load(slice.id());
    if (slower == null) {
      begin(slice);
      return;
    }
    var _ =
        slower.whenComplete(
            (object, failure) -> {
              try (StoredObject loaded = slice.usable(object, cache, key.space())) {
                if (loaded == null) {
                  begin(slice);
                }
              }
            });
  }

  private void begin(Slice slice) {
    synchronized (this) {
      if (detached) {
        return;
      }
    }
    Flight begun = fetch(slice, null);
    if (cache.flights().begin(slice.id(), begun, other -> true)) {
      begun.start();
    }
  }

  @Override
  public synchronized void attach(BodyReader newReader) {
    end = Math.min(newReader.end(), head.completeLength());
  }

  @Override
  public void advanced(BodyReader from, long offset) {
    // What is behind the reader is the store's.
  }

  @Override
  public void detach(BodyReader from) {
    SliceReader last;
    synchronized (this) {
      detached = true;
      letGo();
      last = reader;
      reader = null;
    }
    if (last != null) {
      last.cancel();
    }
  }
}
