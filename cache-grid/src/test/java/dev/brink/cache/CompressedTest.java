package dev.brink.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that are stored in gzip, once, and given to everybody as they want them. */
class CompressedTest {
  private static final String TEXT =
      "All work and no play makes the mesh a dull place. ".repeat(400);

  @AutoClose private final TestOrigin origin = new TestOrigin();

  private BytesClient zipped(String path) {
    var client = new BytesClient();
    var _ =
        origin.cache.handle(
            origin.request(HttpMethod.GET, path, "accept-encoding", "br, gzip;q=0.8"),
            origin,
            client);
    return client;
  }

  /** An origin whose one response is in gzip. */
  private static Upstream zipping(byte[] coded, String... headers) {
    return (HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Upstream.Listener to) -> {
      FullHttpResponse response = TestOrigin.response(200, "", headers);
      response.headers().set("content-encoding", "gzip").set("cache-control", "max-age=60");
      to.onResponse(response.replace(Unpooled.wrappedBuffer(coded)), null, 0);
      return () -> {};
    };
  }

  @Test
  void textIsStoredOnceAndServedAsItIsWanted() throws Exception {
    origin.reply(
        200,
        TEXT,
        "cache-control",
        "max-age=60",
        "content-type",
        "text/html; charset=utf-8",
        "etag",
        "\"v1\"");
    BytesClient first = zipped("/a");
    assertThat(first.header("content-encoding")).isEqualTo("gzip");
    assertThat(first.header("vary")).isEqualTo("accept-encoding");
    assertThat(first.header("etag")).as("not the bytes that it names").isEqualTo("W/\"v1\"");
    assertThat(first.unzipped()).isEqualTo(TEXT);
    assertThat(origin.cache.storeStats().bytes()).isLessThan(TEXT.length() / 4);
    assertThat(origin.requests.getFirst().headers().get("accept-encoding")).isEqualTo("br, gzip");

    Client plain = origin.get("/a");
    assertThat(plain.outcome()).isEqualTo(Outcome.HIT);
    assertThat(plain.body).hasToString(TEXT);
    assertThat(plain.header("content-encoding")).isNull();
    assertThat(plain.header("etag")).isEqualTo("\"v1\"");
    assertThat(plain.header("vary")).isEqualTo("accept-encoding");
    assertThat(origin.get("/a", "accept-encoding", "gzip;q=0, *;q=0.5").body).hasToString(TEXT);
    BytesClient second = zipped("/a");
    assertThat(second.unzipped()).isEqualTo(TEXT);
    assertThat(second.header("content-length")).isEqualTo(Integer.toString(second.body.size()));
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void whatTheOriginCompressedIsDecodedForWhoTakesNoGzip() throws Exception {
    Upstream source =
        zipping(
            BytesClient.gzip(TEXT.getBytes(UTF_8)),
            "etag",
            "\"z1\"",
            "vary",
            "Origin, Accept-Encoding");
    var client = new BytesClient();
    var _ =
        origin.cache.handle(
            origin.request(HttpMethod.GET, "/z", "accept-encoding", "gzip"), source, client);
    assertThat(client.unzipped()).isEqualTo(TEXT);
    assertThat(client.header("etag")).isEqualTo("\"z1\"");
    Client plain = origin.get("/z");
    assertThat(plain.outcome()).isEqualTo(Outcome.HIT);
    assertThat(plain.body).hasToString(TEXT);
    assertThat(plain.header("etag")).isEqualTo("W/\"z1\"");
    assertThat(plain.header("content-encoding")).isNull();
    assertThat(origin.requests).isEmpty();
    assertThat(origin.get("/z", "origin", "https://other.example").outcome())
        .as("it still varies by the rest")
        .isNull();
  }

  @Test
  void whoReadsAlongGetsEachPieceAsItComes() throws Exception {
    BytesClient coded = zipped("/slow");
    var reading = new Client();
    var _ = origin.begin(reading, HttpMethod.GET, "/slow");
    Body body = origin.answer(200, "cache-control", "max-age=60", "content-type", "text/plain");
    body.send("first ");
    assertThat(reading.body).hasToString("first ");
    assertThat(coded.body.size()).isPositive();
    body.send("second");
    assertThat(reading.body).hasToString("first second");
    body.end();
    assertThat(reading.complete).isTrue();
    assertThat(coded.unzipped()).isEqualTo("first second");
    assertThat(origin.get("/slow").body).hasToString("first second");
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void aBodyThatBreaksOffIsNeverTakenForWhole() {
    BytesClient coded = zipped("/b");
    var plain = new Client();
    var _ = origin.begin(plain, HttpMethod.GET, "/b");
    Body body = origin.answer(200, "cache-control", "max-age=60", "content-type", "text/plain");
    body.send("begun");
    body.breakOff();
    assertThat(plain.broken).isNotNull();
    assertThat(plain.complete).isFalse();
    assertThat(coded.broken).isNotNull();
    assertThat(coded.complete).isFalse();
  }

  @Test
  void conditionsHoldWhicheverBytesAClientHas() {
    origin.reply(
        200,
        TEXT,
        "cache-control",
        "max-age=60",
        "content-type",
        "application/json",
        "etag",
        "\"v1\"");
    zipped("/a");
    assertThat(origin.get("/a", "if-none-match", "\"v1\"").status()).isEqualTo(304);
    assertThat(origin.get("/a", "if-none-match", "W/\"v1\"", "accept-encoding", "gzip").status())
        .isEqualTo(304);
    Client ranged = origin.get("/a", "range", "bytes=0-9", "accept-encoding", "gzip");
    assertThat(ranged.status()).as("ranges are of the bytes that came").isEqualTo(200);
    Client plainRange = origin.get("/a", "range", "bytes=0-9");
    assertThat(plainRange.status()).isEqualTo(200);
    assertThat(plainRange.body).hasToString(TEXT);
    Client head = origin.send(HttpMethod.HEAD, "/a");
    assertThat(head.header("content-length")).isNull();
    assertThat(head.header("content-encoding")).isNull();
    origin.pass(61);
    origin.reply(304, "", "etag", "\"v1\"", "cache-control", "max-age=60");
    assertThat(origin.get("/a").body).hasToString(TEXT);
    assertThat(origin.requests.getLast().headers().get("if-none-match"))
        .as("the origin's own tag")
        .isEqualTo("\"v1\"");
    assertThat(zipped("/a").header("content-encoding")).isEqualTo("gzip");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "content-type | image/png",
        "content-type | text/event-stream",
        "content-encoding | compress",
        "content-digest | sha-256=:AAAA:",
        "repr-digest | sha-256=:AAAA:",
      })
  void whatGainsNothingOrMayNotBeChangedIsStoredAsItCame(String name, String value) {
    if (!name.equals("content-type")) {
      origin.reply(
          200, TEXT, "cache-control", "max-age=60", "content-type", "text/html", name, value);
    } else {
      origin.reply(200, TEXT, "cache-control", "max-age=60", name, value);
    }
    assertThat(zipped("/a").body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(origin.get("/a").body).hasToString(TEXT);
  }

  @Test
  void whatWasFetchedForAClientWithoutGzipIsStoredAsItCame() {
    origin.reply(200, TEXT, "cache-control", "max-age=60", "content-type", "text/html");
    assertThat(origin.get("/a").body).hasToString(TEXT);
    BytesClient later = zipped("/a");
    assertThat(later.header("content-encoding")).isNull();
    assertThat(later.body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void noTransformAndShortAndStrictStayAsTheyCame() {
    origin.reply(
        200, TEXT, "cache-control", "max-age=60, no-transform", "content-type", "text/html");
    assertThat(zipped("/a").body.toString(UTF_8)).isEqualTo(TEXT);
    origin.reply(200, "short", "cache-control", "max-age=60", "content-type", "text/html");
    assertThat(zipped("/b").body.toString(UTF_8)).isEqualTo("short");
    origin.policy = CachePolicy.builder().strict(true).build();
    origin.reply(200, TEXT, "cache-control", "max-age=60", "content-type", "text/html");
    assertThat(zipped("/c").body.toString(UTF_8)).isEqualTo(TEXT);
    assertThat(origin.requests.getLast().headers().get("accept-encoding"))
        .isEqualTo("br, gzip;q=0.8");
    origin.policy = CachePolicy.builder().compress(false).build();
    origin.reply(200, TEXT, "cache-control", "max-age=60", "content-type", "text/html");
    assertThat(zipped("/d").body.toString(UTF_8)).isEqualTo(TEXT);
  }

  @ParameterizedTest
  @ValueSource(ints = {16_383, 16_384, 32_768, 65_536})
  void piecesThatAreJustFullAreWhole(int length) throws Exception {
    String text = "a".repeat(length);
    Upstream source = zipping(BytesClient.gzip(text.getBytes(UTF_8)));
    var plain = new BytesClient();
    var _ = origin.cache.handle(origin.request(HttpMethod.GET, "/full"), source, plain);
    assertThat(plain.complete).isTrue();
    assertThat(plain.body.toString(UTF_8)).isEqualTo(text);
    origin.reply(200, text, "cache-control", "max-age=60", "content-type", "text/plain");
    assertThat(zipped("/made").unzipped()).isEqualTo(text);
    assertThat(origin.get("/made").body).hasToString(text);
    assertThat(origin.get("/made").body).hasToString(text);
  }

  @Test
  void membersAndPaddingAreRead() throws Exception {
    var two = new ByteArrayOutputStream();
    two.writeBytes(BytesClient.gzip("first ".getBytes(UTF_8)));
    two.writeBytes(BytesClient.gzip("second".getBytes(UTF_8)));
    two.writeBytes(new byte[7]);
    var plain = new BytesClient();
    var _ =
        origin.cache.handle(
            origin.request(HttpMethod.GET, "/two"), zipping(two.toByteArray()), plain);
    assertThat(plain.body.toString(UTF_8)).isEqualTo("first second");
    assertThat(plain.complete).isTrue();
  }

  @Test
  void aBodyShorterThanAnnouncedIsNeverStoredAsWhole() {
    BytesClient coded = zipped("/short");
    var plain = new Client();
    var _ = origin.begin(plain, HttpMethod.GET, "/short");
    Body body =
        origin.answer(
            200,
            "cache-control",
            "max-age=60",
            "content-type",
            "text/plain",
            "content-length",
            "5000");
    body.send("x".repeat(3000));
    body.end();
    assertThat(plain.broken).isNotNull();
    assertThat(plain.complete).isFalse();
    assertThat(coded.broken).isNotNull();
    assertThat(coded.complete).isFalse();
    origin.reply(200, "whole", "cache-control", "max-age=60");
    assertThat(origin.get("/short").body).hasToString("whole");
  }

  @Test
  void aBrowserFindsASmallPictureThatVariesByCoding() {
    origin.reply(
        200,
        "png",
        "cache-control",
        "max-age=60",
        "content-type",
        "image/png",
        "vary",
        "Accept-Encoding");
    for (int i = 0; i < 3; i++) {
      assertThat(origin.get("/p", "accept-encoding", "gzip, deflate, br").body).hasToString("png");
    }
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void a304OfTheUncompressedFileLeavesTheTagAsItIs() throws Exception {
    Upstream source = zipping(BytesClient.gzip(TEXT.getBytes(UTF_8)), "etag", "W/\"z\"");
    var client = new BytesClient();
    var _ =
        origin.cache.handle(
            origin.request(HttpMethod.GET, "/z", "accept-encoding", "gzip"), source, client);
    origin.pass(61);
    origin.reply(304, "", "etag", "\"z\"", "cache-control", "max-age=60");
    assertThat(origin.get("/z").body).hasToString(TEXT);
    assertThat(origin.requests.getLast().headers().get("accept-encoding")).isEqualTo("gzip");
    assertThat(zipped("/z").header("etag")).isEqualTo("W/\"z\"");
  }

  @Test
  void aBombIsNotUnpacked() throws Exception {
    Upstream source = zipping(BytesClient.gzip(new byte[64 << 20]));
    var plain = new BytesClient();
    var _ = origin.cache.handle(origin.request(HttpMethod.GET, "/bomb"), source, plain);
    assertThat(plain.broken).hasMessageContaining("in gzip (expected: at most 250 times");
    assertThat(plain.complete).isFalse();
    assertThat(plain.body.size()).isLessThan(18 << 20);
  }

  @Test
  void brokenGzipBreaksTheAnswerOff() throws Exception {
    byte[] coded = BytesClient.gzip(TEXT.getBytes(UTF_8));
    byte[] spoilt = coded.clone();
    spoilt[coded.length / 2] ^= 0x55;
    var client = new BytesClient();
    var _ = origin.cache.handle(origin.request(HttpMethod.GET, "/spoilt"), zipping(spoilt), client);
    assertThat(client.broken).isNotNull();
    assertThat(client.complete).isFalse();
    byte[] cut = java.util.Arrays.copyOf(coded, coded.length - 20);
    var other = new BytesClient();
    var _ = origin.cache.handle(origin.request(HttpMethod.GET, "/cut"), zipping(cut), other);
    assertThat(other.broken).as("it ended early").isNotNull();
    assertThat(other.complete).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 16_384, 32_768, 65_536, 100_000, 700_000})
  void whatDoesNotCompressIsWholeAllTheSame(int length) throws Exception {
    var random = new Random(length);
    var text = new StringBuilder();
    while (text.length() < length) {
      text.append((char) (' ' + random.nextInt(95)));
    }
    origin.reply(200, text.toString(), "cache-control", "max-age=60", "content-type", "text/plain");
    assertThat(zipped("/r").unzipped()).isEqualTo(text.toString());
    assertThat(origin.get("/r").body).hasToString(text.toString());
    var slow = new Client();
    slow.ask = 1;
    var _ = origin.begin(slow, HttpMethod.GET, "/r");
    for (int i = 0; i < 10_000 && !slow.complete; i++) {
      requireNonNull(slow.subscription).request(1);
    }
    assertThat(slow.body).hasToString(text.toString());
  }
}
