package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Objects;

/** Finds bytes in a row of buffers. */
final class Chunks {
  /**
   * The bytes at an offset, at most to the end of the buffer they are in.
   *
   * @param starts the offset of each buffer, ascending
   * @param count how many buffers there are
   */
  static ByteBuf read(ByteBuf[] chunks, long[] starts, int count, long offset, int maxBytes) {
    int found = Arrays.binarySearch(starts, 0, count, offset);
    int at = found >= 0 ? found : -found - 2;
    ByteBuf chunk = chunks[Objects.checkIndex(at, count)];
    int from = (int) (offset - starts[at]);
    return chunk.retainedSlice(from, Math.min(maxBytes, chunk.writerIndex() - from));
  }

  private Chunks() {}
}
