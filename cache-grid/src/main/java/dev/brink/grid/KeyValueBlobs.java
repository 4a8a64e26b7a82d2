package dev.brink.grid;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.brink.grid.StoredValue.Blob;
import dev.brink.grid.wire.BlobNote;
import dev.brink.grid.wire.Chunk;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import org.apache.ignite.lang.IgniteFuture;
import org.jspecify.annotations.Nullable;

/**
 * Values in chunks. A blob is written under a new id: first a note of it, then its chunks; the
 * record that refers to it comes last, so a value is whole or not there. Chunks that no record
 * refers to are found by their notes, see {@link KeyValueSweeper}.
 */
final class KeyValueBlobs {
  /** Longer values are blobs. */
  static final int INLINE_BYTES = 16 << 10;

  /** How long a chunk's bytes are, so that with its message it stays below 256 KiB. */
  static final int CHUNK_BYTES = (256 << 10) - 64;

  private static final int AT_ONCE = 4;

  private final InstantSource time;

  /** A chunk that is being stored. */
  private record UnderWay(IgniteFuture<Void> put, int bytes) {}

  /** Where a value's bytes come from. */
  @FunctionalInterface
  interface Source {
    /** As many bytes as asked for, or fewer at the end; none after it. */
    byte[] next(int size);

    /** So many bytes of the value are stored, and not held any more. */
    default void stored(int bytes) {}
  }

  KeyValueBlobs(InstantSource time) {
    this.time = time;
  }

  /**
   * Stores the chunks of a value.
   *
   * @param record the key of the record that is going to refer to it
   */
  Blob write(StoreCaches caches, String record, byte[] first, Source more, Deadline deadline) {
    UUID id = UUID.randomUUID();
    int chunks = 0;
    long bytes = 0;
    Deque<UnderWay> underWay = new ArrayDeque<>();
    note(caches, id, record);
    for (byte[] chunk = first; chunk.length > 0; chunk = more.next(CHUNK_BYTES)) {
      if (underWay.size() == AT_ONCE) {
        UnderWay oldest = underWay.removeFirst();
        await(oldest, deadline);
        more.stored(oldest.bytes);
      }
      byte[] message =
          Chunk.newBuilder().setData(UnsafeByteOperations.unsafeWrap(chunk)).build().toByteArray();
      underWay.add(
          new UnderWay(caches.chunks().putAsync(key(id, chunks++), message), chunk.length));
      bytes += chunk.length;
    }
    underWay.forEach(put -> await(put, deadline));
    return new Blob(id, bytes, chunks);
  }

  private void note(StoreCaches caches, UUID id, String record) {
    BlobNote note = BlobNote.newBuilder().setRecord(record).setCreatedMillis(time.millis()).build();
    caches.blobs().put(id.toString(), note.toByteArray());
  }

  private static void await(UnderWay chunk, Deadline deadline) {
    chunk.put.get(deadline.leftMillis());
  }

  /** A chunk's bytes; null when it is gone. */
  static byte @Nullable [] read(StoreCaches caches, Blob blob, int index) {
    byte[] message = caches.chunks().get(key(blob.id(), index));
    if (message == null) {
      return null;
    }
    try {
      return Chunk.parseFrom(message).getData().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new GridException("chunk " + key(blob.id(), index) + " is malformed", e);
    }
  }

  /** The whole value; null when a chunk is gone. */
  static byte @Nullable [] readAll(StoreCaches caches, Blob blob) {
    byte[] whole = new byte[Math.toIntExact(blob.bytes())];
    int at = 0;
    for (int i = 0; i < blob.chunks(); i++) {
      byte[] chunk = read(caches, blob, i);
      if (chunk == null || chunk.length > whole.length - at) {
        return null;
      }
      System.arraycopy(chunk, 0, whole, at, chunk.length);
      at += chunk.length;
    }
    return at == whole.length ? whole : null;
  }

  /**
   * Removes the chunks that are there, and then the note. Of a value that could not be stored one
   * may be missing before those that were under way with it.
   */
  static int remove(StoreCaches caches, UUID id) {
    int removed = 0;
    int missing = 0;
    for (int i = 0; missing < AT_ONCE; i++) {
      boolean there = caches.chunks().remove(key(id, i));
      removed += there ? 1 : 0;
      missing = there ? 0 : missing + 1;
    }
    caches.blobs().remove(id.toString());
    return removed;
  }

  private static String key(UUID id, int index) {
    return id + "/" + index;
  }
}
