package dev.brink.mesh.cache;

import dev.brink.cache.CacheRequest;
import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Whom a home asks before the source. One that is new in the mesh asks the node that was the home
 * before, once for each key, in its first ten minutes. Any asks the node that a {@code POST} has
 * brought what a {@code GET} would, once, within a minute. Thread-safe.
 */
final class Succession {
  private static final long NEW_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** What an unsafe request has brought another node is asked of that in so long. */
  private static final long HELD_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final int MAX_HELD = 1024;

  /** After one that was too slow nobody is asked for so long. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int SLOTS = 1 << 15;

  /** What most variants are selected by: each is asked for. */
  private static final List<AsciiString> SELECTING =
      List.of(
          HttpHeaderNames.ACCEPT, HttpHeaderNames.ACCEPT_LANGUAGE, HttpHeaderNames.ACCEPT_ENCODING);

  private final Homes homes;

  /** The keys asked for last, each at its place: one that was displaced is asked for again. */
  private final AtomicLongArray asked = new AtomicLongArray(SLOTS);

  /** By key, oldest first; guarded by itself. */
  private final LinkedHashMap<StoreKey, Held> held = new LinkedHashMap<>();

  private volatile long newUntilNanos = System.nanoTime() + NEW_NANOS;
  private volatile long pausedUntilNanos = System.nanoTime();
  private volatile boolean hadPeers;
  private volatile boolean alone;

  private record Held(String node, long untilNanos) {}

  Succession(Homes homes) {
    this.homes = homes;
  }

  /**
   * Takes note of an unsafe request.
   *
   * @param urls host and path each, as changed
   * @param holder the node that is storing what the first of them has become; empty: none
   */
  void changed(String space, List<String> urls, String holder) {
    synchronized (held) {
      urls.forEach(url -> held.remove(Homes.key(space, url)));
      if (!holder.isEmpty() && !urls.isEmpty()) {
        held.put(
            Homes.key(space, urls.getFirst()), new Held(holder, System.nanoTime() + HELD_NANOS));
        if (held.size() > MAX_HELD) {
          held.pollFirstEntry();
        }
      }
    }
  }

  /** The node that said it holds what it brought itself; it is named once. */
  private @Nullable String holder(StoreKey key, long now) {
    synchronized (held) {
      Held found = held.isEmpty() ? null : held.remove(key);
      return found == null || now - found.untilNanos() > 0 ? null : found.node();
    }
  }

  /**
   * The node that may have what a request asks for, of which this node is the home; {@code null}:
   * there is none, or it was asked.
   *
   * @param wanted what this node asks for
   * @param client what it was asked
   * @param asker the node that it was asked by, which has just looked; its own or empty: no other
   */
  @Nullable String before(CacheRequest wanted, HttpRequest client, String asker) {
    HttpRequest request = wanted.request();
    long now = System.nanoTime();
    boolean isNew = isNew(now);
    if (now - pausedUntilNanos < 0 || !isPlain(client) || !isPlain(request)) {
      return null;
    }
    StoreKey key = Homes.key(wanted);
    String holder = holder(key, now);
    if (holder != null && !holder.equals(asker)) {
      return holder;
    }
    if (!isNew) {
      return null;
    }
    String before = homes.before(key);
    return before == null || before.equals(asker) || isAsked(key, request.headers())
        ? null
        : before;
  }

  private boolean isAsked(StoreKey key, HttpHeaders headers) {
    long tag = key.high() | 1;
    for (AsciiString name : SELECTING) {
      tag = tag * 31 + headers.get(name, "").hashCode();
    }
    return asked.getAndSet((int) (key.low() + tag) & (SLOTS - 1), tag) == tag;
  }

  /** One that was asked did not answer in time. */
  void late() {
    pausedUntilNanos = System.nanoTime() + PAUSE_NANOS;
  }

  /** A node that was cut off from all others is new again. */
  private boolean isNew(long now) {
    boolean noPeers = homes.isAlone();
    if (noPeers) {
      alone = hadPeers;
    } else {
      hadPeers = true;
      if (alone) {
        alone = false;
        newUntilNanos = now + NEW_NANOS;
      }
    }
    return !noPeers && now - newUntilNanos < 0;
  }

  /** Whether what is stored answers it, if that is fresh, whoever asks. */
  private static boolean isPlain(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.method().equals(HttpMethod.GET)
        && !headers.contains(HttpHeaderNames.COOKIE)
        && !headers.contains(HttpHeaderNames.AUTHORIZATION)
        && !headers.contains(HttpHeaderNames.RANGE)
        && !headers.contains(HttpHeaderNames.IF_NONE_MATCH)
        && !headers.contains(HttpHeaderNames.IF_MODIFIED_SINCE)
        && !headers.contains(HttpHeaderNames.CACHE_CONTROL)
        && !headers.contains(HttpHeaderNames.PRAGMA);
  }
}
