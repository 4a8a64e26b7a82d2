package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was given to {@code waitUntil} when the caller goes before the response's end. */
class WaitUntilTest {
  /** Waits until the handler's request was aborted, and a little longer. */
  private static final String AFTERWARDS =
      """
      const { signal } = request;
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      const later = async () => {
        await aborted;
        await scheduler.wait(20);
        console.log('later', signal.reason.name, new Request(request).signal.aborted);
      };
      """;

  private final Sandbox sandbox = Sandbox.of(1);

  @AfterEach
  void close() {
    sandbox.close();
  }

  private LoadedFunction.Running call(LoadedFunction function, Answered answered) {
    return call(function, HttpMethod.GET, answered);
  }

  private LoadedFunction.Running call(
      LoadedFunction function, HttpMethod method, Answered answered) {
    return function.invoke(
        Sandbox.invocation(Sandbox.request(method, "http://host/"), null, Duration.ofSeconds(30)),
        answered);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "new Response('late')",
        "new Response(new ReadableStream({ cancel() { console.log('dropped'); } }))",
        "undefined"
      })
  void goesOnAfterACallerThatWasNotAnswered(String response) {
    LoadedFunction function =
        sandbox.handler(
            AFTERWARDS
                + "ctx.waitUntil(later()); console.log('in'); await aborted; await null; return "
                + response);
    var answered = new Answered();
    LoadedFunction.Running running = call(function, answered);
    Sandbox.await("the handler runs", () -> sandbox.console.contains("INFO in"));
    running.cancel();
    running.cancel();
    assertThat(answered.failure().code()).isEqualTo(Code.CANCELLED);
    InvocationReport report = answered.end().report();
    assertThat(report.outcome()).isEqualTo(Code.CANCELLED);
    assertThat(report.bytesOut()).isZero();
    assertThat(report.cpuNanos()).isPositive();
    assertThat(sandbox.console).contains("INFO later AbortError true");
    assertThat(sandbox.console.contains("INFO dropped")).isEqualTo(response.contains("dropped"));
  }

  @Test
  void goesOnAfterACallerThatLeavesAStream() {
    LoadedFunction function =
        sandbox.handler(
            AFTERWARDS
                + """
                ctx.waitUntil(later());
                return new Response(new ReadableStream({
                  start(controller) { controller.enqueue(new Uint8Array(10)); },
                  cancel() { console.log('dropped'); },
                }));
                """);
    var answered = new Streamed();
    LoadedFunction.Running running = call(function, answered);
    assertThat(answered.status()).isEqualTo(200);
    Sandbox.await("some of it has come", () -> answered.bytes.get() > 0);
    running.cancel();
    InvocationReport report = answered.end().report();
    assertThat(report.outcome()).isEqualTo(Code.CANCELLED);
    assertThat(report.bytesOut()).isEqualTo(10);
    assertThat(answered.error.get()).hasMessageContaining("gone");
    assertThat(sandbox.console)
        .containsExactlyInAnyOrder("INFO dropped", "INFO later AbortError true");
  }

  /** As a function's that reads the beginning of another one's answer. */
  @ParameterizedTest
  @CsvSource({"GET, true", "HEAD, false"})
  void hearsOfAReaderThatLeavesAStream(String method, boolean aborts) {
    LoadedFunction function =
        sandbox.handler(
            """
            request.signal.addEventListener('abort', () => console.log(request.signal.reason.name));
            return new Response(new ReadableStream({
              start(controller) { controller.enqueue(new Uint8Array(10)); },
              cancel() { console.log('dropped'); },
            }));
            """);
    var answered = new Streamed();
    call(function, HttpMethod.valueOf(method), answered);
    assertThat(answered.status()).isEqualTo(200);
    Sandbox.await("some of it has come", () -> answered.bytes.get() > 0);
    answered.leave();
    assertThat(answered.end().report().outcome()).isEqualTo(Code.CANCELLED);
    assertThat(sandbox.console).contains("INFO dropped");
    assertThat(sandbox.console.contains("INFO AbortError")).isEqualTo(aborts);
  }

  @Test
  void hearsOfAReaderThatLeavesWhatIsPassedOn() {
    LoadedFunction function =
        sandbox.handler(
            """
            request.signal.addEventListener('abort', () => console.log(request.signal.reason.name));
            return new Response(request.body);
            """);
    var body = new QueuedBody();
    body.write(Unpooled.copiedBuffer("begun", StandardCharsets.UTF_8));
    var answered = new Streamed();
    function.invoke(
        Sandbox.invocation(
            Sandbox.request(HttpMethod.POST, "http://host/"), body, Duration.ofSeconds(30)),
        answered);
    Sandbox.await("some of it has come", () -> answered.bytes.get() > 0);
    answered.leave();
    assertThat(answered.end().report().outcome()).isEqualTo(Code.CANCELLED);
    assertThat(sandbox.console).containsExactly("INFO AbortError");
  }

  @Test
  void mayBeGivenWhenTheCallerHasGone() {
    LoadedFunction function =
        sandbox.handler(
            """
            request.signal.addEventListener('abort', () => {
              ctx.waitUntil(scheduler.wait(5).then(() => console.log('later')));
            });
            console.log('in');
            await new Promise(() => {});
            """);
    var answered = new Answered();
    LoadedFunction.Running running = call(function, answered);
    Sandbox.await("the handler runs", () -> sandbox.console.contains("INFO in"));
    running.cancel();
    assertThat(answered.end().report().outcome()).isEqualTo(Code.CANCELLED);
    assertThat(sandbox.console).containsExactly("INFO in", "INFO later");
  }

  @Test
  void endsWithTheInvocationsLimits() {
    FunctionLimits limits =
        new FunctionLimits(
            Duration.ofSeconds(5), Duration.ofSeconds(4), 64L << 20, 1L << 40, 1L << 40, 64);
    LoadedFunction function =
        sandbox.load(
            Map.of(
                "main.js",
                """
                export default { async fetch(request, env, ctx) {
                  ctx.waitUntil(new Promise(() => {}));
                  console.log('in');
                  await new Promise(() => {});
                } };
                """),
            limits);
    var answered = new Answered();
    LoadedFunction.Running running = call(function, answered);
    Sandbox.await("the handler runs", () -> sandbox.console.contains("INFO in"));
    running.cancel();
    assertThat(answered.failure().code()).isEqualTo(Code.CANCELLED);
    assertThat(answered.end().report().outcome()).isEqualTo(Code.WALL_LIMIT);
  }

  /** Takes what comes of a stream. */
  private static final class Streamed extends Answered {
    final AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
    final AtomicLong bytes = new AtomicLong();
    private final AtomicReference<Flow.@Nullable Subscription> from = new AtomicReference<>();

    /** Wants no more of it. */
    void leave() {
      Flow.Subscription subscription = from.get();
      if (subscription != null) {
        subscription.cancel();
      }
    }

    @Override
    public void onResponse(
        HttpResponse response, Flow.@Nullable Publisher<ByteBuf> stream, Timing timing) {
      super.onResponse(response, null, timing);
      if (stream != null) {
        stream.subscribe(
            new Flow.Subscriber<ByteBuf>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                from.set(subscription);
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(ByteBuf part) {
                bytes.addAndGet(part.readableBytes());
                part.release();
              }

              @Override
              public void onError(Throwable failure) {
                error.set(failure);
              }

              @Override
              public void onComplete() {}
            });
      }
    }
  }
}
