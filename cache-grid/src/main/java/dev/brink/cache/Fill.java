package dev.brink.cache;

import dev.brink.cache.store.Draft;
import dev.brink.cache.store.StoredObject;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A response's body on its way from the origin into the store, and to all who read it meanwhile. It
 * is read as fast as it comes, whoever reads here slowly, and to its end, whoever leaves.
 *
 * <p>A body that turns out larger than the store takes, or comes when too much is on its way, is
 * not kept: from there on its bytes are held only until every reader has them, and it is read no
 * faster than the slowest of them.
 */
final class Fill implements BodySource, Flow.Subscriber<ByteBuf> {
  private static final int WINDOW_BYTES = 1 << 20;

  private final Draft draft;
  private final long expectedBytes;
  private final Outcome outcome;

  // Guarded by this.
  private final IdentityHashMap<BodyReader, Long> readers = new IdentityHashMap<>();
  private final ArrayDeque<ByteBuf> window = new ArrayDeque<>();
  private long windowStart;
  private long windowEnd;
  private boolean overflowed;
  private boolean paused;
  private boolean complete;
  private boolean settled;
  private boolean released;
  private int holders = 1;
  private @Nullable Throwable failure;
  private @Nullable StoredObject object;
  private Flow.@Nullable Subscription subscription;

  /** Hears of the end of a body; once. */
  interface Outcome {
    /**
     * All of it came.
     *
     * @return the object it became, which the fill closes; {@code null} when it is not to be kept
     */
    @Nullable StoredObject completed(Draft draft);

    /** It is too large, broke off, or nobody wanted it, or too much is on its way. */
    void abandoned();
  }

  /**
   * @param expectedBytes what {@code Content-Length} says; -1: nothing
   */
  Fill(Draft draft, long expectedBytes, Outcome outcome) {
    this.draft = draft;
    this.expectedBytes = expectedBytes;
    this.outcome = outcome;
  }

  /** What {@code Content-Length} says; -1: nothing. */
  long expectedBytes() {
    return expectedBytes;
  }

  /**
   * Makes something that reads this body; until {@link #release} that is possible.
   *
   * @return what was made; {@code null} also when the body turned out too large to be read from its
   *     beginning again
   */
  synchronized <T> @Nullable T give(Supplier<@Nullable T> maker) {
    return overflowed || released ? null : maker.get();
  }

  /** One more that gives out readers. */
  synchronized void retain() {
    holders++;
  }

  /** Whoever gave out readers gives out no more. */
  void release() {
    synchronized (this) {
      holders--;
    }
    letGoIfUnused();
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    synchronized (this) {
      subscription = newSubscription;
      if (WholeBody.isBehind(newSubscription)) {
        // Who waits for it reads it from here, once all of it is.
        draft.admit();
      }
    }
    newSubscription.request(1);
  }

  @Override
  public void onNext(ByteBuf bytes) {
    try {
      take(bytes);
    } catch (RuntimeException | Error e) {
      // No memory, say. Nobody shall wait for what will not come.
      Flow.Subscription from;
      synchronized (this) {
        from = subscription;
      }
      onError(e);
      if (from != null) {
        from.cancel();
      }
      throw e;
    }
  }

  private void take(ByteBuf bytes) {
    boolean tooLarge = false;
    boolean goOn;
    synchronized (this) {
      if (released || failure != null) {
        // It was on its way when nobody wanted it any more.
        bytes.release();
        return;
      }
      if (overflowed) {
        hold(bytes);
      } else {
        int size = bytes.readableBytes();
        ByteBuf kept = bytes.retainedDuplicate();
        boolean taken = false;
        try {
          taken = draft.append(bytes);
        } catch (RuntimeException | Error e) {
          kept.release();
          throw e;
        }
        if (taken) {
          kept.release();
          windowEnd += size;
        } else {
          tooLarge = !settled;
          overflowed = true;
          windowStart = windowEnd;
          hold(kept);
        }
      }
      goOn = !overflowed || windowEnd - windowStart < WINDOW_BYTES;
      paused = !goOn;
    }
    if (tooLarge) {
      outcome.abandoned();
    }
    wake();
    if (goOn) {
      requestMore();
    }
    cancelIfUnwanted();
    letGoIfUnused();
  }

  private void hold(ByteBuf bytes) {
    window.add(bytes);
    windowEnd += bytes.readableBytes();
  }

  private void requestMore() {
    Flow.Subscription from;
    synchronized (this) {
      from = complete || failure != null ? null : subscription;
    }
    if (from != null) {
      from.request(1);
    }
  }

