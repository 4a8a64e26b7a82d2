package dev.brink.cache;

import dev.brink.cache.field.ContentRange;
import dev.brink.cache.store.Draft;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
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
