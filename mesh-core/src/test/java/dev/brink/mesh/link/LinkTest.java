package dev.brink.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls over a link. */
class LinkTest {
  private static final Target.Function TARGET = new Target.Function("acme", "hello", "d1ge57");
  private static final CallTiming TIMING = new CallTiming("b", true, 1, 2, 4, 3, 0, Map.of("s", 5));

  private final EventLoops loops = EventLoops.create(2, "test-io");
  private final Heard heard = new Heard();
  private final TestService service = new TestService();
  private final Links links = new Links(loops, null, heard);
  private LinkServer server;

  @BeforeEach
  void link() throws Exception {
    server =
        LinkServer.start(
            loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, service);
    links.add("b", server.address());
    assertThat(heard.up.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @AfterEach
  void close() {
    links.close();
    server.close();
    loops.close();
  }

  @Test
  void aCallArrivesAsItWasSentAndItsAnswerComesBack() {
    service.executor =
        (call, target, listener) -> {
          assertThat(target).isEqualTo(TARGET);
          assertThat(call.request().method()).isEqualTo(HttpMethod.GET);
          assertThat(call.request().uri()).isEqualTo("/a?b=c");
          assertThat(call.request().headers().get("Host")).isEqualTo("example.com");
          assertThat(call.request().headers().getAll("x-many")).containsExactly("1", "2");
          assertThat(call.request().headers().contains("connection")).isFalse();
          assertThat(call.body()).isNull();
          assertThat(call.clientAddress()).isEqualTo("192.0.2.1");
          assertThat(call.requestId()).isEqualTo("r1");
          assertThat(call.deadlineNanos() - System.nanoTime())
              .isBetween(1L, Duration.ofSeconds(20).toNanos());
          FullHttpResponse response = full(201, "hi");
          response.headers().add("Set-Cookie", "a=1").add("Set-Cookie", "b=2");
          listener.onResponse(response, null, TIMING);
          return () -> {};
        };
    Answer answer = call("GET", null);
    assertThat(answer.text()).isEqualTo("hi");
    assertThat(answer.head().status().code()).isEqualTo(201);
    assertThat(answer.head().headers().getAll("set-cookie")).containsExactly("a=1", "b=2");
    assertThat(answer.head().headers().contains(LinkHeaders.ANSWER)).isFalse();
    CallTiming timing = answer.timing();
    assertThat(timing.node()).isEqualTo("b");
    assertThat(timing.cold()).isTrue();
    assertThat(
            List.of(timing.queueNanos(), timing.coldNanos(), timing.runNanos(), timing.laneNanos()))
        .containsExactly(1L, 2L, 4L, 3L);
    assertThat(timing.reads()).containsExactly(Map.entry("s", 5));
    assertThat(timing.netNanos()).isPositive();
  }

  @Test
  void aCallWithoutAHostArrivesWithoutOne() {
    service.executor =
        (call, target, listener) -> {
          assertThat(call.request().headers().contains("host")).isFalse();
          listener.onResponse(full(204, ""), null, TIMING);
          return () -> {};
        };
    Call call = callOf("GET", null);
    call.request().headers().remove("Host");
    var answer = new Answer();
    links.execute("b", call, TARGET, answer);
    assertThat(answer.text()).isEmpty();
    assertThat(answer.head().status().code()).isEqualTo(204);
  }

  @Test
  void anEmptyAnswerNeedsNoBody() {
    service.executor =
        (call, target, listener) -> {
          listener.onResponse(full(204, ""), null, TIMING);
          return () -> {};
        };
    Answer answer = call("GET", null);
    assertThat(answer.text()).isEmpty();
    assertThat(answer.head().status().code()).isEqualTo(204);
  }

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
    assertThat(answer.accepted.get()).isEqualTo(1);
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
  void aRefusalSaysHowFarTheCallGot() {
    for (CallFailure.Reach reach : CallFailure.Reach.values()) {
      service.executor =
          (call, target, listener) -> {
            listener.onFailure(new CallFailure(new Problem(503, "busy", "later", 7), reach));
            return () -> {};
          };
      CallFailure failure = call("GET", null).failure();
      assertThat(failure.reach()).isEqualTo(reach);
      assertThat(failure.problem()).isEqualTo(new Problem(503, "busy", "later", 7));
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
  void aCancelledCallIsCancelledThere() throws Exception {
    var cancelled = new CountDownLatch(1);
    var started = new CountDownLatch(1);
    service.executor =
        (call, target, listener) -> {
          started.countDown();
          return cancelled::countDown;
        };
    Executor.Running running = links.execute("b", callOf("GET", null), TARGET, new Answer());
    assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
    running.cancel();
    assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aDeadlineEndsTheCallOnBothSides() throws Exception {
    var cancelled = new CountDownLatch(1);
    service.executor = (call, target, listener) -> cancelled::countDown;
    var answer = new Answer();
    Call call =
        new Call(
            request("GET"),
            "http",
            null,
            "192.0.2.1",
            "r1",
            System.nanoTime() + Duration.ofSeconds(1).toNanos());
    links.execute("b", call, TARGET, answer);
    assertThat(answer.failure().problem().code()).isEqualTo("deadline-exceeded");
    assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
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

  @Test
  void aLostLinkFailsItsCallsAndComesBack() throws Exception {
    var started = new CountDownLatch(1);
    service.executor =
        (call, target, listener) -> {
          started.countDown();
          return () -> {};
        };
    var answer = new Answer();
    links.execute("b", callOf("GET", null), TARGET, answer);
    assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
    InetSocketAddress address = server.address();
    server.close();
    assertThat(answer.failure().reach()).isEqualTo(CallFailure.Reach.UNKNOWN);
    assertThat(heard.down.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(call("GET", null).failure().reach()).isEqualTo(CallFailure.Reach.NOT_STARTED);
    heard.up = new CountDownLatch(1);
    server = LinkServer.start(loops, address, null, service);
    assertThat(heard.up.await(30, TimeUnit.SECONDS)).isTrue();
    service.executor =
        (call, target, listener) -> {
          listener.onResponse(full(200, "again"), null, TIMING);
          return () -> {};
        };
    assertThat(call("GET", null).text()).isEqualTo("again");
  }

  @Test
  void aDrainedServerFinishesWhatItHasAndGetsNoMore() throws Exception {
    var late = new CompletableFuture<CallListener>();
    service.executor =
        (call, target, listener) -> {
          if (!late.complete(listener)) {
            listener.onResponse(full(200, "quick"), null, TIMING);
          }
          return () -> {};
        };
    var answer = new Answer();
    links.execute("b", callOf("GET", null), TARGET, answer);
    CallListener listener = late.get(30, TimeUnit.SECONDS);
    CompletionStage<Void> drained = server.drain();
    while (call("GET", null).failureOrNull() == null) {
      Thread.onSpinWait();
    }
    assertThat(drained.toCompletableFuture()).isNotDone();
    listener.onResponse(full(200, "late"), null, TIMING);
    assertThat(answer.text()).isEqualTo("late");
    drained.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  void manyCallsShareTheLink() {
    service.executor =
        (call, target, listener) -> {
          listener.onResponse(full(200, call.requestId()), null, TIMING);
          return () -> {};
        };
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      var answer = new Answer();
      Call call =
          new Call(
              request("GET"),
              "http",
              null,
              "192.0.2.1",
              "r" + i,
              System.nanoTime() + 20_000_000_000L);
      links.execute("b", call, TARGET, answer);
      answers.add(answer);
    }
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).text()).isEqualTo("r" + i);
    }
  }

  private Answer call(String method, Flow.@Nullable Publisher<ByteBuf> body) {
    var answer = new Answer();
    links.execute("b", callOf(method, body), TARGET, answer);
    return answer;
  }

  private static Call callOf(String method, Flow.@Nullable Publisher<ByteBuf> body) {
    return new Call(
        request(method),
        "http",
        body,
        "192.0.2.1",
        "r1",
        System.nanoTime() + Duration.ofSeconds(20).toNanos());
  }

  private static HttpRequest request(String method) {
    HttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), "/a?b=c");
    request.headers().set("Host", "example.com").set("Connection", "close");
    request.headers().add("X-Many", "1").add("X-Many", "2");
    return request;
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
    assertThat(answer.body.get(30, TimeUnit.SECONDS)).hasSize(300_000);
    assertThat(heard.transferred.get(30, TimeUnit.SECONDS)).isEqualTo(300_000);
  }

  @Test
  void aLinkThatIsFullSendsCallsElsewhereAndIsNotToBlame() throws Exception {
    var open = new CountDownLatch(LinkClient.MAX_CALLS);
    var there = new CompletableFuture<CallListener>();
    service.executor =
        (call, target, listener) -> {
          there.complete(listener);
          open.countDown();
          return () -> {};
        };
    for (int i = 0; i < LinkClient.MAX_CALLS; i++) {
      links.execute("b", callOf("GET", null), TARGET, new Answer());
    }
    assertThat(open.await(60, TimeUnit.SECONDS)).isTrue();
    var beyond = new Answer();
    links.execute("b", callOf("GET", null), TARGET, beyond);
    assertThat(beyond.failure().reach()).isEqualTo(CallFailure.Reach.REFUSED);
    assertThat(beyond.failure().problem().code()).isEqualTo("link-full");

    there.get().onResponse(full(200, "one less"), null, TIMING);
    Answer next;
    do {
      next = new Answer();
      links.execute("b", callOf("GET", null), TARGET, next);
    } while (next.failureOrNull() != null);
  }

  private static FullHttpResponse full(int status, String text) {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.valueOf(status),
        Unpooled.copiedBuffer(text, UTF_8));
  }

  /** What came of a call. */
  private static final class Answer implements CallListener {
    private final CompletableFuture<HttpResponse> head = new CompletableFuture<>();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final CompletableFuture<CallTiming> timing = new CompletableFuture<>();
    private final CompletableFuture<CallFailure> failure = new CompletableFuture<>();
    final AtomicInteger accepted = new AtomicInteger();

    @Override
    public void onAccepted() {
      accepted.incrementAndGet();
    }

    @Override
    public void onResponse(
        HttpResponse response, Flow.@Nullable Publisher<ByteBuf> content, CallTiming times) {
      timing.complete(times);
      var _ =
          BodyBytes.collect(content, 64 << 20)
              .whenComplete(
                  (bytes, failed) -> {
                    if (failed == null) {
                      body.complete(bytes);
                    } else {
                      body.completeExceptionally(failed);
                    }
                  });
      head.complete(response);
    }

    @Override
    public void onFailure(CallFailure failed) {
      failure.complete(failed);
    }

    HttpResponse head() {
      return head.orTimeout(20, TimeUnit.SECONDS).join();
    }

    CallTiming timing() {
      return timing.orTimeout(20, TimeUnit.SECONDS).join();
    }

    byte[] bytes() {
      return body.orTimeout(20, TimeUnit.SECONDS).join();
    }

    String text() {
      return new String(bytes(), UTF_8);
    }

    CallFailure failure() {
      return failure.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Nullable CallFailure failureOrNull() {
      return failure.getNow(null);
    }
  }
}
