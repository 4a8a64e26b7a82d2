package dev.brink.cache;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.cache.wire.JournalRecord;
import dev.brink.grid.file.WholeFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is outdated in a file, so that objects that outlast the process stay outdated. One
 * thread appends records in batches, each forced to the disk once; when the file has grown to twice
 * what it has to say, it is written anew and takes the old one's place. So it is after a failure.
 *
 * <p>A record is its length, its CRC-32C and its bytes. What a crash has torn off at the end was
 * never acknowledged and is cut off. A file that is damaged otherwise can't be relied on: {@link
 * #intact} says so.
 *
 * <p>The clock is kept ahead in the file: stamps given out after a restart are later than those of
 * objects stored before it, also if the time of day was set back.
 */
final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final int PREFIX_BYTES = 8;
  private static final int MAX_RECORD_BYTES = 64 * 1024;
  private static final int MAX_BATCH = 65_536;
  private static final long LEAST_REWRITE_BYTES = 8 << 20;
  private static final long CLOCK_SECONDS = 15;
  private static final long CLOCK_AHEAD = (2 * CLOCK_SECONDS * 1000) << CacheClock.FRACTION_BITS;
  private static final int CLOSE_SECONDS = 10;

  private final Path file;
  private final Outdated outdated;
  private final long leastRewriteBytes;
  private final boolean intact;
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("brink-cache-journal").daemon().factory());
  private final Object lock = new Object();
  private List<JournalRecord> batch = new ArrayList<>();
  private CompletableFuture<Void> batchWritten = new CompletableFuture<>();
  private CompletableFuture<Void> lastWritten = CompletableFuture.completedFuture(null);
  private boolean asked;

  // Of the writer alone.
  private @Nullable FileChannel channel;
  private long rewriteAt;

  // Of the opening alone.
  private long heardUntil;

  /**
   * Takes note of what a file says, if it is there. To be started.
   *
   * @throws IOException when it can't be read
   */
  Journal(Path file, Outdated outdated) throws IOException {
    this(file, outdated, LEAST_REWRITE_BYTES);
  }

  Journal(Path file, Outdated outdated, long leastRewriteBytes) throws IOException {
    this.file = file;
    this.outdated = outdated;
    this.leastRewriteBytes = leastRewriteBytes;
    if (Files.isDirectory(file)) {
      throw new FileSystemException(
          file.toString(), null, "a directory (expected: a file of purges, or nothing)");
    }
    this.intact = Files.exists(file) && replay(Files.readAllBytes(file));
  }

  /**
   * Writes the file anew, and from now on what is added.
   *
   * @throws IOException when it can't be written
   */
  void start() throws IOException {
    channel = rewrite();
    var _ =
        writer.scheduleWithFixedDelay(
            this::keepClock, CLOCK_SECONDS, CLOCK_SECONDS, TimeUnit.SECONDS);
  }

  /** Whether all that an earlier process acknowledged is known. */
  boolean intact() {
    return intact;
  }

  /** A stamp up to which an earlier process surely took note of what is outdated; 0 without one. */
  long heardUntil() {
    return intact ? heardUntil : 0;
  }

  private boolean replay(byte[] bytes) {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    long clock = CLOCK_AHEAD;
    while (rest.remaining() >= PREFIX_BYTES) {
      int length = rest.getInt();
      int sum = rest.getInt();
      boolean sound = length > 0 && length <= MAX_RECORD_BYTES;
      if (sound && length > rest.remaining()) {
        break;
      }
      if (!sound || sum != sum(bytes, rest.position(), length)) {
        LOG.warn(
            "{}: damaged at byte {} (expected: a record); what it belongs to is dropped",
            file,
            rest.position() - PREFIX_BYTES);
        return false;
      }
      try {
        JournalRecord record = JournalRecord.parseFrom(rest.slice(rest.position(), length));
        if (record.hasClock()) {
          clock = record.getClock();
        } else {
          outdated.add(record);
        }
      } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
        LOG.warn("{}: not of this version: {}", file, e.toString());
        return false;
      }
      rest.position(rest.position() + length);
    }
    heardUntil = Math.max(outdated.clock().latest(), clock - CLOCK_AHEAD);
    outdated.clock().advance(clock);
    return true;
  }

  private static int sum(byte[] bytes, int offset, int length) {
    var sum = new CRC32C();
    sum.update(bytes, offset, length);
    return (int) sum.getValue();
  }

  /** Has a record written soon. */
  void add(JournalRecord record) {
    synchronized (lock) {
      // What does not fit is written all the same: with all the rest, from where it is noted.
      if (batch.size() <= MAX_BATCH) {
        batch.add(record);
      }
      ask();
    }
  }

  private void ask() {
    if (!asked && !writer.isShutdown()) {
      asked = true;
      writer.execute(this::write);
    }
  }

  /** Completes when what was added until now is on the disk, or fails if it can't be. */
  CompletionStage<Void> written() {
    synchronized (lock) {
      return (batch.isEmpty() ? lastWritten : batchWritten).copy();
    }
  }

  private void write() {
    List<JournalRecord> records;
    CompletableFuture<Void> written;
    synchronized (lock) {
      records = batch;
      written = batchWritten;
      batch = new ArrayList<>();
      batchWritten = new CompletableFuture<>();
      lastWritten = written;
      asked = false;
    }
    try {
      FileChannel open = channel;
      if (open == null || records.size() > MAX_BATCH || open.position() > rewriteAt) {
        closeChannel();
        channel = rewrite();
      } else {
        append(open, encode(records));
      }
      written.complete(null);
    } catch (IOException | RuntimeException | Error e) {
      closeChannel();
      LOG.warn("{}: not written, purges may not outlast this process: {}", file, e.toString());
      written.completeExceptionally(e);
    }
  }

  private static ByteBuffer encode(Iterable<JournalRecord> records) {
    var bytes = new ByteArrayOutputStream();
    for (JournalRecord record : records) {
      byte[] payload = record.toByteArray();
      bytes.writeBytes(
          ByteBuffer.allocate(PREFIX_BYTES)
              .putInt(payload.length)
              .putInt(sum(payload, 0, payload.length))
              .array());
      bytes.writeBytes(payload);
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  private static void append(FileChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
    to.force(false);
  }

  /** Writes all that is noted to a new file in place of this one. */
  private FileChannel rewrite() throws IOException {
    List<JournalRecord> all = new ArrayList<>();
    outdated.forEach(all::add);
    all.add(clock(CLOCK_AHEAD));
    Path next = file.resolveSibling(file.getFileName() + ".new");
    FileChannel opened =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      append(opened, encode(all));
      WholeFile.replace(file, next);
    } catch (IOException | RuntimeException | Error e) {
      opened.close();
      throw e;
    }
    rewriteAt = Math.max(leastRewriteBytes, 2 * opened.position());
    return opened;
  }

  private JournalRecord clock(long ahead) {
    CacheClock clock = outdated.clock();
    return JournalRecord.newBuilder().setClock(clock.now() + ahead).build();
  }

  private void keepClock() {
    add(clock(CLOCK_AHEAD));
  }

  /** Writes what is left, and how far the clock really is. */
  @Override
  public void close() {
    add(clock(0));
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("{}: closed before all was written", file);
      }
      closeChannel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next record then comes with all others in a new file. */
  private void closeChannel() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("{}: {}", file, e.toString());
      }
    }
  }
}
