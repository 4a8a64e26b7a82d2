package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;

/**
 * An object on its way into a store: nobody finds it before it is committed, but what is there can
 * be read. One thread at a time appends; any may read. Ended by {@link #commit} or {@link
 * #discard}, once; not read afterwards.
 */
public interface Draft {
  /**
   * Adds to the body. The bytes are copied or taken over; the buffer is the draft's.
   *
   * @return false when the object has become larger than the store takes, or when there is too much
   *     on its way into the store; it can only be discarded then, and what came before is still
   *     readable
   */
  boolean append(ByteBuf bytes);

  /** From now on it is taken however much else is on its way: it is in memory all the same. */
  void admit();

  /** Bytes of the body so far. */
  long length();

  /**
   * Bytes of the body.
   *
   * @param offset 0 to {@link #length} - 1
   * @param maxBytes at least 1; there may come fewer, but at least one
   * @return owned by the caller
   */
  ByteBuf read(long offset, int maxBytes);

  /**
   * Puts the object into the store in place of the one with the same key. A store that decides
   * against keeping it returns it all the same.
   *
   * @return to be closed by the caller
   */
  StoredObject commit(byte[] head, Worth worth);

  /** Gives it up. */
  void discard();
}
