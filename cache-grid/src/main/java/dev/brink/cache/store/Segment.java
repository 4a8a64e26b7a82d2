package dev.brink.cache.store;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pair of files that are only added to: {@code N.data} with objects, {@code N.index} with one
 * entry of fixed size for each thing that happened. An entry is written after its object is, so
 * what the index has was whole when it was written; a torn entry at the end fails its checksum and
 * ends the index. One before the end may have been of any object: those from before it are lost.
 *
 * <p>An object is its head, the head's checksum, its body, and a checksum (CRC-32C) of each 64 KiB
 * of it. All are seeded with the key, so bytes of another object never pass for this one's.
 */
final class Segment extends Shared {
  private static final Logger LOG = LoggerFactory.getLogger(Segment.class);

  static final int CHUNK_BYTES = 64 * 1024;
  static final int ENTRY_BYTES = 48;
  static final int PUT = 1;
  static final int REMOVE = 2;

  /** Writes all of a buffer at a position. */
  interface Writing {
    void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException;
  }

  final int number;
  final List<DiskPlace> places = new ArrayList<>();
  private final Path directory;
  private final Writing writing;
  private final FileChannel data;
  private final FileChannel index;
  private long dataBytes;
  private long indexBytes;

  Segment(Path directory, int number, Writing writing) throws IOException {
    this.directory = directory;
    this.number = number;
    this.writing = writing;
    data = open(".data");
    index = open(".index");
    dataBytes = data.size();
    indexBytes = index.size();
  }

  private FileChannel open(String suffix) throws IOException {
    return FileChannel.open(
        path(suffix), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private Path path(String suffix) {
    return directory.resolve("%010d%s".formatted(number, suffix));
  }

  static long chunks(long bodyBytes) {
    return (bodyBytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
  }

  /** Bytes on disk. */
  long bytes() {
    return dataBytes + indexBytes;
  }

  /** What the index of a segment says, in order. */
  interface Replay {
    void put(DiskPlace place);

    void remove(StoreKey key);

    /** Something happened that can't be read any more: to any of what was put before. */
    void lost();
  }

  /**
   * Reads the index; bodies are not looked at. What is torn at its end is passed over, as after a
   * crash.
   *
   * @return whether all of it was whole: then, and only then, it may be added to. Behind what is
   *     torn nothing may come, lest it make that look like damage, or like an object that is there
   */
  boolean replay(Replay to) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(indexBytes / ENTRY_BYTES * ENTRY_BYTES));
    readFully(index, all, 0);
    all.flip();
    boolean damaged = false;
    boolean told = false;
    boolean whole = indexBytes % ENTRY_BYTES == 0;
    for (int at = 0; at < all.limit(); at += ENTRY_BYTES) {
      ByteBuffer entry = all.slice(at, ENTRY_BYTES);
      if (entry.getInt() != sum(entry.slice(Integer.BYTES, ENTRY_BYTES - Integer.BYTES))) {
        damaged = true;
        whole = false;
        continue;
      }
      if (damaged) {
        if (!told) {
          LOG.warn("{}: damaged, what was cached before is dropped", path(".index"));
        }
        told = true;
        damaged = false;
        to.lost();
      }
      int kind = entry.getInt();
      var key = new StoreKey(entry.getLong(), entry.getLong());
      if (kind == REMOVE) {
        to.remove(key);
        continue;
      }
      var place = new DiskPlace(key, this, entry.getLong(), entry.getInt(), entry.getLong());
      if (place.offset + place.bytes() <= dataBytes) {
        places.add(place);
        to.put(place);
      } else {
        // It had taken the place of an older one.
        to.remove(key);
        whole = false;
      }
    }
    return whole;
  }

  private static int sum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static int sum(StoreKey key, ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(key.high()).putLong(key.low()).flip());
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Bytes of a body, at most to the end of the chunk they are in. */
  interface Body {
    ByteBuffer read(long offset, int maxBytes) throws IOException;
  }

  /** Adds an object. After a failure nothing of it is there. */
  DiskPlace append(StoreKey key, ByteBuffer head, long bodyBytes, Body body) throws IOException {
    var place = new DiskPlace(key, this, dataBytes, head.remaining(), bodyBytes);
    ByteBuffer sums = ByteBuffer.allocate(Math.toIntExact(chunks(bodyBytes) * Integer.BYTES));
    long at = place.offset;
    int headSum = sum(key, head.duplicate());
    at = write(data, head, at);
    at = write(data, ByteBuffer.allocate(Integer.BYTES).putInt(headSum).flip(), at);
    for (long offset = 0; offset < bodyBytes; offset += CHUNK_BYTES) {
      ByteBuffer chunk = chunk(body, offset, (int) Math.min(CHUNK_BYTES, bodyBytes - offset));
      sums.putInt(sum(key, chunk.duplicate()));
      at = write(data, chunk, at);
    }
    at = write(data, sums.flip(), at);
    enter(PUT, place);
    dataBytes = at;
    places.add(place);
    return place;
  }

  private static ByteBuffer chunk(Body body, long offset, int size) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(size);
    while (chunk.hasRemaining()) {
      chunk.put(body.read(offset + chunk.position(), chunk.remaining()));
    }
    return chunk.flip();
  }

