package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/** Gathers a body in buffers of its own size, so that no network buffer is held for it. */
final class MemoryDraft implements Draft {
  private static final int FIRST_CHUNK_BYTES = 4 * 1024;
  private static final int MAX_CHUNK_BYTES = 256 * 1024;

  private final Destination destination;
  private final StoreKey key;
  private final ByteBufAllocator allocator;
  private final long maxBytes;
  private final long expectedBytes;

  // Guarded by this.
  private ByteBuf[] chunks = new ByteBuf[1];
  private long[] starts = new long[1];
  private int count;
  private long length;

  MemoryDraft(
      Destination destination,
      StoreKey key,
      ByteBufAllocator allocator,
      long maxBytes,
      long expectedBytes) {
    this.destination = destination;
    this.key = key;
    this.allocator = allocator;
    this.maxBytes = maxBytes;
    this.expectedBytes = expectedBytes;
  }

  @Override
  public synchronized boolean append(ByteBuf bytes) {
    try {
      if (length + bytes.readableBytes() > maxBytes) {
        destination.rejected();
        return false;
      }
      while (bytes.isReadable()) {
        ByteBuf last = count == 0 ? null : chunks[count - 1];
        if (last == null || !last.isWritable()) {
          last = grow(bytes.readableBytes());
        }
        int part = Math.min(last.writableBytes(), bytes.readableBytes());
        last.writeBytes(bytes, part);
        length += part;
      }
      return true;
    } finally {
      bytes.release();
    }
  }

  private ByteBuf grow(int needed) {
    long wanted =
        expectedBytes > length
            ? expectedBytes - length
            : Math.max(needed, Math.max(FIRST_CHUNK_BYTES, length));
    int size = (int) Math.min(MAX_CHUNK_BYTES, wanted);
    if (count == chunks.length) {
      chunks = Arrays.copyOf(chunks, count * 2);
      starts = Arrays.copyOf(starts, count * 2);
    }
    ByteBuf chunk = allocator.directBuffer(size, size);
    chunks[count] = chunk;
    starts[count] = length;
    count++;
    return chunk;
  }

  @Override
  public synchronized long length() {
    return length;
  }

  @Override
  public synchronized ByteBuf read(long offset, int maxBytes) {
    return Chunks.read(chunks, starts, count, offset, maxBytes);
  }

  @Override
  public StoredObject commit(byte[] head, Worth worth) {
    return destination.add(key, head, body(), worth);
  }

  private synchronized MemoryBody body() {
    trimLast();
    MemoryBody body =
        new MemoryBody(Arrays.copyOf(chunks, count), Arrays.copyOf(starts, count), length);
    count = 0;
    return body;
  }

  /** A last buffer that is mostly empty is not worth its place. */
  private void trimLast() {
    if (count == 0) {
      return;
    }
    ByteBuf last = chunks[count - 1];
    int used = last.writerIndex();
    if (last.capacity() - used > last.capacity() / 8) {
      chunks[count - 1] = allocator.directBuffer(used, used).writeBytes(last, 0, used);
      last.release();
    }
  }

  @Override
  public synchronized void discard() {
    for (int i = 0; i < count; i++) {
      chunks[i].release();
    }
    count = 0;
  }
}
