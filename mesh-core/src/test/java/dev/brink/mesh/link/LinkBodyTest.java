package dev.brink.mesh.link;

import static dev.brink.mesh.link.TestCalls.TARGET;
import static dev.brink.mesh.link.TestCalls.TIMING;
import static dev.brink.mesh.link.TestCalls.callOf;
import static dev.brink.mesh.link.TestCalls.full;
import static dev.brink.mesh.link.TestCalls.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bodies of calls over a link. */
class LinkBodyTest {
  @RegisterExtension final TestLink link = new TestLink();
  private final Heard heard = link.heard;
  private final TestService service = link.service;
  private final Links links = link.links;

  @Test
  void aLargeBodyGoesBothWaysInOrder() {
    service.executor =
        (call, target, listener) -> {
          listener.onAccepted();
          HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
          listener.onResponse(head, call.body(), TIMING);
          return () -> {};
        };
    int chunks = 600;
    Counted source = new Counted(chunks, 8 * 1024);
    var answer = new Answer();
    links.execute("b", callOf("POST", source), TARGET, answer);
    byte[] received = answer.bytes();
    assertThat(received).hasSize(chunks * 8 * 1024);
    for (int i = 0; i < chunks; i++) {
      assertThat(received[i * 8 * 1024]).isEqualTo((byte) i);
    }
    assertThat(answer.accepted()).isEqualTo(1);
  }

  @Test
  void aReceiverThatDoesNotReadStopsTheSender() throws Exception {
    var body = new CompletableFuture<Flow.Publisher<ByteBuf>>();
    service.executor =
        (call, target, listener) -> {
          body.complete(call.body());
          return () -> {};
        };
    Counted source = new Counted(100_000, 8 * 1024);
    var answer = new Answer();
    Executor.Running running = links.execute("b", callOf("POST", source), TARGET, answer);
    body.get(30, TimeUnit.SECONDS);
    int held = source.untilItStops();
    assertThat(held * 8L * 1024).isLessThan(2L << 20);
    running.cancel();
    source.cancelled.get(30, TimeUnit.SECONDS);
  }

