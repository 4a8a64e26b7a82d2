package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An object of a store: a head, which the store does not look into, and a body. It does not change,
 * and stays readable until it is closed, whatever becomes of it in the store. Thread-safe.
 */
public interface StoredObject extends AutoCloseable {
  /** What it is found by. */
  StoreKey key();

  /** The head's bytes: nobody may change them; valid until closed. */
  ByteBuffer head();

  /** How long the body is. */
  long bodyLength();

  /**
   * Bytes of the body, if they can be had without waiting.
   *
   * @param offset 0 to {@link #bodyLength} - 1
   * @param maxBytes at least 1; there may come fewer, but at least one
   * @return owned by the caller; {@code null}: {@link #load} has to get them
   */
  @Nullable ByteBuf read(long offset, int maxBytes);

  /**
   * Bytes of the body from wherever they are; as {@link #read}.
   *
   * @return completes on any thread; exceptionally when they are lost
   */
  default CompletionStage<ByteBuf> load(long offset, int maxBytes) {
    ByteBuf bytes = read(offset, maxBytes);
    return bytes == null
        ? CompletableFuture.failedFuture(new IllegalStateException(key() + ": not readable"))
        : CompletableFuture.completedFuture(bytes);
  }

  /** Lets go of it. Once. */
  @Override
  void close();
}
