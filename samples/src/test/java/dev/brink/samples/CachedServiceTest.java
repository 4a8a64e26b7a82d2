package dev.brink.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.samples.cache.CachedService;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedServiceTest {
  @AutoClose private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger calls = new AtomicInteger();
  @TempDir private Path directory;

  private FullHttpResponse answer(HttpRequest request) {
    return CachedService.page(
        "%s, call %d".formatted(request.uri(), calls.incrementAndGet()),
        "max-age=3600",
        request.uri().startsWith("/lamp") ? "lamps" : "others");
  }

  private HttpResponse<String> get(CachedService service, String path, String... fields)
      throws IOException, InterruptedException {
    var request = java.net.http.HttpRequest.newBuilder(service.uri().resolve(path));
    return client.send(
        fields.length == 0 ? request.build() : request.headers(fields).build(),
        BodyHandlers.ofString());
  }

  @Test
  void asksItsHandlerOnceUntilATagIsPurged() throws Exception {
    try (CachedService service = CachedService.start(directory, 0, this::answer)) {
      assertThat(get(service, "/lamp").body()).isEqualTo("/lamp, call 1");
      HttpResponse<String> hit = get(service, "/lamp");
      assertThat(hit.body()).isEqualTo("/lamp, call 1");
      assertThat(hit.headers().firstValue("cache-status").orElseThrow()).startsWith("shop;hit;");
      assertThat(get(service, "/lamp", "range", "bytes=0-4").body()).isEqualTo("/lamp");
      assertThat(get(service, "/sofa").body()).isEqualTo("/sofa, call 2");
      service.purge("lamps");
      assertThat(get(service, "/lamp").body()).isEqualTo("/lamp, call 3");
      assertThat(get(service, "/sofa").body()).isEqualTo("/sofa, call 2");
      assertThat(service.stats().hits()).isEqualTo(3);
      assertThat(service.stats().fetches()).isEqualTo(3);
      assertThat(service.storeStats().objects()).isPositive();
    }
  }

  @Test
  void isWarmAfterARestartAndKnowsWhatWasPurged() throws Exception {
    int port;
    try (CachedService service = CachedService.start(directory, 0, this::answer)) {
      port = service.uri().getPort();
      get(service, "/lamp");
      get(service, "/sofa");
      service.purge("lamps");
    }
    try (CachedService service = CachedService.start(directory, port, this::answer)) {
      assertThat(get(service, "/sofa").body()).isEqualTo("/sofa, call 2");
      assertThat(get(service, "/lamp").body()).isEqualTo("/lamp, call 3");
    }
  }

  @Test
  void aCrowdIsOneCall() throws Exception {
    var crowd = new CountDownLatch(1);
    Function<HttpRequest, FullHttpResponse> slow =
        request -> {
          try {
            assertThat(crowd.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return answer(request);
        };
    try (CachedService service = CachedService.start(directory, 0, slow)) {
      var request = java.net.http.HttpRequest.newBuilder(service.uri().resolve("/lamp")).build();
      List<CompletableFuture<HttpResponse<String>>> all =
          IntStream.range(0, 20)
              .mapToObj(i -> client.sendAsync(request, BodyHandlers.ofString()))
              .toList();
      crowd.countDown();
      for (CompletableFuture<HttpResponse<String>> one : all) {
        assertThat(one.get(30, TimeUnit.SECONDS).body()).isEqualTo("/lamp, call 1");
      }
    }
  }

  @Test
  void aHandlerThatFailsIsABadGateway() throws Exception {
    Function<HttpRequest, FullHttpResponse> broken =
        request -> {
          throw new IllegalStateException("broken");
        };
    try (CachedService service = CachedService.start(directory, 0, broken)) {
      assertThat(get(service, "/lamp").statusCode()).isEqualTo(502);
    }
  }

  @Test
  void theProgramShowsAHitAndAPurge() throws Exception {
    assertThat(EmbeddingTest.output(() -> CachedService.main(new String[] {directory.toString()})))
        .contains("shop;hit;ttl=")
        .contains("1 hit, 2 fetches");
  }
}
