package dev.brink.mesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.Subrequests;
import dev.brink.exec.outbound.OutboundPolicy;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.function.ReadTally;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.origin.OriginLimits;
import dev.brink.mesh.origin.Origins;
import dev.brink.mesh.origin.Outbound;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.route.RouteTable;
import dev.brink.placement.PlacementRequest;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose services a function's request goes to. */
class NodeSubrequestsTest {
  private static final String BEGINNING = "0123456789ab";
  private static final String OWN = BEGINNING + "0".repeat(52);
  private static final String OTHER = BEGINNING + "f".repeat(52);

  private final EventLoops loops = EventLoops.create(1, "test-subrequests");
  private final Origins origins = Origins.create(loops);
  private final Outbound outbound =
      Outbound.create(
          loops, OutboundPolicy.publicOnly(), OriginLimits.defaults(), CdnLoop.create());

  @AfterEach
  void close() {
    outbound.close();
    origins.close();
    loops.close();
  }

  @Test
  void aCallerIsItsWholeDigestAndItsName() throws Exception {
    var pool = new Target.Origin("other", "api");
    var api = new Binding.Origin(pool, OriginPool.getDefaultInstance(), null);
    var snapshot =
        new Snapshot(
            RouteTable.<Binding>builder().build(),
            Map.of("other/api", api),
            Map.of(OTHER, version(OTHER)),
            Map.of());

    assertThat(asked(snapshot, "own/shop@" + BEGINNING, OWN)).contains("nothing is deployed");
    assertThat(asked(snapshot, "own/shop@" + BEGINNING, OTHER)).contains("nothing is deployed");
    assertThat(asked(snapshot, "other/shop@" + BEGINNING, OTHER)).contains("origin-not-found");
  }

  private static Binding.Version version(String digest) {
    return new Binding.Version(
        new Target.Function("other", "shop", digest),
        1,
        PlacementRequest.of(digest.substring(0, Binding.PLACEMENT_ID_LENGTH)),
        new Affinity.None(),
        null,
        Map.of("API", "api"),
        false,
        null,
        List.of(),
        new Target.Origin("other", "behind"));
  }

  private String asked(Snapshot snapshot, String function, String digest) throws Exception {
    var subrequests =
        new NodeSubrequests(
            () -> snapshot,
            () -> {
              throw new AssertionError("no function is called");
            },
            () -> origins,
            () -> outbound,
            new ReadTally());
    var message = new CompletableFuture<String>();
    var _ =
        subrequests.fetch(
            new Subrequests.Subrequest(
                function,
                digest,
                "API",
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "http://inside/"),
                null,
                "192.0.2.1",
                "r1",
                System.nanoTime() + TimeUnit.SECONDS.toNanos(20),
                0),
            new Subrequests.Listener() {
              @Override
              public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
                message.complete("answered");
              }

              @Override
              public void onFailure(String why) {
                message.complete(why);
              }
            });
    return message.get(20, TimeUnit.SECONDS);
  }
}