  void appendRemoval(StoreKey key) throws IOException {
    enter(REMOVE, new DiskPlace(key, this, 0, 0, 0));
  }

  private void enter(int kind, DiskPlace place) throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
    entry.putInt(0).putInt(kind).putLong(place.key.high()).putLong(place.key.low());
    entry.putLong(place.offset).putInt(place.headBytes).putLong(place.bodyBytes).putInt(0);
    entry.putInt(0, sum(entry.slice(Integer.BYTES, ENTRY_BYTES - Integer.BYTES)));
    indexBytes = write(index, entry.flip(), indexBytes);
  }

  private long write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    int size = bytes.remaining();
    writing.write(channel, bytes, position);
    return position + size;
  }

  /**
   * The head of an object.
   *
   * @throws IOException if it is not what was written
   */
  ByteBuffer head(DiskPlace place) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(place.headBytes);
    readFully(data, head, place.offset);
    check(place, head.flip(), place.offset + place.headBytes);
    return head;
  }

  /**
   * Bytes of an object's body.
   *
   * @throws IOException if they are not what was written
   */
  ByteBuffer body(DiskPlace place, long offset, int maxBytes) throws IOException {
    long first = offset / CHUNK_BYTES * CHUNK_BYTES;
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, place.bodyBytes - first));
    readFully(data, chunk, place.bodyOffset() + first);
    long sums = place.bodyOffset() + place.bodyBytes;
    check(place, chunk.flip(), sums + first / CHUNK_BYTES * Integer.BYTES);
    int from = (int) (offset - first);
    return chunk.slice(from, Math.min(maxBytes, chunk.remaining() - from));
  }

  private void check(DiskPlace place, ByteBuffer bytes, long sumOffset) throws IOException {
    ByteBuffer sum = ByteBuffer.allocate(Integer.BYTES);
    readFully(data, sum, sumOffset);
    if (sum.flip().getInt() != sum(place.key, bytes.duplicate())) {
      throw new IOException(place.key + ": damaged in " + path(".data"));
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer to, long from) throws IOException {
    long at = from;
    while (to.hasRemaining()) {
      int read = channel.read(to, at);
      if (read < 0) {
        throw new EOFException("at " + at);
      }
      at += read;
    }
  }

  @Override
  void free() {
    close(data);
    close(index);
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the files; readers go on reading. The index first: without it the data is garbage. */
  void delete() throws IOException {
    Files.deleteIfExists(path(".index"));
    Files.deleteIfExists(path(".data"));
    release();
  }
}
