package dev.brink.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Origins that have more than gzip, and clients that take it or don't. */
class AcceptedCodingsTest {
  private static final String TEXT =
      "All work and no play makes the mesh a dull place. ".repeat(400);

  @AutoClose private final TestOrigin origin = new TestOrigin();

  /** An origin that has its text in some codings; what it was asked for. */
  private static final class Negotiating implements Upstream {
    final List<String> asked = new ArrayList<>();
    int validated;
    private final List<String> codings;
    private final String[] headers;

    Negotiating(String... headers) {
      this(List.of("br", "gzip"), headers);
    }

    /**
     * @param codings the best first; what is not one that it knows is sent to all
     */
    Negotiating(List<String> codings, String... headers) {
      this.codings = codings;
      this.headers = headers;
    }

    @Override
    public HttpCache.Running fetch(
        HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Upstream.Listener to) {
      String takes = request.headers().get("accept-encoding", "");
      asked.add(takes);
      FullHttpResponse head = TestOrigin.response(200, "", headers);
      String etag = head.headers().get("etag");
      if (etag != null && request.headers().get("if-none-match", "").contains(etag)) {
        validated++;
        head = TestOrigin.response(304, "", headers);
      }
      head.headers().set("cache-control", "max-age=60");
      byte[] bytes = new byte[0];
      if (head.status().code() == 200) {
        bytes = TEXT.getBytes(UTF_8);
        for (String coding : codings) {
          if (coding.contains(",") || takes.contains(coding)) {
            head.headers().set("content-encoding", coding);
            bytes = coded(coding);
            break;
          }
        }
      }
      to.onResponse(head.replace(Unpooled.wrappedBuffer(bytes)), null, 0);
      return () -> {};
    }

    private static byte[] coded(String coding) {
      if (!coding.equals("gzip")) {
        // Nobody decodes it on the way.
        return ("in " + coding).getBytes(UTF_8);
      }
      try {
        return BytesClient.gzip(TEXT.getBytes(UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private BytesClient ask(Upstream source, @Nullable String takes) {
    var client = new BytesClient();
    String[] headers = takes == null ? new String[0] : new String[] {"accept-encoding", takes};
    var _ = origin.cache.handle(origin.request(HttpMethod.GET, "/n", headers), source, client);
    return client;
  }

  @Test
  void brotliOfTheOriginIsForThoseWhoTakeItAndGzipForAllOthers() throws Exception {
    var source = new Negotiating("vary", "Accept-Encoding");
    assertThat(ask(source, "gzip, deflate, br, zstd").header("content-encoding")).isEqualTo("br");
    for (String takes : List.of("gzip, deflate, br", "BR;q=1.0, gzip;q=0.8, *;q=0.1", "br")) {
      assertThat(ask(source, takes).header("content-encoding")).as(takes).isEqualTo("br");
    }
    assertThat(source.asked).containsExactly("zstd, br, gzip");

    assertThat(ask(source, "gzip, deflate").unzipped()).isEqualTo(TEXT);
    assertThat(source.asked).containsExactly("zstd, br, gzip", "gzip");
    assertThat(ask(source, "gzip, br;q=0.5").unzipped()).isEqualTo(TEXT);
    assertThat(ask(source, null).body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(ask(source, "identity").body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(ask(source, "gzip, br").header("content-encoding")).isEqualTo("br");
    assertThat(ask(source, "br;q=0, gzip").unzipped()).isEqualTo(TEXT);
    assertThat(source.asked).hasSize(2);
  }

  @Test
  void brotliGoesToNobodyElseThoughItsOriginForgotVary() {
    var source = new Negotiating();
    BytesClient first = ask(source, "br, gzip");
    assertThat(first.header("content-encoding")).isEqualTo("br");
    assertThat(first.header("vary")).isEqualTo("accept-encoding");
    assertThat(ask(source, null).body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(ask(source, "br, gzip").header("content-encoding")).isEqualTo("br");
    assertThat(source.asked).containsExactly("br, gzip", "");
  }

  @Test
  void whatAnOriginHasInGzipAloneIsFetchedOnceForAll() throws Exception {
    var source = new Negotiating(List.of("gzip"), "vary", "Accept-Encoding");
    assertThat(ask(source, "gzip, deflate").unzipped()).isEqualTo(TEXT);
    assertThat(ask(source, "gzip, deflate, br, zstd").unzipped()).isEqualTo(TEXT);
    assertThat(ask(source, null).body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(source.asked).containsExactly("gzip");
  }

  /** As from servers that compress on the way. */
  @Test
  void oneTagForAllCodingsMakesNobodyGetBrotliWhoCannotReadIt() throws Exception {
    var source = new Negotiating("vary", "Accept-Encoding", "etag", "W/\"same\"");
    assertThat(ask(source, "br, gzip").header("content-encoding")).isEqualTo("br");
    assertThat(ask(source, "gzip").unzipped()).isEqualTo(TEXT);
    assertThat(ask(source, null).body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(source.validated).isZero();

    origin.pass(61);
    assertThat(ask(source, null).body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(ask(source, "gzip").unzipped()).isEqualTo(TEXT);
    assertThat(ask(source, "br, gzip").header("content-encoding")).isEqualTo("br");
    assertThat(source.validated).as("what is stored is good still").isEqualTo(2);
    assertThat(source.asked).hasSize(4);
  }

  @Test
  void brotliInTwoLayersIsNotForAllEither() {
    var source = new Negotiating(List.of("gzip, BR"));
    assertThat(ask(source, "br, gzip").header("vary")).isEqualTo("accept-encoding");
    assertThat(ask(source, "gzip").header("content-encoding")).isEqualTo("gzip, BR");
    assertThat(source.asked).as("it has nothing else").containsExactly("br, gzip", "gzip");
  }

  @Test
  void whatAnOriginSendsAsItIsToWhoTakesMoreSuitsWhoTakesLess() {
    origin.reply(
        200,
        "png",
        "cache-control",
        "max-age=60",
        "content-type",
        "image/png",
        "vary",
        "Accept-Encoding");
    assertThat(origin.get("/p", "accept-encoding", "gzip, br, zstd").body).hasToString("png");
    assertThat(origin.get("/p", "accept-encoding", "gzip, br").body).hasToString("png");
    assertThat(origin.get("/p", "accept-encoding", "gzip").body).hasToString("png");
    assertThat(origin.get("/p").body).hasToString("png");
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void aStrictCacheTakesTheOriginsVaryAsItIs() {
    origin.policy = CachePolicy.builder().strict(true).build();
    var source = new Negotiating("vary", "Accept-Encoding");
    ask(source, "gzip, br, zstd");
    ask(source, "gzip, br");
    ask(source, "br, gzip");
    assertThat(source.asked).containsExactly("gzip, br, zstd", "gzip, br");
    origin.reply(200, "for all", "cache-control", "max-age=60");
    assertThat(origin.get("/n", "accept-encoding", "deflate").body).hasToString("for all");
    assertThat(origin.get("/n", "accept-encoding", "br").body).hasToString("for all");
    assertThat(origin.requests).hasSize(1);
  }
}
