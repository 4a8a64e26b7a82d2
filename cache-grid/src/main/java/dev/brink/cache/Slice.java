package dev.brink.cache;

import dev.brink.cache.field.ByteRange;
import dev.brink.cache.field.ContentRange;
import dev.brink.cache.field.EntityTags;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a large representation that is fetched and stored apart from the others, as a 206 with
 * its strong entity tag. What says that the whole is there is a response of its own without a body:
 * the {@linkplain Head#sliced sliced} head.
 *
 * @param id what it is stored as
 * @param whole what the sliced head is stored as
 * @param index the first is 0
 * @param etag of the representation; empty: not known yet, the first slice to come will tell
 * @param completeLength of the representation; -1: not known yet
 * @param tags that the representation is purged by
 */
record Slice(
    StoreKey id, StoreKey whole, long index, String etag, long completeLength, List<String> tags) {
  static final long BYTES = 1 << 20;

  /** Shorter representations that come whole are stored whole. */
  private static final long LEAST_LENGTH = 8 * BYTES;

  /** One of a representation that is stored in slices. */
  static Slice of(StoreKey whole, long index, Head sliced) {
    String etag = sliced.etag();
    return new Slice(
        id(whole, index),
        whole,
        index,
        etag == null ? "" : etag,
        sliced.completeLength(),
        sliced.tags());
  }

  private static StoreKey id(StoreKey whole, long index) {
    return StoreKey.of(whole + " slice " + index);
  }

  /**
   * The slice to begin with for a range of something that nothing is known of.
   *
   * @return {@code null} when the range is short enough to be fetched as it is, or is none of those
   *     that tell where they begin
   */
  static @Nullable Slice probe(StoreKey whole, String range) {
    List<ByteRange> ranges = ByteRange.parse(range);
    if (ranges == null || ranges.size() != 1) {
      return null;
    }
    ByteRange one = ranges.getFirst();
    boolean open = one.last() == Long.MAX_VALUE;
    if (one.first() < 0 || (!open && one.length() < BYTES)) {
      return null;
    }
    long index = one.first() / BYTES;
    return new Slice(id(whole, index), whole, index, "", -1, List.of());
  }

  /** Whether it is to tell first what it is a slice of. */
  boolean probes() {
    return etag.isEmpty();
  }

  /** Its bytes within the representation. */
  ByteRange range() {
    long end = (index + 1) * BYTES;
    return new ByteRange(index * BYTES, (probes() ? end : Math.min(end, completeLength)) - 1);
  }

  /** Whether a response is this slice. */
  boolean isIn(HttpResponse response) {
    long length = Storing.length(response);
    return response.status().code() == 206
        && (length < 0 || length == range().length())
        && EntityTags.strongMatch(etag, response.headers().get(HttpHeaderNames.ETAG))
        && new ContentRange(range(), completeLength)
            .equals(Storing.contentRange(response.headers()));
  }

  /**
   * What a probe has found, if that is a slice of something large.
   *
   * @param part a 206's head
   * @return the sliced head of the whole; {@code null} when it is none
   */
  @Nullable Head whole(Head part) {
    String tag = part.etag();
    long length = part.completeLength();
    boolean large = length > BYTES && tag != null && EntityTags.isStrong(tag);
    ByteRange expected = range().within(length);
    return large && expected != null && part.parts().equals(List.of(expected))
        ? part.sliced(length)
        : null;
  }

  /** Whether what a probe has brought is enough for the range it was sent for. */
  static boolean answers(Head part, String range) {
    List<ByteRange> ranges = ByteRange.parse(range);
    ByteRange one =
        ranges == null || ranges.size() != 1
            ? null
            : ranges.getFirst().within(part.completeLength());
    return one != null && part.parts().stream().anyMatch(there -> there.contains(one));
  }

  /** Whether a response that comes whole, or as one long part, had better be stored in slices. */
  static boolean cuts(HttpResponse response, HttpHeaders headers) {
    boolean suits =
        switch (response.status().code()) {
          case 200 -> headers.containsValue(HttpHeaderNames.ACCEPT_RANGES, "bytes", true);
          case 206 -> Storing.contentRange(headers) != null;
          default -> false;
        };
    return suits
        && Storing.length(response) >= LEAST_LENGTH
        && EntityTags.isStrong(headers.get(HttpHeaderNames.ETAG, ""));
  }

  /** The head that it is stored with. */
  Head head(Head sliced) {
    return sliced.part(range());
  }

  /** Whether a stored head is this slice's. */
  boolean isHeadedBy(Head head) {
    return head.parts().equals(List.of(range()))
        && head.completeLength() == completeLength
        && EntityTags.strongMatch(etag, head.etag());
  }

  /**
   * What is stored, if it is this slice and nothing has outdated it. It need not be fresh: it is of
   * the representation that the sliced head says is current.
   *
   * @param object closed if it is not
   */
  @Nullable StoredObject usable(@Nullable StoredObject object, LocalCache cache, String space) {
    Head head = object == null ? null : LocalCache.response(object);
    boolean good =
        head != null && isHeadedBy(head) && cache.standing(space, head) != PurgeTable.Standing.HARD;
    if (object != null && !good) {
      object.close();
    }
    return good ? object : null;
  }
}
