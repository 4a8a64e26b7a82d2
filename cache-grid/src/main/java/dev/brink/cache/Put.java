package dev.brink.cache;

import dev.brink.cache.store.Draft;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.wire.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A response that somebody made, on its way into the cache. */
final class Put implements Fill.Outcome, Flow.Subscriber<ByteBuf> {
  private final LocalCache cache;
  private final CacheKey key;
  private final Head head;
  private final @Nullable Variant variant;
  private final Fill fill;
  private final CompletableFuture<Change> done = new CompletableFuture<>();

  /** Why it is not stored; {@code null} as long as it may be. */
  private volatile @Nullable String refusal = "incomplete";

  private volatile boolean abandoned;

  private Put(LocalCache cache, CacheKey key, CacheRequest asked, Head head, long length) {
    this.cache = cache;
    this.key = key;
    this.head = head;
    var place = Variants.Place.of(key, asked, asked.request().headers(), head, Variants.NONE);
    variant = place.variant();
    fill = new Fill(cache.store().draft(place.id(), length), length, this);
  }

  static CompletionStage<Change> begin(
      LocalCache cache,
      CacheRequest asked,
      HttpResponse response,
      Flow.@Nullable Publisher<ByteBuf> body) {
    HttpHeaders headers = response.headers();
    Fields.removeHopByHop(response);
    Rules rules = Rules.of(headers);
    CacheKey key = CacheKey.of(asked);
    Head head = head(cache, asked, key, response, rules);
    long length = Storing.length(response);
    String refusal = refusal(asked, key, response, rules, head);
    if (refusal == null && length > cache.store().maxObjectBytes()) {
      refusal = "too-large";
    }
    if (refusal != null) {
      Unwanted.response(response, body);
      return CompletableFuture.failedFuture(new NotStoredException(refusal));
    }
    var put = new Put(cache, key, asked, head, length);
    try {
      WholeBody.feed(response, body, put);
    } catch (RuntimeException | Error e) {
      put.fill.onError(e);
      throw e;
    } finally {
      put.fill.release();
    }
    return put.done;
  }

  private static Head head(
      LocalCache cache, CacheRequest asked, CacheKey key, HttpResponse response, Rules rules) {
    HttpHeaders headers = response.headers();
    long now = cache.clock().millis();
    return new Head(
        response.status().code(),
        response.status().reasonPhrase(),
        Storing.kept(headers, rules),
        now,
        now,
        Freshness.of(
            response.status().code(),
            headers,
            rules.directives(),
            rules.targeted(),
            false,
            asked.policy(),
            now,
            now),
        cache.clock().now(),
        0,
        key.site(),
        key.url(),
        Storing.tags(headers),
        List.of(),
        -1,
        Coding.AS_IT_CAME,
        false,
        0);
  }

  private static @Nullable String refusal(
      CacheRequest asked, CacheKey key, HttpResponse response, Rules rules, Head head) {
    if (!asked.request().method().equals(HttpMethod.GET)) {
      return "method";
    }
    if (head.status() == 206) {
      return "status";
    }
    String refusal = Storing.refusal(asked, key, response, response.headers(), rules);
    if (refusal != null) {
      return refusal;
    }
    if (head.fields().contains(HttpHeaderNames.SET_COOKIE)) {
      return "set-cookie";
    }
    Freshness freshness = head.freshness();
    boolean useful =
        freshness.lifetimeSeconds() > freshness.initialAgeSeconds()
            || freshness.staleWhileRevalidate() > 0;
    return useful ? null : "no-freshness";
  }

  @Override
  public @Nullable StoredObject completed(Draft draft) {
    if (cache.standing(key.space(), head) == PurgeTable.Standing.HARD) {
      refusal = "purged";
      return null;
    }
    StoredObject object = cache.commit(draft, head, key, variant);
    refusal = null;
    return object;
  }

  @Override
  public void abandoned() {
    abandoned = true;
    refusal = fill.available() > cache.store().maxObjectBytes() ? "too-large" : "busy";
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    fill.onSubscribe(subscription);
  }

  @Override
  public void onNext(ByteBuf bytes) {
    fill.onNext(bytes);
    String refused = refusal;
    if (refused != null && abandoned) {
      done.completeExceptionally(new NotStoredException(refused));
    }
  }

  @Override
  public void onError(Throwable cause) {
    fill.onError(cause);
    done.completeExceptionally(cause);
  }

  @Override
  public void onComplete() {
    try {
      fill.onComplete();
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
      throw e;
    }
    String refused = refusal;
    Throwable failure = fill.failure();
    if (refused == null) {
      done.complete(Change.of(key, true, cache.clock().now()));
    } else {
      done.completeExceptionally(failure == null ? new NotStoredException(refused) : failure);
    }
  }
}
