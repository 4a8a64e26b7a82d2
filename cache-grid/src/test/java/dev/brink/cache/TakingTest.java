package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.store.MemoryStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Copies that a cache takes of what another one has. */
class TakingTest {
  private static final long MOST = 1 << 20;

  private final HttpCache cache = HttpCache.builder(MemoryStore.ofBytes(8 << 20)).build();
  private final List<Upstream.Listener> asked = new ArrayList<>();
  private final Upstream upstream =
      (request, body, listener) -> {
        asked.add(listener);
        return () -> {};
      };

  @AfterEach
  void close() {
    cache.close();
  }

  private static CacheRequest request(String... fields) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/page");
    request.headers().set("host", "example.org");
    for (int i = 0; i < fields.length; i += 2) {
      request.headers().set(fields[i], fields[i + 1]);
    }
    return new CacheRequest(request, "http", null, CachePolicy.DEFAULT);
  }

  private static FullHttpResponse response(String cacheControl, int bytes) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(new byte[bytes]));
    response.headers().set("cache-control", cacheControl);
    return response;
  }

  /** Takes a copy and answers what is asked for it. */
  private boolean take(FullHttpResponse response) {
    CompletableFuture<Boolean> taken = begin();
    assertThat(asked).hasSize(1);
    asked.getFirst().onResponse(response, null, 0);
    return taken.join();
  }

  private CompletableFuture<Boolean> begin() {
    return cache.take(request(), upstream, 10, MOST).toCompletableFuture();
  }

  /** The outcome of a request; the source is not answered for. */
  private CacheResult.@Nullable Outcome outcome() {
    var outcome = new CompletableFuture<CacheResult.Outcome>();
    var _ =
        cache.handle(
            request(),
            upstream,
            new CacheListener() {
              @Override
              public void onResponse(
                  HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
                Unwanted.response(head, body);
                outcome.complete(result.outcome());
              }

              @Override
              public void onFailure(FetchFailure failure) {
                outcome.completeExceptionally(new AssertionError(failure.detail()));
              }
            });
    return outcome.getNow(null);
  }

  @Test
  void aCopyAnswersRequestsAndIsCountedWhenItDoes() {
    assertThat(take(response("max-age=60", 10))).isTrue();
    assertThat(cache.stats().copies()).isEqualTo(1);
    assertThat(cache.stats().copiesUsed()).isZero();
    assertThat(outcome()).isEqualTo(CacheResult.Outcome.HIT);
    assertThat(outcome()).isEqualTo(CacheResult.Outcome.HIT);
    assertThat(cache.stats().copiesUsed()).isEqualTo(1);
    assertThat(begin().join()).as("it is there").isFalse();
    assertThat(asked).hasSize(1);
  }

  @Test
  void whatWasPurgedOnItsWayIsNotStored() {
    CompletableFuture<Boolean> taken = begin();
    var _ = cache.purge(Purge.of(Purge.Scope.ALL, ""));
    asked.getFirst().onResponse(response("max-age=60", 10), null, 0);
    assertThat(taken.join()).isFalse();
    assertThat(outcome()).isNull();
  }

  @Test
  void whatARequestBroughtMeanwhileStays() {
    CompletableFuture<Boolean> taken = begin();
    assertThat(outcome()).as("no request waits for a copy").isNull();
    assertThat(asked).hasSize(2);
    asked.get(1).onResponse(response("max-age=60", 20), null, 0);
    asked.getFirst().onResponse(response("max-age=60", 10), null, 0);
    assertThat(taken.join()).isFalse();
    assertThat(cache.offering(request())).extracting(Offering::bytes).isEqualTo(20L);
  }

  @Test
  void whatMayNotBeStoredOrIsTooLargeIsNotTaken() {
    assertThat(take(response("private, max-age=60", 10))).isFalse();
    asked.clear();
    assertThat(take(response("no-store", 10))).isFalse();
    asked.clear();
    assertThat(take(response("max-age=60", (int) MOST + 1))).isFalse();
    asked.clear();
    CompletableFuture<Boolean> failed = begin();
    asked.getFirst().onFailure(new FetchFailure(504, "nothing stored", null));
    assertThat(failed.join()).isFalse();
    assertThat(outcome()).isNull();
  }

  @Test
  void offersWhatIsFreshAndForAll() {
    assertThat(cache.offering(request())).isNull();
    assertThat(take(response("max-age=60", 10))).isTrue();
    assertThat(cache.offering(request())).extracting(Offering::bytes).isEqualTo(10L);
    assertThat(cache.offering(request("cookie", "a=b"))).isNull();
    assertThat(cache.offering(request("authorization", "Bearer x"))).isNull();
    var _ = cache.purge(new Purge(Purge.Scope.ALL, "", "", true, 0));
    assertThat(cache.offering(request())).as("to be validated").isNull();
  }

  @Test
  void doesNotOfferWhatIsNearlyStale() {
    assertThat(take(response("max-age=1", 10))).isTrue();
    assertThat(cache.offering(request())).isNull();
  }
}
