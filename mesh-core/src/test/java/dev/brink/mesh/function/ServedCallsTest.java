package dev.brink.mesh.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionRuntime;
import dev.brink.grid.Member;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.peer.Peers;
import dev.brink.mesh.peer.Places;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.route.RouteTable;
import dev.brink.placement.FunctionSample;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.NodeStatus;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ServedCallsTest {
  private static final String ID = "0123456789abcdef";
  private static final Target.Function TARGET = new Target.Function("t", "f", ID + ID + ID + ID);
  private static final long USUAL_NANOS = 20_000_000;

  @AutoClose private final FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build();
  private final Placement placement = Placement.create(NodeInfo.builder("own").lanes(1).build());
  private final LoadReporter load = new LoadReporter(runtime, ServedCallsTest::deployed, placement);
  private long runNanos = USUAL_NANOS;
  private final ServedCalls served =
      new ServedCalls(
          (call, target, listener) -> {
            listener.onResponse(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK),
                null,
                new CallTiming("own", false, 0, 0, runNanos, 0));
            return () -> {};
          },
          ServedCallsTest::deployed,
          placement);

  private static Snapshot deployed() {
    var version =
        new Binding.Version(
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
    return new Snapshot(
        RouteTable.<Binding>builder().build(),
        Map.of(),
        Map.of(TARGET.digest(), version),
        Map.of());
  }

  @Test
  void whatRunsForPeersShowsThatThisNodeIsSlowAndTheyAreTold() {
    serve(1);
    placement.learn(new FunctionSample(ID, 0, 50, USUAL_NANOS, USUAL_NANOS, USUAL_NANOS, 0, 0, 0));
    serve(20);
    assertThat(load.report().getSlow()).isZero();

    runNanos = 8 * USUAL_NANOS;
    serve(10);
    LoadBeat told = load.report();
    assertThat(told.getSlow()).isBetween(400, 800);

    Placement other = Placement.create(NodeInfo.builder("other").lanes(1).build());
    var peers =
        new Peers(
            new Member(new UUID(0, 1), "other", Map.of(), true),
            other,
            new Places("other", other, 64),
            Map.of());
    peers.up("own");
    peers.load("own", told);
    assertThat(other.nodes(System.nanoTime()))
        .filteredOn(status -> status.info().id().equals("own"))
        .extracting(NodeStatus::slow)
        .containsExactly(1 + told.getSlow() / 100.0);
  }

  private void serve(int calls) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    var call = new Call(request, "http", null, "127.0.0.1", "r", Long.MAX_VALUE);
    for (int i = 0; i < calls; i++) {
      var heard = new Heard();
      var _ = served.execute(call, TARGET, heard);
      assertThat(heard.answered).isTrue();
    }
  }

  private static final class Heard implements CallListener {
    private boolean answered;

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      answered = true;
      ReferenceCountUtil.release(head);
    }

    @Override
    public void onFailure(CallFailure failure) {
      throw new AssertionError(failure.problem().code());
    }
  }
}
