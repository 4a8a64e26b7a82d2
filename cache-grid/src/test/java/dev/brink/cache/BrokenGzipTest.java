package dev.brink.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Client;
import dev.brink.cache.store.MemoryStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an origin says is gzip, and is not: nobody finds it a second time. */
class BrokenGzipTest {
  private TestOrigin origin = new TestOrigin();

  @AfterEach
  void close() {
    origin.close();
  }

  /** An origin whose response to everything is said to be gzip; whole, or in two pieces. */
  private static final class Zipping implements Upstream, Flow.Subscription {
    private final byte[] coded;
    private final boolean streams;
    private Flow.@Nullable Subscriber<? super ByteBuf> to;
    int asked;
    int insisted;
    boolean cancelled;

    Zipping(byte[] coded, boolean streams) {
      this.coded = coded;
      this.streams = streams;
    }

    @Override
    public HttpCache.Running fetch(
        HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Listener listener) {
      asked++;
      String[] fields = {"content-encoding", "gzip", "cache-control", "max-age=60"};
      HttpResponse head = TestOrigin.streaming(200, fields);
      if (streams) {
        listener.onResponse(head, this::begin, 0);
      } else {
        FullHttpResponse full = TestOrigin.response(200, "", fields);
        listener.onResponse(full.replace(Unpooled.wrappedBuffer(coded)), null, 0);
      }
      return () -> {};
    }

    @Override
    public HttpCache.Running fetchFromSource(HttpRequest request, Listener listener) {
      insisted++;
      return fetch(request, null, listener);
    }

    private void begin(Flow.Subscriber<? super ByteBuf> subscriber) {
      to = subscriber;
      subscriber.onSubscribe(this);
    }

    void send(int from, int end) {
      requireNonNull(to).onNext(Unpooled.copiedBuffer(coded, from, end - from));
    }

    void end() {
      requireNonNull(to).onComplete();
    }

