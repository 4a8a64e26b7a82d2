package dev.brink.cache;

import dev.brink.cache.store.Draft;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
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

  /** Saving less is not worth an object. */
  private static final int LEAST_GAIN = 256;

  private static final int LEAST_GAIN_PART = 20;
  private static final int REST = 19;
  private static final long CLOSE_MILLIS = 10_000;
  private static final int MAX_HOPELESS = 1024;

  private final Store store;
  private final Counters counters;
  private final BiConsumer<StoreKey, Head> onBroken;
  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Set<StoreKey> waiting = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Recoding impossible;
  private volatile boolean closed;

  /** Guarded by this. */
  private @Nullable Thread thread;

  /** What gained too little or was not kept, by the stamp of what it was. */
  private final Map<StoreKey, Long> hopeless =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<StoreKey, Long> eldest) {
              return size() > MAX_HOPELESS;
            }
          });

  /**
   * @param onBroken told of what is stored as gzip and is none
   */
  Recoder(Store store, Counters counters, BiConsumer<StoreKey, Head> onBroken) {
    this.store = store;
    this.counters = counters;
    this.onBroken = onBroken;
  }

  private record Job(StoreKey response, Recoding recoding) {
    StoreKey id() {
      return recoding.key(response);
    }
  }

  /** Whether this system has that coding, as far as it is known. */
  boolean can(Recoding recoding) {
    return !recoding.equals(impossible);
  }

  /** Asks for a response in another coding, unless it or too many others wait already. */
  void offer(StoreKey response, Recoding recoding) {
    var job = new Job(response, recoding);
    if (!waiting.add(job.id())) {
      return;
    }
    if (jobs.offer(job)) {
      begin();
    } else {
      waiting.remove(job.id());
    }
  }

  /** The same bytes have another stamp. */
  void follow(StoreKey id, Head before, Head fresh) {
    hopeless.replace(id, before.stamp(), fresh.stamp());
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
        waiting.remove(job.id());
        long began = System.nanoTime();
        try {
          recode(job);
        } catch (IOException | RuntimeException | Error e) {
          String token = job.recoding().coding().token();
          log.warn("Storing {} in {} failed", job.response(), token, e);
        }
        TimeUnit.NANOSECONDS.sleep((System.nanoTime() - began) * REST);
      }
    } catch (InterruptedException _) {
      // Closed: the thread is nobody else's.
    }
  }

  private void recode(Job job) throws IOException, InterruptedException {
    StoreKey id = job.id();
    try (StoredObject object = get(job.response())) {
      Head head = object == null ? null : LocalCache.response(object);
      if (object == null
          || head == null
          || Long.valueOf(head.stamp()).equals(hopeless.get(id))
          || isAtHand(id, head)) {
        return;
      }
      boolean made;
      try {
        made = wasMade(id, head) || make(id, object, head, job.recoding());
      } catch (DataFormatException e) {
        log.debug("{}: {}", job.response(), e.toString());
        onBroken.accept(job.response(), head);
        return;
      }
      if (made && isAtHand(id, head)) {
        counters.recodings.increment();
      } else if (can(job.recoding()) && !closed) {
        hopeless.put(id, head.stamp());
        store.remove(id);
      }
    }
  }

  /** Whether what was made of it is here, also where it was found to be still good since. */
  private boolean isAtHand(StoreKey id, Head head) {
    try (StoredObject made = store.find(id)) {
      return made != null && Recoding.isOfOrSince(made, head);
    }
  }

  /** Whether it was made before and is in a slower place: then it is put at hand. */
  private boolean wasMade(StoreKey id, Head head)
      throws IOException, InterruptedException, DataFormatException {
    try (StoredObject made = get(id)) {
      if (made == null || !Recoding.isOf(made, head)) {
        return false;
      }
      return isAtHand(id, head)
          || commit(id, head, draft -> Transcoding.copy(made, draft), Long.MAX_VALUE);
    }
  }

  private @Nullable StoredObject get(StoreKey id) throws IOException, InterruptedException {
    StoredObject present = store.find(id);
    CompletionStage<@Nullable StoredObject> slower = present == null ? store.load(id) : null;
    return slower == null ? present : Transcoding.await(slower, StoredObject::close);
  }

  /** Returns whether there was enough to gain. */
  private boolean make(StoreKey id, StoredObject object, Head head, Recoding recoding)
      throws IOException, InterruptedException, DataFormatException {
    long length = object.bodyLength();
    if (length > Transcoding.MAX_BYTES
        || !head.coding().mayBeDenser(head, length)
        || Coding.keepsBytes(head.fields())) {
      return false;
    }
    DenseCoding.Encoder encoder = recoding.coding().begin();
    if (encoder == null) {
      impossible = recoding;
      return false;
    }
    boolean zipped = head.coding() != Coding.AS_IT_CAME;
    long most = length - Math.max(LEAST_GAIN, length / LEAST_GAIN_PART);
    try (encoder) {
      var transcoding = new Transcoding(object, zipped, encoder, () -> closed);
      return commit(id, head, transcoding::run, most);
    }
  }

  /** Puts a body into a draft; returns whether all of it is there. */
  private interface Filling {
    boolean fill(Draft draft) throws IOException, InterruptedException, DataFormatException;
  }

  /** Returns whether it was stored: it is not when there is less, or more, than there should be. */
  private boolean commit(StoreKey id, Head head, Filling filling, long most)
      throws IOException, InterruptedException, DataFormatException {
    Draft draft = store.draft(id, -1);
    // It is the only one of its kind, and given up for good where it is not taken.
    draft.admit();
    boolean stored = false;
    try {
      if (filling.fill(draft) && draft.length() <= most) {
        draft.commit(Recoding.head(head), head.worth()).close();
        stored = true;
      }
    } finally {
      if (!stored) {
        draft.discard();
      }
    }
    return stored;
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
