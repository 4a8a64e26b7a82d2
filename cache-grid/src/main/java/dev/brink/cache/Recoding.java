package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.wire.StoredHead;
import dev.brink.cache.wire.StoredRecoding;

/**
 * How bodies in another coding are stored beside their responses.
 *
 * @param mask makes their keys of the responses' and the other way round; nobody can make a text
 *     whose key is one of them
 */
record Recoding(DenseCoding coding, StoreKey mask) {
  static Recoding in(DenseCoding coding) {
    return new Recoding(coding, StoreKey.of("coding " + coding.token()));
  }

  StoreKey key(StoreKey response) {
    return new StoreKey(response.high() ^ mask.high(), response.low() ^ mask.low());
  }

  static byte[] head(Head response) {
    return StoredHead.newBuilder()
        .setRecoding(StoredRecoding.newBuilder().setStamp(response.stamp()))
        .build()
        .toByteArray();
  }

  /** Whether an object is of this response, and not of one before it. */
  static boolean isOf(StoredObject made, Head response) {
    return stamp(made) == response.stamp();
  }

  /** The same, or of one after it. */
  static boolean isOfOrSince(StoredObject made, Head response) {
    return stamp(made) >= response.stamp();
  }

  private static long stamp(StoredObject made) {
    StoredHead head = Head.parse(made.head());
    return head != null && head.hasRecoding() ? head.getRecoding().getStamp() : 0;
  }
}
