package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.wire.StoredHead;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of stored objects, those of what is asked for often once for many requests. Each
 * is kept for the very object that it was read from, which never changes: whatever takes the place
 * of that, be it the same body under another head, is another object. Thread-safe.
 */
final class StoredHeads {
  private static final int PLACES = 4096;

  /** Longer heads are not kept, as they are stored; nor are those with more fields. */
  private static final int MOST_BYTES = 1024;

  private static final int MOST_FIELDS = 32;

  private final DirectMapped<Kept> kept = new DirectMapped<>(PLACES);

  /** What is stored with a key. Immutable. */
  sealed interface Content permits Head, Variants {}

  /** Does not hold on to the object. */
  private static final class Kept extends WeakReference<StoredObject> {
    private final Content content;

    Kept(StoredObject object, Content content) {
      super(object);
      this.content = content;
    }
  }

  /**
   * What an object's head says.
   *
   * @param id what the object was found by
   * @return {@code null} when it is neither, as a later version may write
   */
  @Nullable Content of(StoreKey id, StoredObject object) {
    int hash = id.hashCode();
    Kept present = kept.get(hash);
    if (present != null && present.refersTo(object)) {
      return present.content;
    }
    ByteBuffer bytes = object.head();
    boolean small = bytes.remaining() <= MOST_BYTES;
    Content content = read(bytes);
    if (!small || content == null || !isSmall(content) || !kept.missedAgain(hash)) {
      return content;
    }
    Content often = content instanceof Head head ? copiedFast(head) : content;
    kept.put(hash, new Kept(object, often));
    return often;
  }

  /** The response of an object, or {@code null} if it is none. */
  @Nullable Head response(StoreKey id, StoredObject object) {
    return of(id, object) instanceof Head head ? head : null;
  }

  private static boolean isSmall(Content content) {
    return switch (content) {
      case Head head -> head.fields().size() <= MOST_FIELDS;
      case Variants _ -> true;
    };
  }

  /** Each answer begins with a copy of the fields. */
  private static Head copiedFast(Head head) {
    return head.withFields(FieldList.of(head.fields()));
  }

  private static @Nullable Content read(ByteBuffer bytes) {
    StoredHead head = Head.parse(bytes);
    if (head == null) {
      return null;
    }
    return head.hasVariants() ? Variants.of(head.getVariants()) : LocalCache.response(head);
  }
}
