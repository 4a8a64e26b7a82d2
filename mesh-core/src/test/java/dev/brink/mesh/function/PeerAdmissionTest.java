package dev.brink.mesh.function;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionBundle;
import dev.brink.exec.FunctionException;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.Invocation;
import dev.brink.exec.InvocationListener;
import dev.brink.exec.InvocationReport;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.Timing;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Placement;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class PeerAdmissionTest {
  private static final Target.Function TARGET = new Target.Function("t", "f", "00");
  private static final String SPIN =
      """
      export default {
        fetch() {
          const end = performance.now() + 40;
          while (performance.now() < end) {}
          return new Response('done');
        }
      }
      """;

  private final StuckGuests stuckGuests = new StuckGuests();

  @AutoClose
  private final FunctionRuntime runtime =
      FunctionRuntime.builder().lanes(1).console(stuckGuests).build();

  private final LoadReporter load =
      new LoadReporter(
          runtime, Snapshot::empty, Placement.create(NodeInfo.builder("n").lanes(1).build()));
  private final List<Call> taken = new ArrayList<>();
  private final PeerAdmission admission =
      new PeerAdmission(
          (call, target, listener) -> {
            taken.add(call);
            return () -> {};
          },
          load);

  @Test
  void aNodeMuchBusierThanItSaidSendsACallBackOnce() throws Exception {
    runtime.ready().toCompletableFuture().get(60, TimeUnit.SECONDS);
    LoadedFunction busy = busy();
    await(() -> load.waitNanos() == 0);
    load.ready();
    Call call = call();
    assertThat(offered(call)).isNull();
    assertThat(load.report().getWaitNanos()).isZero();

    for (int i = 0; i < 40; i++) {
      var _ = busy.invoke(invocation(), new Unheard());
    }
    await(() -> load.waitNanos() > 200_000_000);
    CallFailure refusal = requireNonNull(offered(call), "a refusal");
    assertThat(refusal.reach()).isEqualTo(CallFailure.Reach.REFUSED);
    assertThat(refusal.problem().code()).isEqualTo("busier-than-reported");
    assertThat(refusal.problem().detail()).contains("a lane is free in");
    assertThat(taken).containsExactly(call);

    Call again = call.sentBack();
    assertThat(load.waitNanos()).as("still busy").isGreaterThan(40_000_000);
    assertThat(offered(again)).isNull();
    assertThat(taken).containsExactly(call, again);

    load.report();
    assertThat(offered(call)).as("what was told is expected").isNull();
  }

  @Test
  void aNodeThatIsNotReadySendsBackWhatever() {
    sendsBackWhatever();
    load.ready();
    assertThat(offered(call())).isNull();
    taken.clear();
    load.drain();
    sendsBackWhatever();
  }

  private void sendsBackWhatever() {
    for (Call call : List.of(call(), call().sentBack())) {
      CallFailure refusal = requireNonNull(offered(call), "a refusal");
      assertThat(refusal.problem().code()).isEqualTo("node-draining");
    }
    assertThat(taken).isEmpty();
  }

  @Test
  void anUnhealthyNodeSendsACallBackOnce() throws Exception {
    load.ready();
    var tight =
        new FunctionLimits(
            Duration.ofMillis(100), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 1);
    try (stuckGuests) {
      var _ =
          load("export default { fetch() { console.log('stuck') } }", tight)
              .invoke(invocation(), new Unheard());
      await(load::unhealthy);
      load.ready();
      CallFailure refusal = requireNonNull(offered(call()), "a refusal");
      assertThat(refusal.reach()).isEqualTo(CallFailure.Reach.REFUSED);
      assertThat(refusal.problem().code()).isEqualTo("node-unhealthy");
      Call again = call().sentBack();
      assertThat(offered(again)).isNull();
      assertThat(taken).containsExactly(again);
    }
  }

  private @Nullable CallFailure offered(Call call) {
    var heard = new Refusal();
    var _ = admission.execute(call, TARGET, heard);
    return heard.failure;
  }

  /** A function whose turns are known to take 40 ms. */
  private LoadedFunction busy() throws Exception {
    LoadedFunction function = load(SPIN, FunctionLimits.DEFAULT);
    var first = new Unheard();
    var _ = function.invoke(invocation(), first);
    await(() -> first.done);
    return function;
  }

  private LoadedFunction load(String source, FunctionLimits limits) throws Exception {
    var bundle =
        new FunctionBundle(
            "t/busy",
            "main.js",
            Map.of("main.js", source.getBytes(UTF_8)),
            limits,
            Map.of(),
            Set.of());
    return runtime.load(bundle).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static HttpRequest request() {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    request.headers().set("host", "localhost");
    return request;
  }

  private static Invocation invocation() {
    return new Invocation(request(), "http", null, "r", System.nanoTime() + 60_000_000_000L);
  }

  private static Call call() {
    return new Call(request(), "http", null, "127.0.0.1", "r", System.nanoTime() + 60_000_000_000L);
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(1);
    }
  }

  private static final class Refusal implements CallListener {
    private @Nullable CallFailure failure;

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      throw new AssertionError("nothing is answered here");
    }

    @Override
    public void onFailure(CallFailure newFailure) {
      failure = newFailure;
    }
  }

  private static final class Unheard implements InvocationListener {
    private volatile boolean done;

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
      ReferenceCountUtil.release(head);
    }

    @Override
    public void onFailure(FunctionException failure, Timing timing) {}

    @Override
    public void onDone(InvocationReport report) {
      done = true;
    }
  }
}
