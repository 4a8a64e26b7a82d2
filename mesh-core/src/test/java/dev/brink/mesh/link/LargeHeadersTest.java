package dev.brink.mesh.link;

import static dev.brink.mesh.link.TestCalls.TARGET;
import static dev.brink.mesh.link.TestCalls.TIMING;
import static dev.brink.mesh.link.TestCalls.callOf;
import static dev.brink.mesh.link.TestCalls.full;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Heads that are too large for a link end their own call, and no other one. */
class LargeHeadersTest {
  private static final String HUGE = "x".repeat(1 << 20);

  @RegisterExtension final TestLink link = new TestLink();
  private final Heard heard = link.heard;
  private final TestService service = link.service;
  private final Links links = link.links;
  private final Answer neighbour = new Answer();
  private CallListener neighbours;

  @BeforeEach
  void aCallThatIsUnderWay() throws Exception {
    var there = new CompletableFuture<CallListener>();
    service.executor =
        (call, target, listener) -> {
          there.complete(listener);
          return () -> {};
        };
    links.execute("b", callOf("GET", null), TARGET, neighbour);
    neighbours = there.get(30, TimeUnit.SECONDS);
  }

  @Test
  void anAnswersHeadersAreRefused() {
    service.executor =
        (call, target, listener) -> {
          FullHttpResponse response = full(200, "ok");
          response.headers().set("x-huge", HUGE);
          listener.onResponse(response, null, TIMING);
          return () -> {};
        };
    CallFailure failure = ask(callOf("GET", null)).failure();
    assertThat(failure.problem().status()).isEqualTo(502);
    assertThat(failure.problem().code()).isEqualTo("headers-too-large");
    assertThat(failure.reach()).isEqualTo(CallFailure.Reach.RAN);
    theNeighbourIsAnswered();
  }

  @Test
  void theBodyOfSuchAnAnswerIsCancelled() throws Exception {
    var cancelled = new CountDownLatch(1);
    service.executor =
        (call, target, listener) -> {
          HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
          head.headers().set("x-huge", HUGE);
          listener.onResponse(head, cancelledBy(cancelled), TIMING);
          return () -> {};
        };
    assertThat(ask(callOf("GET", null)).failure().problem().code()).isEqualTo("headers-too-large");
    assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    theNeighbourIsAnswered();
  }

  @Test
  void earlyHintsOfThatSizeAreLeftOut() {
    service.executor =
        (call, target, listener) -> {
          HttpResponse hints =
              new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.EARLY_HINTS);
          hints.headers().set("link", HUGE);
          listener.onInterim(hints);
          listener.onResponse(full(200, "answer"), null, TIMING);
          return () -> {};
        };
    assertThat(ask(callOf("GET", null)).text()).isEqualTo("answer");
    theNeighbourIsAnswered();
  }

  @Test
  void aRequestsHeadersAreNotSent() {
    Call call = callOf("GET", null);
    call.request().headers().set("x-huge", HUGE);
    assertThat(ask(call).failure().problem().code()).isEqualTo("headers-too-large");
    Call far = callOf("GET", null);
    far.request().setUri("/" + HUGE);
    assertThat(ask(far).failure().problem().status()).isEqualTo(431);
    theNeighbourIsAnswered();
  }

  private static Flow.Publisher<ByteBuf> cancelledBy(CountDownLatch cancelled) {
    return subscriber ->
        subscriber.onSubscribe(
            new Flow.Subscription() {
              @Override
              public void request(long count) {}

              @Override
              public void cancel() {
                cancelled.countDown();
              }
            });
  }

  private Answer ask(Call call) {
    var answer = new Answer();
    links.execute("b", call, TARGET, answer);
    return answer;
  }

  private void theNeighbourIsAnswered() {
    neighbours.onResponse(full(200, "neighbour"), null, TIMING);
    assertThat(neighbour.text()).isEqualTo("neighbour");
    assertThat(heard.down.getCount()).isEqualTo(1);
  }
}