  @Test
  void aBodyThatIsNoLongerWantedKeepsNobodyWaiting() throws Exception {
    int chunks = 200;
    for (boolean afterSome : new boolean[] {false, true}) {
      var body = new CompletableFuture<Flow.Publisher<ByteBuf>>();
      var listening = new CompletableFuture<CallListener>();
      service.executor =
          (call, target, listener) -> {
            body.complete(call.body());
            listening.complete(listener);
            return () -> {};
          };
      Counted source = new Counted(chunks, 8 * 1024);
      var answer = new Answer();
      links.execute("b", callOf("POST", source), TARGET, answer);
      Flow.Publisher<ByteBuf> unread = body.get(30, TimeUnit.SECONDS);
      int held = source.untilItStops();
      assertThat(held).isLessThan(chunks);
      unread.subscribe(new Unwilling(afterSome ? 2 : 0));
      listening.get().onResponse(full(200, "done"), null, TIMING);
      assertThat(answer.text()).isEqualTo("done");
      assertThat(source.over).succeedsWithin(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void theBodyOfARefusedCallIsNotKept() throws Exception {
    var body = new CompletableFuture<Flow.Publisher<ByteBuf>>();
    var listening = new CompletableFuture<CallListener>();
    service.executor =
        (call, target, listener) -> {
          body.complete(call.body());
          listening.complete(listener);
          return () -> {};
        };
    Counted source = new Counted(1, 1024);
    var answer = new Answer();
    var _ = links.execute("b", callOf("POST", source), TARGET, answer);
    CallListener there = listening.get(30, TimeUnit.SECONDS);
    source.over.get(30, TimeUnit.SECONDS);
    there.onFailure(
        new CallFailure(new Problem(503, "busy", "later", 7), CallFailure.Reach.REFUSED));
    assertThat(answer.failure().problem().code()).isEqualTo("busy");
    assertThatThrownBy(() -> BodyBytes.collect(body.get(), 2048).get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ProblemException.class);
  }

  @Test
  void aBodyThatBreaksOffIsNeverTakenForAWholeOne() {
    service.executor =
        (call, target, listener) -> {
          var pipe = new BodyPipe(BodyPipe.DEFAULT_HIGH_WATER_BYTES, () -> {}, () -> {});
          listener.onResponse(
              new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), pipe, TIMING);
          pipe.offer(Unpooled.copiedBuffer("half", UTF_8));
          pipe.fail(new IOException("broken"));
          return () -> {};
        };
    Answer answer = call("GET", null);
    assertThatThrownBy(answer::bytes).hasRootCauseInstanceOf(ProblemException.class);
  }

  /** Also where more has come than is read ahead, and waits in the stream. */
  @ParameterizedTest
  @CsvSource({"true, 1", "true, 40", "false, 1", "false, 40"})
  void whatCameOfABodyBeforeItBrokeOffIsRead(boolean linkLost, int pieces) throws Exception {
    var pipe = new BodyPipe(1 << 20, () -> {}, () -> {});
    byte[] piece = new byte[4 * 1024];
    service.executor =
        (call, target, listener) -> {
          listener.onResponse(
              new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), pipe, TIMING);
          for (int i = 0; i < pieces; i++) {
            pipe.offer(Unpooled.wrappedBuffer(piece));
          }
          return () -> {};
        };
    var ends = new Later();
    links.execute("b", callOf("GET", null), TARGET, ends);
    Flow.Publisher<ByteBuf> body = ends.body.get(30, TimeUnit.SECONDS);
    // Frames of one link come in order.
    assertThat(whole("first")).isEqualTo("first");
    if (linkLost) {
      var _ = link.stopServer();
    } else {
      pipe.fail(new IOException("broken"));
      assertThat(whole("second")).isEqualTo("second");
    }
    var read = new Read();
    body.subscribe(read);
    assertThatThrownBy(() -> read.over.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ProblemException.class);
    assertThat(read.bytes).hasValue(pieces * piece.length);
  }

  private String whole(String text) {
    service.executor =
        (call, target, listener) -> {
          listener.onResponse(full(200, text), null, TIMING);
          return () -> {};
        };
    return call("GET", null).text();
  }

  /** Has an answer's body read later. */
  private static final class Later implements CallListener {
    final CompletableFuture<Flow.Publisher<ByteBuf>> body = new CompletableFuture<>();

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> content, CallTiming timing) {
      body.complete(content);
    }

    @Override
    public void onFailure(CallFailure failure) {
      body.completeExceptionally(new AssertionError(failure.toString()));
    }
  }

  /** Counts what is read of a body, up to its end. */
  private static final class Read implements Flow.Subscriber<ByteBuf> {
    final AtomicInteger bytes = new AtomicInteger();
    final CompletableFuture<Void> over = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf buffer) {
      bytes.addAndGet(buffer.readableBytes());
      buffer.release();
    }

    @Override
    public void onError(Throwable failure) {
      over.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      over.complete(null);
    }
  }

  @Test
  void aBodyThatWasReadySaysHowFastTheLinkIs() throws Exception {
    service.executor =
        (call, target, listener) -> {
          listener.onResponse(full(200, "x".repeat(300_000)), null, TIMING);
          return () -> {};
        };
    var answer = new Answer();
    links.execute(
        "b",
        new Call(
            request("GET"),
            "http",
            null,
            "127.0.0.1",
            "r",
            System.nanoTime() + TimeUnit.SECONDS.toNanos(10)),
        TARGET,
        answer);
    assertThat(answer.bytes()).hasSize(300_000);
    assertThat(heard.transferred.get(30, TimeUnit.SECONDS)).isEqualTo(300_000);
  }

  private Answer call(String method, Flow.@Nullable Publisher<ByteBuf> body) {
    var answer = new Answer();
    links.execute("b", callOf(method, body), TARGET, answer);
    return answer;
  }
}
