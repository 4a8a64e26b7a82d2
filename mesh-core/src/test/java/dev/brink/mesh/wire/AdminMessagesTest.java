package dev.brink.mesh.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.FunctionLimits;
import dev.brink.exec.SampleRequest;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentInfo;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.UsageRow;
import dev.brink.mesh.proto.DeployReply;
import dev.brink.mesh.proto.DeployRequest;
import dev.brink.mesh.proto.Limits;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.OriginServer;
import dev.brink.placement.Hints;
import dev.brink.placement.Near;
import dev.brink.placement.NodeSelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdminMessagesTest {
  private static final DeployOptions OPTIONS =
      new DeployOptions(DeployOptions.Wait.MAJORITY, Duration.ofMillis(1500));

  @Test
  void functionsCrossTheWire() {
    FunctionSpec spec =
        FunctionSpec.builder("shop")
            .tenant("acme")
            .main("src/index.js")
            .module("src/index.js", "export default {}")
            .module("data.bin", new byte[] {0, (byte) 0xff})
            .route("/shop/*")
            .limits(
                new FunctionLimits(
                    Duration.ofMillis(50), Duration.ofSeconds(2), 1 << 24, 10, 20, 7, 4))
            .variable("GREETING", "hé")
            .service("API", "api")
            .idempotent(true)
            .passThrough("shop-origin")
            .schedule(CronSchedule.parse("*/5 9-17 * * MON-FRI"))
            .sample(SampleRequest.get("/cart?id=1"))
            .sample(new SampleRequest("PUT", "https://a.example/x", Map.of("x-a", "b"), "ä"))
            .placement(
                new FunctionPlacement(
                    Hints.builder()
                        .near(Near.parse("region=eu|us"))
                        .pin(NodeSelector.parse("zone=a"))
                        .spread(true)
                        .allowed(List.of(NodeSelector.parse("arch=amd64, region=eu")))
                        .forbidden(List.of(NodeSelector.of("node", "n1")))
                        .needs(Set.of("gpu"))
                        .build(),
                    Affinity.parse("cookie:session")))
            .build();

    DeployRequest request = overTheWire(AdminMessages.toProto(spec, OPTIONS));
    FunctionSpec back = (FunctionSpec) AdminMessages.spec(request);

    assertThat(back).usingRecursiveComparison().isEqualTo(spec);
    assertThat(AdminMessages.options(request)).isEqualTo(OPTIONS);
  }

  @Test
  void originsCrossTheWire() {
    OriginSpec spec =
        OriginSpec.builder("upstream")
            .server(URI.create("http://127.0.0.1:1"), 3)
            .server(URI.create("https://example.com"))
            .server(URI.create("https://spare.example.com"), 1, 2)
            .hashOn("header:x-user")
            .slowStart(Duration.ofSeconds(5))
            .route("api.example.com/*")
            .balance(OriginSpec.Balance.LEAST_REQUESTS)
            .host("inner")
            .keepHost(true)
            .connectTimeout(Duration.ofMillis(1))
            .totalTimeout(Duration.ofSeconds(9))
            .healthCheck(
                new OriginSpec.HealthCheck(
                    "/up", Duration.ofSeconds(3), Duration.ofMillis(5), 4, 5))
            .ejectAfterFailures(7)
            .retries(0)
            .maxConnections(8)
            .build();

    DeploymentSpec back = AdminMessages.spec(overTheWire(AdminMessages.toProto(spec, OPTIONS)));

    assertThat(back).isEqualTo(spec);
  }

  @ParameterizedTest
  @EnumSource
  void everyPolicyCrossesTheWire(OriginSpec.Balance balance) {
    OriginSpec spec =
        OriginSpec.builder("o").server(URI.create("http://127.0.0.1:1")).balance(balance).build();
    assertThat(AdminMessages.spec(overTheWire(AdminMessages.toProto(spec, OPTIONS))))
        .isEqualTo(spec);
  }

  @Test
  void whatIsNotSetIsTheDefault() {
    OriginPool pool =
        OriginPool.newBuilder()
            .addServers(OriginServer.newBuilder().setUrl("http://127.0.0.1:1"))
            .build();

    assertThat(SpecMessages.origin("", "o", List.of(), pool))
        .isEqualTo(OriginSpec.builder("o").server(URI.create("http://127.0.0.1:1")).build());
    FunctionLimits nodes =
        new FunctionLimits(
            Duration.ofMillis(1), Duration.ofMillis(8), Duration.ofMillis(2), 3, 4, 5, 6, 7);
    assertThat(SpecMessages.limits(SpecMessages.limits(FunctionLimits.DEFAULT), nodes))
        .isEqualTo(nodes);
    for (long millis : new long[] {-1, 3_600_001, Long.MAX_VALUE}) {
      assertThatThrownBy(
              () -> AdminMessages.options(DeployRequest.newBuilder().setTimeoutMs(millis).build()))
          .isInstanceOfSatisfying(
              DeploymentException.class, e -> assertThat(e.code()).isEqualTo("invalid-deployment"))
          .hasMessage("timeoutMs: " + millis + " (expected: 1 to 3600000)");
    }
    assertThat(AdminMessages.options(DeployRequest.getDefaultInstance()))
        .isEqualTo(DeployOptions.DEFAULT);
    assertThat(AdminMessages.fromProto(dev.brink.mesh.proto.InvokeRequest.getDefaultInstance()))
        .usingRecursiveComparison()
        .isEqualTo(InvokeRequest.get("/"));
  }

  /** Also when it is as much as the default. */
  @Test
  void processorTimeThatIsSetIsExact() {
    FunctionLimits usual = FunctionLimits.DEFAULT;
    var exact =
        new FunctionLimits(
            usual.cpu(),
            usual.wall(),
            usual.memoryBytes(),
            usual.requestBodyBytes(),
            usual.responseBodyBytes(),
            usual.concurrency());
    Limits message = SpecMessages.limits(exact);
    assertThat(message).isEqualTo(Limits.newBuilder().setCpuMs(50).build());
    assertThat(SpecMessages.limits(message, usual)).isEqualTo(exact);
    assertThat(exact.hasCpuCredit()).isFalse();
    assertThat(usual.hasCpuCredit()).isTrue();
  }

  @Test
  void whatCannotBeDeployedIsRefused() {
    refused(DeployRequest.newBuilder().setName("x"), "target: missing (expected: a function or");
    refused(
        DeployRequest.newBuilder()
            .setOrigin(
                OriginPool.newBuilder().addServers(OriginServer.newBuilder().setUrl("ftp://x"))),
        "origin.servers.url: ftp://x (expected: http://host:port or https://host:port)");
    assertThatThrownBy(
            () ->
                SpecMessages.limits(
                    Limits.newBuilder().setCpuMs(-1).build(), FunctionLimits.DEFAULT))
        .hasMessageStartingWith("limits.cpuMs: -1 (expected:");
  }

  private static void refused(DeployRequest.Builder request, String message) {
    assertThatThrownBy(() -> AdminMessages.spec(request.build()))
        .isInstanceOfSatisfying(
            DeploymentException.class,
            refusal -> assertThat(refusal.code()).isEqualTo("invalid-deployment"))
        .hasMessageStartingWith(message);
  }

  @Test
  void repliesCrossTheWire() {
    DeployResult result =
        new DeployResult(
            "default",
            "hello",
            "abc",
            List.of(
                new DeployResult.NodeOutcome("a", DeployResult.Status.READY, 12.5, ""),
                new DeployResult.NodeOutcome("b", DeployResult.Status.FAILED, 1, "no"),
                new DeployResult.NodeOutcome("c", DeployResult.Status.NO_ANSWER, 2, "late"),
                new DeployResult.NodeOutcome("d", DeployResult.Status.NOT_AWAITED, 0, "")),
            13.5,
            true);
    DeployReply.Builder reply = DeployReply.newBuilder();
    AdminJson.parse(AdminJson.compact(AdminMessages.toProto(result)), reply);
    assertThat(AdminMessages.fromProto(reply.build())).isEqualTo(result);

    DeploymentInfo info =
        new DeploymentInfo(
            "t",
            "n",
            "function",
            "abc",
            List.of("/a"),
            List.of("main.js"),
            Instant.ofEpochMilli(5));
    assertThat(AdminMessages.fromProto(AdminMessages.toProto(info))).isEqualTo(info);

    NodeInfo node =
        new NodeInfo("id", "n", true, "http://a", "http://b", "live", Double.NaN, 20.5, 2, 1, 0);
    assertThat(AdminMessages.fromProto(AdminMessages.toProto(node))).isEqualTo(node);

    UsageRow row =
        new UsageRow("t", "n", "v", Instant.ofEpochMilli(3600_000), 1, 2, 3.5, 4.25, 5.5, 6, 7, 8);
    assertThat(AdminMessages.fromProto(AdminMessages.toProto(row))).isEqualTo(row);

    InvokeResponse response =
        new InvokeResponse(
            201,
            List.of(Map.entry("set-cookie", "a"), Map.entry("set-cookie", "b")),
            "hé".getBytes(StandardCharsets.UTF_8));
    assertThat(AdminMessages.fromProto(AdminMessages.toProto(response)))
        .usingRecursiveComparison()
        .isEqualTo(response);
  }

  @Test
  void requestsAreReadStrictlyAndRepliesLeniently() {
    String newer = "{\"name\":\"a\",\"invented\":1}";

    assertThatThrownBy(() -> AdminJson.parse(newer, DeployRequest.newBuilder()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("invented");
    assertThat(AdminJson.parseLeniently(newer, DeployRequest.newBuilder()).getName())
        .isEqualTo("a");
  }

  private static DeployRequest overTheWire(DeployRequest request) {
    return AdminJson.parse(AdminJson.compact(request), DeployRequest.newBuilder()).build();
  }
}
