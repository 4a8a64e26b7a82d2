package dev.brink.cache.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments, oldest to newest, as one log. When it is full the oldest segment goes; what was used in
 * it is written again, up to half a segment (FIFO with reinsertion). One thread writes; any may
 * find.
 */
final class SegmentLog {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);
  private static final int SEGMENTS = 16;
  private static final int KEPT_PART = 2;

  private final Path directory;
  private final long capacityBytes;
  private final Segment.Writing writing;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private final ConcurrentHashMap<StoreKey, DiskPlace> places = new ConcurrentHashMap<>();
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private Segment current;

  /** The newest segment whose index is missing; 0: none. */
  private int orphaned;

  private volatile long bytes;
  private final LongAdder evictions = new LongAdder();

  SegmentLog(Path directory, long capacityBytes, Segment.Writing writing) throws IOException {
    this.directory = directory;
    this.capacityBytes = capacityBytes;
    this.writing = writing;
    Files.createDirectories(directory);
    lockChannel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock = lock();
    int newest = 0;
    boolean whole = false;
    for (int number : numbers()) {
      if (newest > 0 && number != newest + 1) {
        lost("no segment " + (newest + 1));
      }
      var segment = new Segment(directory, number, writing);
      segments.add(segment);
      whole =
          segment.replay(
              new Segment.Replay() {
                @Override
                public void put(DiskPlace place) {
                  places.put(place.key, place);
                }

                @Override
                public void remove(StoreKey key) {
                  places.remove(key);
                }

                @Override
                public void lost() {
                  places.clear();
                }
              });
      newest = number;
    }
    if (newest > 0 && orphaned > newest) {
      lost("no index of segment " + orphaned);
    }
    current = current(Math.max(newest, orphaned), whole);
    bytes = sizes();
  }

  /** Goes on with the newest if all of it is whole. */
  private Segment current(int newest, boolean whole) throws IOException {
    Segment last = segments.peekLast();
    if (whole && last != null && last.number == newest) {
      return last;
    }
    var next = new Segment(directory, newest + 1, writing);
    segments.add(next);
    return next;
  }

  /** What was there before may have been replaced or removed in what is lost. */
  private void lost(String what) {
    LOG.warn("{}: {}, what was cached before it is dropped", directory, what);
    places.clear();
  }

  private FileLock lock() throws IOException {
    FileLock held = null;
    try {
      held = lockChannel.tryLock();
    } catch (OverlappingFileLockException e) {
      LOG.debug("Locked in this process", e);
    }
    if (held == null) {
      lockChannel.close();
      throw new IOException(directory + ": in use (expected: nobody else uses it)");
    }
    return held;
  }

  /** The numbers of the segments; data without an index is what a crash left of a deletion. */
  private List<Integer> numbers() throws IOException {
    List<Integer> numbers = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.matches("[01]\\d{9}\\.index")) {
          numbers.add(Integer.parseInt(name, 0, 10, 10));
        } else if (name.matches("[01]\\d{9}\\.data")
            && !Files.exists(directory.resolve(name.replace(".data", ".index")))) {
          if (Files.size(file) > 0) {
            orphaned = Integer.parseInt(name, 0, 10, 10);
          }
          Files.delete(file);
        }
      }
    }
    return numbers;
  }

  @Nullable DiskPlace find(StoreKey key) {
    return places.get(key);
  }

  long objects() {
    return places.size();
  }

  long bytes() {
    return bytes;
  }

  long evictions() {
    return evictions.sum();
  }

  private long sizes() {
    return segments.stream().mapToLong(Segment::bytes).sum();
  }

  private void count() {
    bytes = sizes();
  }

  /**
   * Writes an object.
   *
   * @param wanted whether it still is once it is written, so that it can be found; if not, what
   *     removed or replaced it is still to be written
   */
  void put(StoreKey key, ByteBuffer head, long bodyBytes, Segment.Body body, BooleanSupplier wanted)
      throws IOException {
    makeRoom(head.remaining() + bodyBytes, null);
    append(key, head, bodyBytes, body, before -> wanted.getAsBoolean());
    count();
  }

  private void append(
      StoreKey key,
      ByteBuffer head,
      long bodyBytes,
      Segment.Body body,
      Predicate<@Nullable DiskPlace> wanted)
      throws IOException {
    try {
      DiskPlace place = current.append(key, head, bodyBytes, body);
      places.compute(key, (k, before) -> wanted.test(before) ? place : before);
    } catch (IOException e) {
      places.remove(key);
      if (segments.size() > 1) {
        dropOldest(0, null);
      }
      throw e;
    }
  }

  private void makeRoom(long wanted, @Nullable DiskPlace spared) throws IOException {
    if (current.bytes() > 0 && current.bytes() + wanted > capacityBytes / SEGMENTS) {
      roll();
    }
    count();
    while (bytes + wanted > capacityBytes - capacityBytes / SEGMENTS && segments.size() > 1) {
      dropOldest(capacityBytes / SEGMENTS / KEPT_PART, spared);
    }
  }

  private void roll() throws IOException {
    var next = new Segment(directory, current.number + 1, writing);
    segments.add(next);
    current = next;
  }

  /**
   * Removes the oldest segment, and writes again at most that many bytes of what was used.
   *
   * @param spared stays to be found, if it is in that segment; {@code null}: nothing
   */
  private void dropOldest(long keepBytes, @Nullable DiskPlace spared) throws IOException {
    Segment oldest = segments.remove();
    long kept = 0;
    for (DiskPlace place : oldest.places) {
      if (place == spared || places.get(place.key) != place) {
        continue;
      }
      if (place.used && kept + place.bytes() <= keepBytes && copy(place)) {
        kept += place.bytes();
      } else if (places.remove(place.key, place)) {
        evictions.increment();
      }
    }
    oldest.delete();
    count();
  }

  /** Writes an object again; false when it can't be read or written. */
  private boolean copy(DiskPlace place) {
    try {
      DiskPlace copy =
          current.append(
              place.key,
              place.segment.head(place),
              place.bodyBytes,
              (offset, max) -> place.segment.body(place, offset, max));
      if (!places.replace(place.key, place, copy)) {
        current.appendRemoval(place.key);
      }
      return true;
    } catch (IOException e) {
      LOG.debug("Not kept: {}", e.toString());
      return false;
    }
  }

  /** Writes an object again, with another head. The caller holds on to its segment. */
  void replaceHead(DiskPlace place, ByteBuffer head) throws IOException {
    if (places.get(place.key) == place) {
      try {
        makeRoom(head.remaining() + place.bodyBytes, place);
      } catch (IOException e) {
        places.remove(place.key, place);
        throw e;
      }
      append(
          place.key,
          head,
          place.bodyBytes,
          (offset, max) -> place.segment.body(place, offset, max),
          before -> before != null);
      count();
    }
  }

  /** Forgets an object at once; {@link #remove} has to follow. */
  boolean forget(StoreKey key) {
    return places.remove(key) != null;
  }

  void remove(StoreKey key) throws IOException {
    places.remove(key);
    current.appendRemoval(key);
  }

  /** Forgets an object that can't be read. */
  void lose(DiskPlace place) {
    places.remove(place.key, place);
  }

  /** Forgets all objects at once; {@link #clear} has to follow. */
  void forgetAll() {
    places.clear();
  }

  void clear() throws IOException {
    places.clear();
    roll();
    while (segments.size() > 1) {
      dropOldest(0, null);
    }
  }

  void close() throws IOException {
    segments.forEach(Segment::release);
    lock.release();
    lockChannel.close();
  }
}
