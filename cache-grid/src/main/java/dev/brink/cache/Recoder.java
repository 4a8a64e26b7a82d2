package dev.brink.cache;

import dev.brink.cache.store.Draft;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.store.Worth;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@link Recodings}, one after the other, on a thread of its own that begins with the first
 * and rests nineteen times as long as it works. Thread-safe.
 */
final class Recoder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Recoder.class);

  /** What is asked for beyond these is asked for again, if it is asked for often. */
  private static final int MAX_WAITING = 64;

  /** Larger ones, as they are stored or decoded, would keep others waiting. */
  private static final long MAX_BYTES = 4 << 20;

  private static final int PIECE_BYTES = 64 << 10;

  /** Saving less is not worth an object. */
  private static final int LEAST_GAIN = 256;

  private static final int LEAST_GAIN_PART = 20;
  private static final int REST = 19;
  private static final long MAX_REST_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOAD_SECONDS = 10;
  private static final long CLOSE_MILLIS = 10_000;
  private static final int MAX_HOPELESS = 1024;

  private final Store store;
  private final Counters counters;
  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(MAX_WAITING);
  private volatile @Nullable Recoding impossible;
  private volatile boolean closed;

  /** Guarded by this. */
  private @Nullable Thread thread;

  /** What gained too little, by the stamp of what it was. On the thread. */
  private final Map<StoreKey, Long> hopeless =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<StoreKey, Long> eldest) {
          return size() > MAX_HOPELESS;
        }
      };

  Recoder(Store store, Counters counters) {
    this.store = store;
    this.counters = counters;
  }

  private record Job(StoreKey response, Recoding recoding) {}

  /** Whether this system has that coding, as far as it is known. */
  boolean can(Recoding recoding) {
    return !recoding.equals(impossible);
  }

  /** Asks for a response in another coding, unless too many wait already. */
  void offer(StoreKey response, Recoding recoding) {
    if (jobs.offer(new Job(response, recoding))) {
      begin();
    }
  }

  private synchronized void begin() {
    if (thread == null && !closed) {
      thread = Thread.ofPlatform().name("brink-recoder").daemon().start(this::run);
    }
  }

  private void run() {
    try {
      while (!closed) {
        Job job = jobs.take();
        long began = System.nanoTime();
        try {
          recode(job);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
          String token = job.recoding().coding().token();
          log.warn("Storing {} in {} failed", job.response(), token, e);
        }
        long rest = (System.nanoTime() - began) * REST;
        TimeUnit.NANOSECONDS.sleep(Math.min(rest, MAX_REST_NANOS));
      }
    } catch (InterruptedException _) {
      // Closed: the thread is nobody else's.
    }
  }

  private void recode(Job job) throws IOException, InterruptedException {
    StoreKey id = job.recoding().key(job.response());
    try (StoredObject object = get(job.response())) {
      Head head = object == null ? null : LocalCache.response(object);
      if (object != null
          && head != null
          && !Long.valueOf(head.stamp()).equals(hopeless.get(id))
          && !isThere(id, head)
          && !make(id, object, head, job.recoding())) {
        hopeless.put(id, head.stamp());
      }
    }
  }

  /** Whether it was made before; what is found on the disk is in memory afterwards. */
  private boolean isThere(StoreKey id, Head head) throws IOException, InterruptedException {
    try (StoredObject made = get(id)) {
      return made != null && Recoding.isOf(made, head);
    }
  }

  private @Nullable StoredObject get(StoreKey id) throws IOException, InterruptedException {
    StoredObject present = store.find(id);
    CompletionStage<@Nullable StoredObject> slower = present == null ? store.load(id) : null;
    return slower == null ? present : await(slower);
  }

  private static <T extends @Nullable Object> T await(CompletionStage<T> stage)
      throws IOException, InterruptedException {
    try {
      return stage.toCompletableFuture().get(LOAD_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("what is stored can't be read", e);
    }
  }

  /** Returns whether it is worth trying again when it is asked for again. */
  private boolean make(StoreKey id, StoredObject object, Head head, Recoding recoding)
      throws IOException, InterruptedException {
    long length = object.bodyLength();
    if (length > MAX_BYTES
        || !head.coding().mayBeDenser(head, length)
        || Coding.keepsBytes(head.fields())) {
      return false;
    }
    long began = System.nanoTime();
    DenseCoding.Encoder encoder = recoding.coding().begin();
    if (encoder == null) {
      impossible = recoding;
      return true;
    }
    Draft draft = store.draft(id, -1);
    boolean whole = false;
    try (encoder) {
      whole = encode(object, head.coding() != Coding.AS_IT_CAME, encoder, draft);
    } catch (DataFormatException e) {
      log.debug("{}: {}", head.url(), e.toString());
    } finally {
      if (!whole) {
        draft.discard();
      }
    }
    if (!whole) {
      return closed;
    }
    if (length - draft.length() < Math.max(LEAST_GAIN, length / LEAST_GAIN_PART)) {
      draft.discard();
      return false;
    }
    var worth = new Worth(System.nanoTime() - began, head.worth().staleAtMillis());
    counters.recodings.increment();
    draft.commit(Recoding.head(head), worth).close();
    return isThere(id, head);
  }

  /** Returns whether all of it is in the draft. */
  private boolean encode(
      StoredObject object, boolean zipped, DenseCoding.Encoder encoder, Draft draft)
      throws IOException, DataFormatException, InterruptedException {
    long decoded = 0;
    try (var unzip = new GzipReader()) {
      for (long at = 0; at < object.bodyLength(); ) {
        ByteBuf piece = read(object, at);
        try {
          at += piece.readableBytes();
          ByteBuf plain;
          while ((plain = zipped ? unzip.read(piece) : take(piece)) != null) {
            decoded += plain.readableBytes();
            if (closed || decoded > MAX_BYTES || !append(draft, encoder.write(bytes(plain)))) {
              return false;
            }
          }
        } finally {
          piece.release();
        }
      }
      if (zipped && !unzip.isBetweenMembers()) {
        throw new DataFormatException("the data in gzip ended early");
      }
      return append(draft, encoder.finish());
    }
  }

  private static ByteBuf read(StoredObject object, long at)
      throws IOException, InterruptedException {
    ByteBuf present = object.read(at, PIECE_BYTES);
    return present == null ? await(object.load(at, PIECE_BYTES)) : present;
  }

  private static @Nullable ByteBuf take(ByteBuf piece) {
    return piece.isReadable() ? piece.readRetainedSlice(piece.readableBytes()) : null;
  }

  private static byte[] bytes(ByteBuf plain) {
    try {
      byte[] bytes = new byte[plain.readableBytes()];
      plain.readBytes(bytes);
      return bytes;
    } finally {
      plain.release();
    }
  }

  private static boolean append(Draft draft, byte[] coded) {
    return coded.length == 0 || draft.append(Unpooled.wrappedBuffer(coded));
  }

  @Override
  public void close() {
    Thread working;
    synchronized (this) {
      closed = true;
      working = thread;
    }
    if (working == null) {
      return;
    }
    working.interrupt();
    try {
      working.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
