package dev.brink.cache;

import dev.brink.cache.field.ContentRange;
import dev.brink.cache.store.Draft;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** A response that becomes a stored one when all of it has come, unless it is outdated by then. */
final class Recording implements Fill.Outcome {
  private final LocalCache cache;
  private final String space;
  private final StoreKey id;
  private final Head head;
  private final boolean kept;
  private final Runnable onEnd;
  private final Fill fill;

  /**
   * @param length of the body; -1: not known
   * @param kept whether it is stored; else it is for those alone who read it as it comes
   * @param onEnd runs when it can be found, or never will be; no reader is added afterwards
   */
  Recording(
      LocalCache cache,
      String space,
      StoreKey id,
      Head head,
      long length,
      boolean kept,
      Runnable onEnd) {
    this.cache = cache;
    this.space = space;
    this.id = id;
    this.head = head;
    this.kept = kept;
    this.onEnd = onEnd;
    fill = new Fill(cache.store().draft(id, length), length, this);
  }

  Fill fill() {
    return fill;
  }

  Head head() {
    return head;
  }

  /**
   * Makes an answer of it.
   *
   * @param own the head, as it is for this request
   * @param asItCame whether it is a part that was asked for as such
   * @param onBroken runs when the body turns out not to be what the head says, be it after the
   *     answer has begun; it is not kept then
   * @return {@code null} when it is not to be had from its beginning, does not hold the bytes that
   *     are wanted, or is known to be broken
   */
  @Nullable Answer answer(
      HttpRequest request,
      Head own,
      boolean asItCame,
      String cacheStatus,
      long nowMillis,
      Runnable onBroken) {
    long age = own.ageSeconds(nowMillis);
    Runnable spoil =
        () -> {
          spoil();
          onBroken.run();
        };
    return fill.give(
        () -> {
          long length = fill.complete() ? fill.available() : fill.expectedBytes();
          return asItCame
              ? Answer.verbatim(own, fill, cacheStatus, length)
              : Answer.of(
                  request, own, fill, length, age > 0 ? age : -1, cacheStatus, nowMillis, spoil);
        });
  }

  private void spoil() {
    if (fill.spoil()) {
      cache.spoil(id, head);
    } else {
      cache.brokenGzip().found(id);
    }
  }

  @Override
  public @Nullable StoredObject completed(Draft draft) {
    try {
      if (!kept || cache.isGone(space, head)) {
        return null;
      }
      if (!head.partial()) {
        return draft.commit(head.encode(), head.worth());
      }
      ContentRange claimed = Storing.contentRange(head.fields());
      return claimed == null || draft.length() == 0
          ? null
          : Parts.commit(cache, space, id, draft, head, Storing.received(claimed, draft.length()));
    } finally {
      onEnd.run();
    }
  }

  @Override
  public void abandoned() {
    onEnd.run();
  }
}
