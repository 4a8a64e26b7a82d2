package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** An object on disk. Its head is read, and its body when it is small. */
final class DiskObject implements StoredObject {
  private final DiskPlace place;
  private final ByteBuffer head;
  private final @Nullable ByteBuf small;
  private final Executor readers;

  /** Reads it; the caller has retained the segment, which is this one's from now on. */
  DiskObject(DiskPlace place, Executor readers) throws IOException {
    this.place = place;
    this.readers = readers;
    head = place.segment.head(place).asReadOnlyBuffer();
    small =
        place.bodyBytes > 0 && place.bodyBytes <= Segment.CHUNK_BYTES
            ? Unpooled.wrappedBuffer(place.segment.body(place, 0, Segment.CHUNK_BYTES))
            : null;
  }

  DiskPlace place() {
    return place;
  }

  @Override
  public StoreKey key() {
    return place.key;
  }

  @Override
  public ByteBuffer head() {
    return head.duplicate();
  }

  @Override
  public long bodyLength() {
    return place.bodyBytes;
  }

  @Override
  public @Nullable ByteBuf read(long offset, int maxBytes) {
    if (small == null) {
      return null;
    }
    int from = Math.toIntExact(offset);
    return small.retainedSlice(from, Math.min(maxBytes, small.readableBytes() - from));
  }

  @Override
  public CompletionStage<ByteBuf> load(long offset, int maxBytes) {
    ByteBuf there = read(offset, maxBytes);
    if (there != null) {
      return CompletableFuture.completedFuture(there);
    }
    if (!place.segment.retain()) {
      return CompletableFuture.failedFuture(new IOException(place.key + ": closed"));
    }
    return CompletableFuture.supplyAsync(() -> body(offset, maxBytes), readers);
  }

  private ByteBuf body(long offset, int maxBytes) {
    try {
      ByteBuffer bytes = place.segment.body(place, offset, maxBytes);
      return Unpooled.wrappedBuffer(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      place.segment.release();
    }
  }

  @Override
  public void close() {
    place.segment.release();
  }
}
