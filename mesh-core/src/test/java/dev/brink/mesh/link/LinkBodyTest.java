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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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
