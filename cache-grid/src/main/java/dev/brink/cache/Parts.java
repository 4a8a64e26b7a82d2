package dev.brink.cache;

import dev.brink.cache.field.ByteRange;
import dev.brink.cache.field.ContentRange;
import dev.brink.cache.field.EntityTags;
import dev.brink.cache.store.Draft;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a part of a representation beside the parts that are stored already (RFC 9111 section 3.4).
 */
final class Parts {
  private static final int MAX_PARTS = 32;
  private static final int MAX_TAGS = 512;

  /**
   * Stores a part.
   *
   * @param draft its bytes
   * @param range which bytes they are
   * @return the object that has these bytes and no others; {@code null} when they were joined to
   *     others, or the whole is there already: then the draft still has them
   */
  static @Nullable StoredObject commit(
      LocalCache cache, String space, StoreKey id, Draft draft, Head head, ContentRange range) {
    Store store = cache.store();
    try (StoredObject present = store.find(id)) {
      Head before = present == null ? null : LocalCache.response(present);
      if (present != null
          && before != null
          && cache.standing(space, before) != PurgeTable.Standing.HARD
          && EntityTags.strongMatch(before.etag(), head.etag())) {
        if (before.status() == 200) {
          return null;
        }
        if (before.partial()
            && before.completeLength() == range.completeLength()
            && join(store, id, draft, head.tagged(before.tags()), range, present, before.parts())) {
          return null;
        }
      }
    }
    Head alone = head.withParts(List.of(range.range()), range.completeLength());
    return draft.commit(alone.encode(), alone.worth());
  }

  private static boolean join(
      Store store,
      StoreKey id,
      Draft added,
      Head head,
      ContentRange range,
      StoredObject present,
      List<ByteRange> parts) {
    List<ByteRange> all = new ArrayList<>(parts);
    all.add(range.range());
    List<ByteRange> joined = Answer.joined(all);
    if (joined.size() > MAX_PARTS || head.tags().size() > MAX_TAGS) {
      return false;
    }
    long length = joined.stream().mapToLong(ByteRange::length).sum();
    Draft draft = store.draft(id, length);
    // Where it is not taken, the new part alone takes the place of all that are stored.
    draft.admit();
    boolean committed = false;
    try {
      for (ByteRange part : joined) {
        if (!copy(part, draft, added, range.range(), present, parts)) {
          return false;
        }
      }
      Head whole = head.withParts(joined, range.completeLength());
      draft.commit(whole.encode(), whole.worth()).close();
      committed = true;
      return true;
    } finally {
      if (!committed) {
        draft.discard();
      }
    }
  }

  /** The bytes of one part, from wherever they are; false when they can't be had now. */
  private static boolean copy(
      ByteRange part,
      Draft to,
      Draft added,
      ByteRange addedRange,
      StoredObject present,
      List<ByteRange> presentParts) {
    long at = part.first();
    while (at <= part.last()) {
      ByteBuf bytes = null;
      if (addedRange.first() <= at && at <= addedRange.last()) {
        bytes = added.read(at - addedRange.first(), size(at, addedRange));
      } else {
        long offset = 0;
        for (ByteRange each : presentParts) {
          if (each.first() <= at && at <= each.last()) {
            bytes = present.read(offset + at - each.first(), size(at, each));
          }
          offset += each.length();
        }
      }
      if (bytes == null) {
        return false;
      }
      at += bytes.readableBytes();
      if (!to.append(bytes)) {
        return false;
      }
    }
    return true;
  }

  private static int size(long at, ByteRange range) {
    return (int) Math.min(Integer.MAX_VALUE, range.last() - at + 1);
  }

  private Parts() {}
}