    @Override
    public void request(long n) {
      // Comes when the test says so.
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  private BytesClient ask(Upstream upstream, String... headers) {
    var client = new BytesClient();
    var _ = origin.cache.handle(origin.request(HttpMethod.GET, "/z", headers), upstream, client);
    return client;
  }

  /** Does not compress to nothing. */
  private static String text(int length) {
    var random = new Random(length);
    var text = new StringBuilder();
    while (text.length() < length) {
      text.append((char) (' ' + random.nextInt(95)));
    }
    return text.toString();
  }

  /** Something else follows what is gzip, as an error page may. */
  private static byte[] spoilt(int length) throws IOException {
    byte[] coded = BytesClient.gzip(text(length).getBytes(UTF_8));
    byte[] page = "<html>Something went wrong here".getBytes(UTF_8);
    byte[] both = Arrays.copyOf(coded, coded.length + page.length);
    System.arraycopy(page, 0, both, coded.length, page.length);
    return both;
  }

  private static byte[] cut(int length) throws IOException {
    byte[] coded = BytesClient.gzip(text(length).getBytes(UTF_8));
    return Arrays.copyOf(coded, coded.length - 20);
  }

  private void assertAskedAgain() {
    origin.reply(200, "mended", "cache-control", "max-age=60");
    Client next = origin.get("/z");
    assertThat(next.body).hasToString("mended");
    assertThat(next.outcome()).isEqualTo(Outcome.MISS);
    assertThat(origin.requests).hasSize(1);
    assertThat(origin.insisted).as("no other cache may answer with the same").isOne();
    assertThat(origin.get("/z").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void littleIsAnErrorAtOnce() throws Exception {
    var broken = new Zipping(spoilt(5000), false);
    BytesClient plain = ask(broken);
    assertThat(plain.head).isNull();
    assertThat(plain.broken).hasMessageContaining("not the gzip that it says it is");
    assertThat(broken.asked).isOne();
    assertAskedAgain();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aHitThatIsBrokenIsFetchedAnew(boolean cut) throws Exception {
    byte[] coded = cut ? cut(5000) : spoilt(5000);
    var broken = new Zipping(coded, false);
    assertThat(ask(broken, "accept-encoding", "gzip").body.toByteArray()).isEqualTo(coded);
    assertThat(ask(broken, "accept-encoding", "gzip").body.toByteArray()).isEqualTo(coded);
    assertThat(broken.asked).isOne();
    assertAskedAgain();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsLargeBreaksOffAndIsFetchedAnewByTheNext(boolean hit) throws Exception {
    var broken = new Zipping(hit ? cut(300_000) : spoilt(300_000), false);
    if (hit) {
      assertThat(ask(broken, "accept-encoding", "gzip").complete).isTrue();
    }
    BytesClient plain = ask(broken);
    assertThat(plain.head).isNotNull();
    assertThat(plain.broken).isNotNull();
    assertThat(plain.complete).isFalse();
    assertThat(broken.asked).isOne();
    assertAskedAgain();
  }

  @Test
  void whoTakesGzipReadsOnWhenAnotherFindsItBroken() throws Exception {
    byte[] coded = spoilt(300_000);
    var broken = new Zipping(coded, true);
    BytesClient zipped = ask(broken, "accept-encoding", "gzip");
    BytesClient plain = ask(broken);
    broken.send(0, coded.length - 10);
    assertThat(plain.head).as("it has begun").isNotNull();
    assertThat(plain.broken).isNotNull();
    assertThat(broken.cancelled).isFalse();
    assertAskedAgain();
    broken.send(coded.length - 10, coded.length);
    broken.end();
    assertThat(zipped.body.toByteArray()).isEqualTo(coded);
    assertThat(zipped.complete).isTrue();
    assertThat(origin.get("/z").body).as("what came later stays").hasToString("mended");
  }

  @Test
  void whatEndsEarlyIsNotKept() throws Exception {
    byte[] coded = cut(300_000);
    var broken = new Zipping(coded, true);
    BytesClient plain = ask(broken);
    broken.send(0, coded.length);
    assertThat(plain.broken).isNull();
    broken.end();
    assertThat(plain.broken).isNotNull();
    assertAskedAgain();
  }

  @Test
  void whatNobodyCanReadIsNotFetchedOn() throws Exception {
    byte[] coded = spoilt(300_000);
    var broken = new Zipping(coded, true);
    BytesClient plain = ask(broken);
    broken.send(0, coded.length - 10);
    assertThat(plain.broken).isNotNull();
    assertThat(broken.cancelled).isTrue();
  }

  @Test
  void aBombIsWhatItSays() throws Exception {
    var bomb = new Zipping(BytesClient.gzip(new byte[64 << 20]), false);
    assertThat(ask(bomb).broken).isNotNull();
    assertThat(ask(bomb, "accept-encoding", "gzip").complete).isTrue();
    assertThat(bomb.asked).as("it is kept").isOne();
  }

  @Test
  void whatCannotBeMadeDenserForThatIsDropped() throws Exception {
    origin.close();
    DenseCoding any =
        new DenseCoding() {
          @Override
          public String token() {
            return "br";
          }

          @Override
          public Encoder begin() {
            return new Encoder() {
              @Override
              public byte[] write(byte[] piece) {
                return new byte[0];
              }

              @Override
              public byte[] finish() {
                return new byte[] {1};
              }

              @Override
              public void close() {}
            };
          }
        };
    origin = new TestOrigin(HttpCache.builder(MemoryStore.ofBytes(8 << 20)).denseCoding(any));
    var broken = new Zipping(cut(5000), false);
    long end = System.nanoTime() + 20_000_000_000L;
    while (broken.asked < 2) {
      assertThat(ask(broken, "accept-encoding", "gzip, br").header("content-encoding"))
          .isEqualTo("gzip");
      assertThat(System.nanoTime() - end).as("time").isNegative();
    }
    assertThat(broken.insisted).isOne();
  }
}