  @Override
  public void onComplete() {
    if (expectedBytes >= 0 && windowEnd != expectedBytes) {
      onError(
          new IllegalStateException(
              "body: " + windowEnd + " bytes (expected: " + expectedBytes + ")"));
      return;
    }
    try {
      synchronized (this) {
        if (!overflowed && !settled) {
          settled = true;
          object = outcome.completed(draft);
        }
        settled = true;
        complete = true;
      }
    } catch (RuntimeException | Error e) {
      onError(e);
      throw e;
    }
    wake();
    letGoIfUnused();
  }

  @Override
  public void onError(Throwable cause) {
    boolean first;
    synchronized (this) {
      first = !settled && !overflowed;
      settled = true;
      failure = cause;
    }
    if (first) {
      outcome.abandoned();
    }
    wake();
    letGoIfUnused();
  }

  private void wake() {
    List<BodyReader> all;
    synchronized (this) {
      all = new ArrayList<>(readers.keySet());
    }
    all.forEach(BodyReader::more);
  }

  @Override
  public synchronized long available() {
    return windowEnd;
  }

  @Override
  public synchronized boolean complete() {
    return complete;
  }

  @Override
  public synchronized @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public synchronized @Nullable ByteBuf read(long offset, int maxBytes) {
    if (object != null) {
      return object.read(offset, maxBytes);
    }
    if (overflowed && offset >= windowStart) {
      return readWindow(offset, maxBytes);
    }
    return draft.read(offset, maxBytes);
  }

  private ByteBuf readWindow(long offset, int maxBytes) {
    long start = windowStart;
    for (ByteBuf each : window) {
      int size = each.readableBytes();
      if (offset < start + size) {
        int from = (int) (offset - start);
        return each.retainedSlice(each.readerIndex() + from, Math.min(maxBytes, size - from));
      }
      start += size;
    }
    throw new IllegalStateException("offset: " + offset + " (expected: < " + start + ")");
  }

  @Override
  public synchronized CompletionStage<ByteBuf> load(long offset, int maxBytes) {
    return object == null
        ? CompletableFuture.failedFuture(new IllegalStateException("body: no longer there"))
        : object.load(offset, maxBytes);
  }

  @Override
  public synchronized void attach(BodyReader reader) {
    readers.put(reader, 0L);
  }

  @Override
  public void advanced(BodyReader reader, long offset) {
    boolean resume;
    synchronized (this) {
      readers.replace(reader, offset);
      resume = trim();
    }
    if (resume) {
      requestMore();
    }
  }

  /** Drops what all have read; true when there is room again. */
  private boolean trim() {
    if (!overflowed) {
      return false;
    }
    long slowest = windowEnd;
    for (long offset : readers.values()) {
      slowest = Math.min(slowest, offset);
    }
    for (ByteBuf first; (first = window.peek()) != null; ) {
      if (windowStart + first.readableBytes() > slowest) {
        break;
      }
      windowStart += first.readableBytes();
      window.remove().release();
    }
    boolean resume = paused && windowEnd - windowStart < WINDOW_BYTES / 2;
    paused &= !resume;
    return resume;
  }

  @Override
  public void detach(BodyReader reader) {
    boolean resume;
    synchronized (this) {
      readers.remove(reader);
      resume = trim();
    }
    if (resume) {
      requestMore();
    }
    cancelIfUnwanted();
    letGoIfUnused();
  }

  /**
   * What has come is not what its head says: it is not kept. Whoever reads it gets it as it comes.
   *
   * @return whether it is stored already
   */
  boolean spoil() {
    synchronized (this) {
      if (settled || overflowed) {
        return object != null;
      }
      settled = true;
    }
    outcome.abandoned();
    return false;
  }

  /** A body that is not kept and that nobody reads is not worth fetching on. */
  private void cancelIfUnwanted() {
    Flow.Subscription from;
    synchronized (this) {
      boolean unwanted =
          (overflowed || settled) && readers.isEmpty() && !complete && failure == null;
      if (!unwanted) {
        return;
      }
      failure = new IllegalStateException("body: nobody wants it");
      settled = true;
      from = subscription;
    }
    if (from != null) {
      from.cancel();
    }
  }

  private void letGoIfUnused() {
    synchronized (this) {
      boolean over = complete || failure != null;
      if (!over || holders > 0 || !readers.isEmpty() || released) {
        return;
      }
      released = true;
      window.forEach(ByteBuf::release);
      window.clear();
    }
    if (object == null) {
      draft.discard();
    } else {
      object.close();
    }
  }
}
