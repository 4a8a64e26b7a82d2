package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.FileOrigin.Reader;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What fails behind a slow store, or in one, leaves nobody waiting. */
class FaultyStoreTest {
  private final StagedStore store = new StagedStore();

  /** Completes when the others of the mesh have heard of a change. */
  private final CompletableFuture<Long> told = new CompletableFuture<>();

  @AutoClose
  private final TestOrigin origin =
      new TestOrigin(HttpCache.builder(store).invalidator((space, urls, kept) -> told));

  private static HttpCache.Running unreachable(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Upstream.Listener listener) {
    throw new IllegalStateException("no connection");
  }

  @Test
  void whoWaitsForTheStoreHearsThatTheUpstreamFailed() {
    store.slow = true;
    var client = new Client();
    CacheRequest request = origin.request(HttpMethod.GET, "/a");
    var _ = origin.cache.handle(request, FaultyStoreTest::unreachable, client);
    store.loading.remove().complete(null);
    assertThat(client.failure).isNotNull();
    store.slow = false;
    assertThat(origin.reply(200, "a").get("/a").body).hasToString("a");
  }

  @Test
  void aFetchThatCouldNotBeginIsSharedByNobody() {
    CacheRequest request = origin.request(HttpMethod.GET, "/a");
    assertThatThrownBy(
            () -> origin.cache.handle(request, FaultyStoreTest::unreachable, new Client()))
        .hasMessage("no connection");
    assertThat(origin.reply(200, "a").get("/a").body).hasToString("a");
  }

  @Test
  void whoHasChangedSomethingHearsThatTheAnswerWasLost() {
    Client client = origin.send(HttpMethod.POST, "/a");
    FullHttpResponse response =
        TestOrigin.response(200, "made", "cache-control", "max-age=60", "content-location", "/a");
    origin.waiting.removeFirst().onResponse(response, null, 0);
    store.full = true;
    told.complete(0L);
    assertThat(client.failure).isNotNull();
    assertThat(response.refCnt()).isZero();
  }

  @Test
  void whoReadsASliceHearsThatTheNextOneCannotBeFetched() {
    var file = new FileOrigin(10 << 20);
    Reader first = file.get(origin.cache, "range", "bytes=0-1048575");
    assertThat(first.complete).isTrue();
    store.slow = true;
    var client = new Client();
    CacheRequest request = origin.request(HttpMethod.GET, "/file", "range", "bytes=2000000-");
    var _ = origin.cache.handle(request, FaultyStoreTest::unreachable, client);
    while (!store.loading.isEmpty()) {
      store.loading.remove().complete(null);
    }
    assertThat(client.broken).hasMessage("no connection");
  }

  private static void breakOff(Flow.Subscriber<? super ByteBuf> to) {
    to.onSubscribe(new Body());
    to.onNext(Unpooled.wrappedBuffer(new byte[10_000]));
    throw new IllegalStateException("no body");
  }

  @Test
  void aBodyThatCouldNotBeReadTakesNoRoom() {
    String[] headers = {"cache-control", "max-age=60"};
    CacheRequest request = origin.request(HttpMethod.GET, "/a");
    assertThatThrownBy(
            () ->
                origin.cache.put(
                    request, TestOrigin.streaming(200, headers), FaultyStoreTest::breakOff))
        .hasMessage("no body");
    assertThat(origin.cache.storeStats().draftBytes()).isZero();
    var _ = origin.cache.take(request, origin, 4, 100_000);
    Upstream.Listener listener = origin.waiting.removeFirst();
    assertThatThrownBy(
            () ->
                listener.onResponse(
                    TestOrigin.streaming(200, headers), FaultyStoreTest::breakOff, 0))
        .hasMessage("no body");
    assertThat(origin.cache.storeStats().draftBytes()).isZero();
  }

  @Test
  void aCopyThatCannotBeTakenIsOver() {
    CacheRequest request = origin.request(HttpMethod.GET, "/a");
    CompletionStage<Boolean> unreached =
        origin.cache.take(request, FaultyStoreTest::unreachable, 4, 1000);
    assertThat(unreached.toCompletableFuture()).isCompletedWithValue(false);
    CompletionStage<Boolean> unstored = origin.cache.take(request, origin, 4, 1000);
    store.full = true;
    FullHttpResponse response = TestOrigin.response(200, "copy", "cache-control", "max-age=60");
    Upstream.Listener listener = origin.waiting.removeFirst();
    assertThatThrownBy(() -> listener.onResponse(response, null, 0)).hasMessage("no memory");
    assertThat(unstored.toCompletableFuture()).isCompletedWithValue(false);
    assertThat(response.refCnt()).isZero();
  }
}
