package dev.brink.mesh.link;

import static dev.brink.mesh.link.TestCalls.TARGET;
import static dev.brink.mesh.link.TestCalls.TIMING;
import static dev.brink.mesh.link.TestCalls.callOf;
import static dev.brink.mesh.link.TestCalls.full;
import static dev.brink.mesh.link.TestCalls.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls over a link. */
class LinkTest {
  @RegisterExtension final TestLink link = new TestLink();
  private final TestService service = link.service;
  private final Links links = link.links;

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
    InetSocketAddress address = link.stopServer();
    assertThat(answer.failure().reach()).isEqualTo(CallFailure.Reach.UNKNOWN);
    assertThat(call("GET", null).failure().reach()).isEqualTo(CallFailure.Reach.NOT_STARTED);
    link.startServer(address);
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
    CompletionStage<Void> drained = link.server().drain();
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

  private Answer call(String method, Flow.@Nullable Publisher<ByteBuf> body) {
    var answer = new Answer();
    links.execute("b", callOf(method, body), TARGET, answer);
    return answer;
  }
}
