package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.FunctionException.Code;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamingTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);
  private static final byte[] CHUNK = new byte[64 << 10];
  private static final FunctionLimits GENEROUS =
      new FunctionLimits(
          Duration.ofSeconds(60), Duration.ofSeconds(60), 32L << 20, 1L << 40, 1L << 40, 4);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void textAndJsonBodies() {
    LoadedFunction echo =
        SANDBOX.handler(
            "const { n } = await request.json(); return new Response('n=' + n, { status: 201 })");
    Answered answered = SANDBOX.post(echo, Feed.of("{\"n\":7}")).end();
    assertThat(answered.status()).isEqualTo(201);
    assertThat(answered.text()).isEqualTo("n=7");
    assertThat(answered.report().bytesIn()).isEqualTo(7);
  }

  @Test
  void aLargeBodyIsReadWithinBoundedMemory() {
    LoadedFunction count =
        SANDBOX.load(
            """
            export default { async fetch(request) {
              let bytes = 0;
              for await (const chunk of request.body) bytes += chunk.byteLength;
              return new Response(String(bytes));
            } }
            """,
            GENEROUS);
    long before = HeapGauge.heldBytes();
    Feed gigabyte = Feed.of(CHUNK, 16_384);
    Answered answered = SANDBOX.post(count, gigabyte).end();
    assertThat(answered.text()).isEqualTo(Long.toString(1L << 30));
    assertThat(answered.report().bytesIn()).isEqualTo(1L << 30);
    assertThat(HeapGauge.heldBytes() - before).isLessThan(256L << 20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.body",
        "request.body.pipeThrough(new TransformStream({"
            + " transform(chunk, controller) { controller.enqueue(chunk) } }))",
      })
  void aGigabytePassesThroughWithLittleHeld(String body) {
    LoadedFunction through =
        SANDBOX.load(
            "export default { fetch(request) { return new Response(" + body + ") } }", GENEROUS);
    Feed gigabyte = Feed.of(CHUNK, 16_384);
    var passed = new OneAtATime(gigabyte);
    Answered answered = reading(passed);
    through.invoke(
        Sandbox.invocation(Sandbox.request(HttpMethod.POST, "/"), gigabyte, Duration.ofSeconds(60)),
        answered);
    Sandbox.await("the subscription", () -> passed.from.get() != null);
    passed.request(1);
    assertThat(answered.report().outcome()).isNull();
    assertThat(passed.bytes).hasValue(1L << 30);
    assertThat(passed.mostHeld).hasValueBetween(CHUNK.length, 512 << 10);
  }

  @Test
  void onlyAFewBuffersAreAskedForAhead() {
    LoadedFunction stop =
        SANDBOX.handler(
            """
            const reader = request.body.getReader();
            await reader.read();
            console.log('read one');
            await new Promise((resolve) => setTimeout(resolve, 50));
            return new Response('done');
            """);
    Feed feed = Feed.of(CHUNK, 1_000);
    Answered answered = SANDBOX.post(stop, feed).end();
    assertThat(answered.text()).isEqualTo("done");
    assertThat(feed.sent()).isLessThanOrEqualTo(8);
    assertThat(feed.cancelled).isTrue();
    assertThat(feed.last).isNotNull().extracting(ByteBuf::refCnt).isEqualTo(0);
  }

  @Test
  void aBodyNobodyReadIsSubscribedToAndCancelled() {
    LoadedFunction ignore = SANDBOX.handler("return new Response('x')");
    Feed feed = Feed.of(CHUNK, 10);
    SANDBOX.post(ignore, feed).end();
    assertThat(feed.subscribed).isTrue();
    assertThat(feed.cancelled).isTrue();
    assertThat(feed.sent()).isZero();
  }

  @Test
  void passingTheRequestsBodyOnIsARelay() {
    LoadedFunction relay = SANDBOX.handler("return new Response(request.body)");
    Feed feed = Feed.of(CHUNK, 100);
    Answered answered = SANDBOX.post(relay, feed).end();
    assertThat(answered.bytes()).hasSize(100 * CHUNK.length);
    assertThat(answered.report().bytesIn()).isEqualTo(100L * CHUNK.length);
    assertThat(answered.report().bytesOut()).isEqualTo(100L * CHUNK.length);
    assertThat(answered.report().outcome()).isNull();
  }

  @Test
  void aResponseStreamIsPulledByDemand() {
    LoadedFunction endless =
        SANDBOX.handler(
            """
            let n = 0;
            return new Response(new ReadableStream({
              pull(controller) { n++; controller.enqueue(new Uint8Array(1000)); },
              cancel() { console.log('cancelled after', n); },
            }));
            """);
    var reader = new OneAtATime(null);
    Answered answered = reading(reader);
    endless.invoke(
        Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(30)),
        answered);
    Sandbox.await("the subscription", () -> reader.from.get() != null);
    for (int i = 1; i <= 3; i++) {
      long expected = i;
      reader.request(1);
      Sandbox.await("a chunk", () -> reader.chunks.get() == expected);
    }
    reader.cancel();
    assertThat(answered.report().outcome()).isEqualTo(Code.CANCELLED);
    assertThat(reader.chunks).hasValue(3);
    assertThat(SANDBOX.console).anyMatch(l -> l.matches("INFO cancelled after [3-5]"));
  }

  @Test
  void transformsAndTextStreams() {
    LoadedFunction upper =
        SANDBOX.handler(
            """
            const upper = new TransformStream({
              transform(chunk, controller) { controller.enqueue(chunk.toUpperCase()); },
              flush(controller) { controller.enqueue('!'); },
            });
            return new Response(request.body
              .pipeThrough(new TextDecoderStream())
              .pipeThrough(upper)
              .pipeThrough(new TextEncoderStream()));
            """);
    assertThat(SANDBOX.post(upper, Feed.of("grüße")).end().text()).isEqualTo("GRÜSSE!");
  }

  @Test
  void aStreamThatFailsEndsTheBodyWithAnError() {
    LoadedFunction failing =
        SANDBOX.handler(
            """
            return new Response(new ReadableStream({
              pull(controller) { controller.error(new Error('mid-way')); },
            }, { highWaterMark: 0 }));
            """);
    Answered answered = SANDBOX.get(failing, "/");
    assertThatThrownBy(answered::bytes).hasMessageContaining("mid-way");
    assertThat(answered.end().report().outcome()).isEqualTo(Code.UNCAUGHT);
  }

  @Test
  void bodiesBeyondTheLimitFailWithBodyLimit() {
    var small =
        new FunctionLimits(
            Duration.ofSeconds(5), Duration.ofSeconds(30), 64L << 20, 100_000, 100_000, 4);
    String reads = "export default { async fetch(r) { return new Response(await r.text()) } }";
    Feed feed = Feed.of(CHUNK, 10);
    assertThat(SANDBOX.post(SANDBOX.load(reads, small), feed).failure().code())
        .isEqualTo(Code.BODY_LIMIT);
    String writes = "export default { async fetch(r) { return new Response('x'.repeat(200000)) } }";
    assertThat(SANDBOX.get(SANDBOX.load(writes, small), "/").failure().code())
        .isEqualTo(Code.RESPONSE_LIMIT);
  }

  @Test
  void aBodyTooLargeForMemoryIsRefusedToTheGuest() {
    var small =
        new FunctionLimits(
            Duration.ofSeconds(5), Duration.ofSeconds(30), 1L << 20, 1L << 40, 1L << 40, 4);
    LoadedFunction function =
        SANDBOX.load(
            "export default { async fetch(r) { try { return new Response(await r.text()) }"
                + " catch (e) { return new Response(e.message, { status: 413 }) } } }",
            small);
    Answered answered = SANDBOX.post(function, Feed.of(CHUNK, 100)).end();
    assertThat(answered.status()).isEqualTo(413);
    assertThat(answered.text()).contains("read it as a stream");
    assertThat(SANDBOX.runtime.limitsMet(Limit.WHOLE_BODIES)).isEqualTo(1);

    Feed announced = Feed.of(CHUNK, 100);
    HttpRequest request = Sandbox.request(HttpMethod.POST, "/");
    request.headers().set("content-length", 100 * CHUNK.length);
    Answered atOnce = new Answered();
    function.invoke(Sandbox.invocation(request, announced, Duration.ofSeconds(30)), atOnce);
    assertThat(atOnce.end().text()).isEqualTo(answered.text());
    assertThat(announced.sent()).as("asked for").isZero();
    assertThat(announced.cancelled).isTrue();
  }

  @Test
  void clonesAndTees() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const copy = request.clone();
            const [a, b] = await Promise.all([request.text(), copy.text()]);
            const [left, right] = new Response('tee').body.tee();
            return Response.json([a, b, await new Response(left).text(), await new Response(right).text()]);
            """);
    assertThat(SANDBOX.post(function, Feed.of("abc")).end().text())
        .isEqualTo("[\"abc\",\"abc\",\"tee\",\"tee\"]");
  }

  private static Answered reading(Flow.Subscriber<ByteBuf> reader) {
    return new Answered() {
      @Override
      public void onResponse(
          HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
        if (body != null) {
          body.subscribe(reader);
        }
      }
    };
  }

  /** Asks only when told to; once there, for the next one, where it knows what it is fed with. */
  private static final class OneAtATime implements Flow.Subscriber<ByteBuf> {
    final AtomicReference<Flow.@Nullable Subscription> from = new AtomicReference<>();
    final AtomicLong chunks = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong mostHeld = new AtomicLong();
    private final @Nullable Feed feed;

    OneAtATime(@Nullable Feed feed) {
      this.feed = feed;
    }

    void request(long n) {
      Flow.Subscription subscription = from.get();
      if (subscription != null) {
        subscription.request(n);
      }
    }

    void cancel() {
      Flow.Subscription subscription = from.get();
      if (subscription != null) {
        subscription.cancel();
      }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      from.set(subscription);
    }

    @Override
    public void onNext(ByteBuf part) {
      chunks.incrementAndGet();
      long before = bytes.getAndAdd(part.readableBytes());
      part.release();
      if (feed != null) {
        long held = feed.sent() * CHUNK.length - before;
        mostHeld.accumulateAndGet(held, Math::max);
        request(1);
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }
}
