package dev.brink.cache;

import dev.brink.cache.store.Draft;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.store.Worth;
import dev.brink.cache.wire.StoredHead;
import dev.brink.cache.wire.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy on its way from another cache of the mesh, for requests that may come. No request waits
 * for it or finds it before it is stored, and what a request has brought meanwhile stays.
 */
final class Taking implements Upstream.Listener, Fill.Outcome {
  private static final Logger LOG = LoggerFactory.getLogger(Taking.class);

  /** What a copy saves is the way to the other cache and back. */
  private static final Worth WORTH = new Worth(TimeUnit.MILLISECONDS.toNanos(1), Long.MAX_VALUE);

  private final LocalCache cache;
  private final CacheRequest asked;
  private final CacheKey key;
  private final long maxBytes;
  private final Question question;
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();
  private @Nullable Head head;
  private @Nullable Variant variant;
  private StoreKey id;
  private boolean stored;

  private Taking(LocalCache cache, CacheRequest asked, CacheKey key, long maxBytes) {
    this.cache = cache;
    this.asked = asked;
    this.key = key;
    this.maxBytes = maxBytes;
    question = new Question(cache.clock(), asked, key);
    id = key.key();
  }

  /** See {@link HttpCache#take}. */
  static CompletionStage<Boolean> begin(
      LocalCache cache, CacheRequest asked, Upstream upstream, long bytes, long maxBytes) {
    CacheKey key = CacheKey.of(asked);
    if (!Offering.concerns(asked) || bytes > maxBytes || !isOfUse(cache, asked, key, bytes)) {
      return CompletableFuture.completedFuture(false);
    }
    var taking = new Taking(cache, asked, key, maxBytes);
    cache.counters().fetches.increment();
    try {
      var _ =
          upstream.fetch(
              OriginRequest.cacheable(asked, key, asked.request().headers().names(), false),
              null,
              taking);
    } catch (RuntimeException | Error e) {
      LOG.warn("a copy could not be asked for", e);
      taking.done.complete(false);
    }
    return taking.done;
  }

  /** Whether nothing here would answer the request, and the store has a place for it. */
  private static boolean isOfUse(LocalCache cache, CacheRequest asked, CacheKey key, long bytes) {
    StoreKey id = key.key();
    StoredObject present = cache.store().find(id);
    if (present == null) {
      CompletionStage<@Nullable StoredObject> slower = cache.store().load(id);
      if (slower != null) {
        // It is on the disk, and now in memory too if it is small.
        var _ = slower.thenAccept(Taking::close);
        return false;
      }
    } else {
      try (present) {
        StoredHead head = Head.parse(present.head());
        if (head != null && head.hasVariants()) {
          Variant selected = Variants.of(head.getVariants()).select(OriginRequest.selecting(asked));
          if (selected == null) {
            return cache.store().wants(key.key(), bytes, WORTH);
          }
          id = Variants.key(selected);
        }
      }
    }
    return !cache.hasFresh(id, key.space())
        && !cache.flights().contains(id)
        && (cache.contains(id) || cache.store().wants(id, bytes, WORTH));
  }

  private static void close(@Nullable StoredObject object) {
    if (object != null) {
      object.close();
    }
  }

  @Override
  public void onResponse(
      HttpResponse response, Flow.@Nullable Publisher<ByteBuf> body, long peerStamp) {
    try {
      take(response, body, peerStamp);
    } catch (RuntimeException | Error e) {
      done.complete(false);
      throw e;
    }
  }

  private void take(HttpResponse response, Flow.@Nullable Publisher<ByteBuf> body, long peerStamp) {
    HttpHeaders headers = response.headers();
    Fields.removeHopByHop(response);
    Rules rules = Rules.of(headers);
    Coding.nameInVary(asked, headers);
    Head came = question.head(response, rules, peerStamp);
    Head kept = came.coded(Coding.of(asked, response, headers));
    long length = Storing.length(response);
    if (response.status().code() != 200
        || length > Math.min(maxBytes, cache.store().maxObjectBytes())
        || kept.freshSeconds(cache.clock().millis()) <= 0
        || Storing.refusal(asked, key, response, headers, rules) != null) {
      Unwanted.response(response, body);
      done.complete(false);
      return;
    }
    var place = Variants.Place.of(key, asked, asked.request().headers(), kept, cache.variants(key));
    head = kept;
    variant = place.variant();
    id = place.id();
    boolean compresses = kept.coding() == Coding.GZIP_MADE;
    long expected = compresses ? -1 : length;
    Fill fill = fill(expected, response, body);
    try {
      WholeBody.feed(
          response, body, new Watched(compresses ? new Compressing(length, fill) : fill));
    } catch (RuntimeException | Error e) {
      fill.onError(e);
      throw e;
    } finally {
      fill.release();
    }
  }

  private Fill fill(long expected, HttpResponse response, Flow.@Nullable Publisher<ByteBuf> body) {
    try {
      return new Fill(cache.store().draft(id, expected), expected, this);
    } catch (RuntimeException | Error e) {
      Unwanted.response(response, body);
      throw e;
    }
  }

  @Override
  public void onFailure(FetchFailure failure) {
    done.complete(false);
  }

  @Override
  public @Nullable StoredObject completed(Draft draft) {
    Head whole = head;
    if (whole == null
        || draft.length() > maxBytes
        || cache.standing(key.space(), whole) != PurgeTable.Standing.GOOD
        || cache.outdated(key.space(), whole)
        || cache.hasFresh(id, key.space())) {
      return null;
    }
    StoredObject object = cache.commit(draft, whole, key, variant);
    cache.copies().taken(id);
    stored = true;
    return object;
  }

  @Override
  public void abandoned() {
    done.complete(false);
  }

  /** Tells when the body is over, whatever has become of it. */
  private final class Watched implements Flow.Subscriber<ByteBuf> {
    private final Flow.Subscriber<ByteBuf> to;

    Watched(Flow.Subscriber<ByteBuf> to) {
      this.to = to;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      to.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuf bytes) {
      try {
        to.onNext(bytes);
      } catch (RuntimeException | Error e) {
        done.complete(false);
        throw e;
      }
    }

    @Override
    public void onError(Throwable cause) {
      to.onError(cause);
      done.complete(false);
    }

    @Override
    public void onComplete() {
      try {
        to.onComplete();
      } finally {
        done.complete(stored);
      }
    }
  }
}
