package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for two minutes which keys, and which folders of a site, had responses that can't be
 * shared, so that requests for them do not wait for each other in vain. Two keys or folders may
 * share a place: what is forgotten or mistaken costs time, never correctness. Thread-safe.
 */
final class HerdMemory {
  private static final int PLACES = 1 << 14;
  private static final long KEPT_MILLIS = 120_000;

  /** How long it is known of a folder that something in it is for all, whoever asks. */
  private static final long SHARED_MILLIS = 3_600_000;

  /**
   * How many responses in a row of one folder, of different keys, tell of the next one, if none was
   * for all.
   */
  private static final int ENOUGH = 3;

  private final Consumer<HerdNews> others;
  private final AtomicLongArray keys = new AtomicLongArray(PLACES);
  private final AtomicLongArray until = new AtomicLongArray(PLACES);
  private final AtomicReferenceArray<@Nullable Folder> folders = new AtomicReferenceArray<>(PLACES);

  /**
   * @param others told what they would not know otherwise; must not block
   */
  HerdMemory(Consumer<HerdNews> others) {
    this.others = others;
  }

  /**
   * What is known of a folder.
   *
   * @param row how many responses in a row could not be shared, {@link #ENOUGH} at most
   * @param rowMillis until when that counts
   * @param sharedMillis until when something in it is known to be for all, so that none is counted
   * @param cookiesMillis until when requests with {@code Cookie} wait for nobody
   * @param authorizedMillis until when requests with {@code Authorization} wait for others
   * @param toldMillis when other caches were last told, or told, that something can't be shared
   */
  private record Folder(
      StoreKey id,
      int row,
      long rowMillis,
      long sharedMillis,
      long cookiesMillis,
      long authorizedMillis,
      long toldMillis) {
    static Folder unknown(StoreKey id) {
      return new Folder(id, 0, 0, 0, 0, 0, 0);
    }

    int row(long nowMillis) {
      return rowMillis > nowMillis ? row : 0;
    }

    Folder shared(HerdNews news, long nowMillis) {
      return new Folder(
          id,
          0,
          0,
          nowMillis + SHARED_MILLIS,
          news.cookies() ? 0 : cookiesMillis,
          news.authorization() ? nowMillis + SHARED_MILLIS : authorizedMillis,
          toldMillis);
    }

    /** Whether other caches may believe otherwise, or do not know yet. */
    boolean tellsShared(HerdNews news, long nowMillis) {
      return row(nowMillis) > 0
          || (news.cookies() && cookiesMillis > nowMillis)
          || (news.authorization() && authorizedMillis <= nowMillis + SHARED_MILLIS / 2);
    }

    /** Whether there is nothing to remember that is not remembered already. */
    boolean knowsShared(HerdNews news, long nowMillis) {
      return sharedMillis > nowMillis + SHARED_MILLIS / 2
          && row == 0
          && !news.cookies()
          && !news.authorization();
    }

    /** Whether a response that can't be shared tells of others. */
    private boolean counts(boolean another, long nowMillis) {
      return another && sharedMillis <= nowMillis;
    }

    Folder unshared(HerdNews news, boolean another, boolean told, long nowMillis) {
      long kept = nowMillis + KEPT_MILLIS;
      boolean counts = counts(another, nowMillis);
      return new Folder(
          id,
          counts ? Math.min(row(nowMillis) + 1, ENOUGH) : row,
          counts ? kept : rowMillis,
          sharedMillis,
          news.cookies() ? kept : cookiesMillis,
          authorizedMillis,
          told ? nowMillis : toldMillis);
    }

    /** Whether other caches do not know yet, or will soon have forgotten. */
    boolean tellsUnshared(HerdNews news, boolean another, long nowMillis) {
      boolean longAgo = toldMillis + KEPT_MILLIS / 2 <= nowMillis;
      return (counts(another, nowMillis) && (row(nowMillis) < ENOUGH || longAgo))
          || (news.cookies() && (cookiesMillis <= nowMillis || longAgo));
    }
  }

  private static int place(StoreKey id) {
    return (int) (id.low() & (PLACES - 1));
  }

  private Folder folder(StoreKey id) {
    Folder known = folders.get(place(id));
    return known != null && known.id().equals(id) ? known : Folder.unknown(id);
  }

  private boolean isUnshared(StoreKey id, long nowMillis) {
    int at = place(id);
    return keys.get(at) == id.high() && until.get(at) > nowMillis;
  }

  /** Whether waiting for another's response to this key is likely to be in vain. */
  boolean expectsUnshared(CacheKey key, long nowMillis) {
    return isUnshared(key.key(), nowMillis) || folder(key.folder()).row(nowMillis) >= ENOUGH;
  }

  /**
   * The same for a request. One with {@code Cookie} does not wait either where another one with
   * {@code Cookie}, for whatever in the folder, got a response that can't be shared.
   */
  boolean expectsUnshared(CacheKey key, HttpHeaders request, long nowMillis) {
    if (isUnshared(key.key(), nowMillis)) {
      return true;
    }
    Folder folder = folder(key.folder());
    return folder.row(nowMillis) >= ENOUGH
        || (request.contains(HttpHeaderNames.COOKIE) && folder.cookiesMillis() > nowMillis);
  }

  /**
   * Whether a request is better fetched for beside others that may be under way, and its response
   * stored if it turns out to be for all: it has {@code Authorization}, and nothing of the folder
   * is known to be shared though it was asked for with that.
   */
  boolean goesApart(CacheKey key, HttpHeaders request, long nowMillis) {
    return request.contains(HttpHeaderNames.AUTHORIZATION)
        && folder(key.folder()).authorizedMillis() <= nowMillis;
  }

  /** A response came here: others are told what they would not know otherwise. */
  void learn(HerdNews news, long nowMillis) {
    if (take(news, false, nowMillis)) {
      others.accept(news);
    }
  }

  /** A response came to another cache of the mesh. */
  void hear(HerdNews news, long nowMillis) {
    var _ = take(news, true, nowMillis);
  }

  private boolean take(HerdNews news, boolean heard, long nowMillis) {
    int at = place(news.key());
    boolean another = false;
    if (!news.shared()) {
      another = keys.getAndSet(at, news.key().high()) != news.key().high();
      until.set(at, nowMillis + KEPT_MILLIS);
    } else if (keys.get(at) == news.key().high()) {
      until.set(at, 0);
    }
    return takeOfFolder(news, another, heard, nowMillis);
  }

  /**
   * @param another whether the key is another one than before
   * @param heard whether others know
   * @return whether they would not know otherwise
   */
  private boolean takeOfFolder(HerdNews news, boolean another, boolean heard, long nowMillis) {
    int at = place(news.folder());
    while (true) {
      Folder present = folders.get(at);
      boolean known = present != null && present.id().equals(news.folder());
      Folder before = known && present != null ? present : Folder.unknown(news.folder());
      if (news.shared() && before.knowsShared(news, nowMillis)) {
        return false;
      }
      boolean tells =
          news.shared()
              ? before.tellsShared(news, nowMillis)
              : before.tellsUnshared(news, another, nowMillis);
      Folder after =
          news.shared()
              ? before.shared(news, nowMillis)
              : before.unshared(news, another, tells || heard, nowMillis);
      if (folders.compareAndSet(at, present, after)) {
        return tells;
      }
    }
  }
}
