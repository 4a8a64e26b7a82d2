package dev.brink.mesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionRuntime;
import dev.brink.grid.Member;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.function.LoadReporter;
import dev.brink.mesh.function.OwnLoad;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.link.LinkServer;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.link.TestService;
import dev.brink.mesh.peer.Peers;
import dev.brink.mesh.peer.Places;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Candidate;
import dev.brink.placement.FunctionSample;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.NodeStatus;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What placement is told of calls of a function that only the peer {@code b} can run. */
class DispatcherTest {
  private static final String ID = "0123456789abcdef";
  private static final Target.Function TARGET = new Target.Function("t", "f", ID + ID + ID + ID);
  private static final CallFailure NOT_LOADED =
      new CallFailure(
          Problem.of(503, "unknown-here", "it is not loaded"), CallFailure.Reach.NOT_LOADED);
  private static final Duration LONG = Duration.ofSeconds(40);

  @AutoClose private final FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build();
  @AutoClose private final EventLoops loops = EventLoops.create(2, "test-io");
  private final Placement placement = Placement.create(NodeInfo.builder("a").lanes(1).build());
  private final TestService peer = new TestService();
  private final Peers peers =
      new Peers(
          new Member(new UUID(0, 1), "a", Map.of(), true),
          placement,
          new Places("a", placement, 64),
          Map.of());
  private final Links links = new Links(loops, null, peers);
  private final LoadReporter own = new LoadReporter(runtime, Snapshot::empty, placement);
  private final Dispatcher dispatcher =
      new Dispatcher(
          placement,
          (call, target, listener) -> {
            listener.onFailure(NOT_LOADED);
            return () -> {};
          },
          links,
          new Unheard(),
          new RegretSampler(
              NodeConfig.builder().build().placement(), placement, node -> node, regret -> {}),
          new OwnLoad("a", own, placement));
  private LinkServer server;

  @BeforeEach
  void link() throws Exception {
    own.ready();
    server =
        LinkServer.start(
            loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, peer);
    links.add("b", server.address());
    until(() -> placement.nodes(System.nanoTime()).size() == 2 && status().reportAgeNanos() >= 0);
  }

  @AfterEach
  void close() {
    links.close();
    server.close();
  }

  private NodeStatus status() {
    return placement.nodes(System.nanoTime()).getLast();
  }

  /** Whether a failure counts, which is 5 s at first, and not only a report that is late. */
  private boolean blamed() {
    NodeStatus status = status();
    long late = Math.max(0, status.reportAgeNanos() - 1_000_000_000L);
    return status.penaltyNanos() - late > 500_000_000L;
  }

  private static Binding.Version version() {
    return new Binding.Version(
        TARGET,
        1,
        PlacementRequest.of(ID),
        new Affinity.None(),
        null,
        Map.of(),
        false,
        null,
        List.of(),
        new Target.Origin("t", "behind"));
  }

