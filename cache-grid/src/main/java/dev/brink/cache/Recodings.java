package dev.brink.cache;

import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Stored responses once more, in fewer bytes, for clients that take those: what is asked for often
 * is made smaller behind the answers. Each such body is an object of its own beside the response,
 * to which it belongs as long as that has the stamp it was made of; the fields are the response's.
 * Thread-safe.
 */
final class Recodings implements AutoCloseable {
  /** One use in so many is counted, on average. */
  private static final int SAMPLE = 8;

  /** So many counted uses are often. */
  private static final int OFTEN = 4;

  /** Beyond so many keys the counts begin anew: what is used often is there again soon. */
  private static final int MAX_COUNTED = 1024;

  private final Store store;
  private final Recoding gzip = Recoding.in(new GzipCoding());
  private final @Nullable Recoding dense;
  private final Recoder recoder;
  private final ConcurrentHashMap<StoreKey, Integer> uses = new ConcurrentHashMap<>();

  /**
   * @param dense better than gzip; {@code null}: there is none
   * @param onBroken told of what is stored as gzip and is none
   */
  Recodings(
      Store store,
      @Nullable DenseCoding dense,
      Counters counters,
      BiConsumer<StoreKey, Head> onBroken) {
    this.store = store;
    this.dense = dense == null ? null : Recoding.in(dense);
    this.recoder = new Recoder(store, counters, onBroken);
  }

  /**
   * A response in fewer bytes.
   *
   * @param body released by the caller
   */
  record Recoded(StoredBody body, Head head) {}

  /** What suits a request better than what is stored; {@code null} when there is no such yet. */
  @Nullable Recoded find(CacheRequest asked, StoredObject object, Head head) {
    HttpHeaders wanted = asked.request().headers();
    if (!wanted.contains(HttpHeaderNames.ACCEPT_ENCODING)
        || wanted.contains(HttpHeaderNames.RANGE)
        || !asked.policy().compresses()
        || !head.coding().mayBeDenser(head, object.bodyLength())) {
      return null;
    }
    AcceptedCodings takes = AcceptedCodings.of(wanted);
    Recoding best = best(takes);
    Recoded found = best == null ? null : find(best, object, head, true);
    return found == null && takes.gzip() && head.coding() == Coding.AS_IT_CAME
        ? find(gzip, object, head, best == null)
        : found;
  }

  private @Nullable Recoding best(AcceptedCodings takes) {
    Recoding better = dense;
    return better != null && takes.take(better.coding().token(), false) && recoder.can(better)
        ? better
        : null;
  }

  /**
   * @param counts whether it is asked for, if it is not there
   */
  private @Nullable Recoded find(
      Recoding recoding, StoredObject object, Head head, boolean counts) {
    StoreKey id = recoding.key(object.key());
    StoredObject made = store.find(id);
    if (made != null && Recoding.isOf(made, head)) {
      return new Recoded(new StoredBody(made), head.recoded(recoding.coding().token()));
    }
    if (made != null) {
      made.close();
    }
    if (counts) {
      used(object.key(), id, recoding);
    }
    return null;
  }

  private void used(StoreKey response, StoreKey id, Recoding recoding) {
    if (ThreadLocalRandom.current().nextInt(SAMPLE) != 0) {
      return;
    }
    if (uses.size() >= MAX_COUNTED) {
      uses.clear();
    }
    if (uses.merge(id, 1, Integer::sum) == OFTEN) {
      uses.remove(id);
      recoder.offer(response, recoding);
    }
  }

  /**
   * A response was found to be still good: what was made of it still belongs to it, unless its
   * fields tell of its bytes now.
   */
  void follow(StoredObject response, Head before, Head fresh) {
    if (!before.coding().mayBeDenser(before, response.bodyLength())) {
      return;
    }
    boolean stays = !Coding.keepsBytes(fresh.fields());
    follow(gzip.key(response.key()), before, fresh, stays);
    if (dense != null) {
      follow(dense.key(response.key()), before, fresh, stays);
    }
  }

  private void follow(StoreKey id, Head before, Head fresh, boolean stays) {
    if (!stays) {
      store.remove(id);
      return;
    }
    if (before.stamp() == fresh.stamp()) {
      return;
    }
    recoder.follow(id, before, fresh);
    try (StoredObject made = store.find(id)) {
      if (made != null && Recoding.isOf(made, before)) {
        var _ = store.replaceHead(made, Recoding.head(fresh), fresh.worth());
      }
    }
  }

  /** Makes no more. Waits for the one under way, which breaks off. */
  @Override
  public void close() {
    recoder.close();
  }
}