  private static Call call(Duration limit, Flow.@Nullable Publisher<ByteBuf> body) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
    request.headers().set("host", "localhost");
    return new Call(request, "http", body, "127.0.0.1", "r", System.nanoTime() + limit.toNanos());
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(2);
    }
  }

  @Test
  void aCallerThatGoesAwaySaysNothingOfTheNode() throws Exception {
    for (int i = 0; i < 6; i++) {
      var begun = new CountDownLatch(1);
      peer.executor =
          (call, target, listener) -> {
            begun.countDown();
            return () -> {};
          };
      var outcome = new Outcome();
      Executor.Running running = dispatcher.dispatch(call(LONG, null), version(), outcome);
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      running.cancel();
      assertThat(outcome.failure.get(20, TimeUnit.SECONDS).problem().code()).isEqualTo("peer-lost");
      assertThat(blamed()).as("after %d", i + 1).isFalse();
    }
    assertThat(status().ejected()).isFalse();
  }

  @Test
  void aCallersBodyThatBreaksSaysNothingOfTheNode() throws Exception {
    peer.executor = (call, target, listener) -> () -> {};
    for (int i = 0; i < 6; i++) {
      var outcome = new Outcome();
      var _ = dispatcher.dispatch(call(LONG, DispatcherTest::breaks), version(), outcome);
      CallFailure failure = outcome.failure.get(20, TimeUnit.SECONDS);
      assertThat(failure.problem().code()).isEqualTo("body-broken");
      assertThat(failure.problem().status()).isEqualTo(400);
      assertThat(failure.reach()).isEqualTo(CallFailure.Reach.RAN);
      assertThat(blamed()).as("after %d", i + 1).isFalse();
    }
    assertThat(status().ejected()).isFalse();
  }

  private static void breaks(Flow.Subscriber<? super ByteBuf> subscriber) {
    subscriber.onSubscribe(
        new Flow.Subscription() {
          private boolean broken;

          @Override
          public void request(long n) {
            if (!broken) {
              broken = true;
              subscriber.onError(new IOException("the caller's stream threw"));
            }
          }

          @Override
          public void cancel() {}
        });
  }

  @Test
  void oneThatIsGoneOrLateBeforeItsCallIsSentDoesNotEither() throws Exception {
    var gone = new Outcome();
    dispatcher.dispatch(call(LONG, null), version(), gone).cancel();
    assertThat(gone.failure.get(20, TimeUnit.SECONDS)).isNotNull();
    var late = new Outcome();
    var _ = dispatcher.dispatch(call(Duration.ZERO, null), version(), late);
    assertThat(late.failure.get(20, TimeUnit.SECONDS).problem().code())
        .isEqualTo("deadline-exceeded");
    assertThat(blamed()).isFalse();
  }

  @Test
  void aNodeThatDoesNotAnswerInTimeFails() throws Exception {
    var outcome = new Outcome();
    var _ = dispatcher.dispatch(call(Duration.ofSeconds(1), null), version(), outcome);
    CallFailure failure = outcome.failure.get(20, TimeUnit.SECONDS);
    assertThat(failure.problem().code()).isEqualTo("deadline-exceeded");
    assertThat(failure.reach()).as("it is not tried again").isEqualTo(CallFailure.Reach.RAN);
    until(this::blamed);
  }

  @Test
  void aFunctionThatIsEndedThereByItsOwnLimitIsNotTheNodesFault() throws Exception {
    var begun = new CompletableFuture<CallListener>();
    peer.executor =
        (call, target, listener) -> {
          begun.complete(listener);
          return () -> {};
        };
    var outcome = new Outcome();
    var told =
        outcome.failure.thenAcceptBoth(
            begun,
            (_, there) ->
                there.onFailure(
                    new CallFailure(
                        Problem.of(504, "wall-limit", "it did not answer"),
                        CallFailure.Reach.RAN)));
    var _ = dispatcher.dispatch(call(Duration.ofSeconds(1), null), version(), outcome);
    told.get(20, TimeUnit.SECONDS);
    assertThat(outcome.failure.get().problem().code()).isEqualTo("deadline-exceeded");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(6);
    while (System.nanoTime() - end < 0) {
      assertThat(blamed()).isFalse();
      Thread.sleep(20);
    }
  }

  @Test
  void aNodeThatLacksOneFunctionIsWellOtherwise() throws Exception {
    peer.executor =
        (call, target, listener) -> {
          listener.onFailure(NOT_LOADED);
          return () -> {};
        };
    for (int i = 0; i < 6; i++) {
      var outcome = new Outcome();
      var _ = dispatcher.dispatch(call(LONG, null), version(), outcome);
      assertThat(outcome.failure.get(20, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(blamed()).isFalse();
    assertThat(status().ejected()).isFalse();
    assertThat(placement.explain(PlacementRequest.of(ID), System.nanoTime()).candidates())
        .filteredOn(candidate -> candidate.node().equals("b"))
        .extracting(candidate -> candidate.exclusion().orElseThrow())
        .containsExactly(Candidate.Exclusion.NOT_LOADED);
    var other = placement.explain(PlacementRequest.of("other"), System.nanoTime());
    assertThat(other.candidates()).allMatch(candidate -> candidate.exclusion().isEmpty());
  }

  @Test
  void aTenantThatHasAllItMayThereDoesNotMakeTheNodeBusyForOthers() throws Exception {
    refuses(CallFailure.Reach.TENANT_BUSY);
    assertThat(busyNanos()).isZero();
    refuses(CallFailure.Reach.REFUSED);
    assertThat(busyNanos()).isPositive();
  }

  private void refuses(CallFailure.Reach reach) throws Exception {
    peer.executor =
        (call, target, listener) -> {
          listener.onFailure(new CallFailure(new Problem(503, "no-room", "busy", 1), reach));
          return () -> {};
        };
    for (int i = 0; i < 8; i++) {
      var outcome = new Outcome();
      var _ = dispatcher.dispatch(call(LONG, null), version(), outcome);
      assertThat(outcome.failure.get(20, TimeUnit.SECONDS)).isNotNull();
    }
  }

  /** What it is charged with beyond a report that is late. */
  private long busyNanos() {
    NodeStatus status = status();
    return status.penaltyNanos() - Math.max(0, status.reportAgeNanos() - 1_000_000_000L);
  }

  @Test
  void theBytesOfAResponseFromAPeerAreLearned() throws Exception {
    peer.executor =
        (call, target, listener) -> {
          var body = Unpooled.copiedBuffer("x".repeat(300_000), StandardCharsets.UTF_8);
          listener.onResponse(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body),
              null,
              new CallTiming("b", false, 0, 0, 1_000_000, 0));
          return () -> {};
        };
    var outcome = new Outcome();
    var _ = dispatcher.dispatch(call(LONG, null), version(), outcome);
    assertThat(outcome.body.get(20, TimeUnit.SECONDS)).hasSize(300_000);
    assertThat(placement.takeSamples()).extracting(FunctionSample::bytes).containsExactly(300_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "1000000, 1000000",
    "0, 500000000",
    "-7, 500000000",
    "9000000000000000000, 500000000",
  })
  void theTimeOnALaneIsLearnedFromAnAnswer(long said, long learned) throws Exception {
    peer.executor =
        (call, target, listener) -> {
          listener.onResponse(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK),
              null,
              new CallTiming("b", false, 0, 0, 500_000_000, said, 0, Map.of()));
          return () -> {};
        };
    var outcome = new Outcome();
    var _ = dispatcher.dispatch(call(LONG, null), version(), outcome);
    assertThat(outcome.body.get(20, TimeUnit.SECONDS)).isEmpty();
    List<FunctionSample> samples = placement.takeSamples();
    assertThat(samples).extracting(FunctionSample::runNanos).containsExactly(500_000_000L);
    assertThat(samples).extracting(FunctionSample::laneNanos).containsExactly(learned);
  }

  /** What came of a call. */
  private static final class Outcome implements CallListener {
    final CompletableFuture<CallFailure> failure = new CompletableFuture<>();
    final CompletableFuture<byte[]> body = new CompletableFuture<>();

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> content, CallTiming timing) {
      ReferenceCountUtil.release(head);
      var _ = BodyBytes.collect(content, 1 << 20).thenAccept(body::complete);
    }

    @Override
    public void onFailure(CallFailure failed) {
      failure.complete(failed);
    }
  }

  private static final class Unheard implements Dispatcher.DispatchListener {
    @Override
    public void forwarded() {}

    @Override
    public void retried(CallFailure failure) {}
  }
}
