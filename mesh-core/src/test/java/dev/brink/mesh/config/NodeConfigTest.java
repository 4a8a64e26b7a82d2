package dev.brink.mesh.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.policy.Goal;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.RuntimeLimits;
import dev.brink.exec.websocket.WebSocketLimits;
import dev.brink.mesh.nearest.Steering;
import dev.brink.placement.warmth.WarmthPolicyKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeConfigTest {
  /** A value other than the default for each option. */
  private static final Map<String, String> OTHER =
      Map.ofEntries(
          Map.entry("node.name", "paris-1"),
          Map.entry("node.labels", "rack=7,zone=a"),
          Map.entry("data-directory", "/var/lib/brink"),
          Map.entry("ingress.bind-address", "127.0.0.2"),
          Map.entry("ingress.port", "0"),
          Map.entry("ingress.tls.certificate", "/etc/site.pem"),
          Map.entry("ingress.tls.key", "/etc/site.key"),
          Map.entry("ingress.max-request-line", "4k"),
          Map.entry("ingress.max-headers", "50"),
          Map.entry("ingress.max-header-bytes", "16k"),
          Map.entry("ingress.max-body", "10m"),
          Map.entry("ingress.idle-timeout", "5s"),
          Map.entry("ingress.header-timeout", "250ms"),
          Map.entry("ingress.body-timeout", "7s"),
          Map.entry("ingress.write-timeout", "8s"),
          Map.entry("origins.body-timeout", "9s"),
          Map.entry("ingress.pipelined-requests", "2"),
          Map.entry("ingress.http2-streams", "10"),
          Map.entry("ingress.http2-resets", "20"),
          Map.entry("ingress.max-connections", "99"),
          Map.entry("admin.bind-address", "::1"),
          Map.entry("admin.port", "9191"),
          Map.entry("admin.token", "0123456789abcdef"),
          Map.entry("link.bind-address", "127.0.0.3"),
          Map.entry("link.port", "7401"),
          Map.entry("link.advertise-address", "node.example:7402"),
          Map.entry("grid.bind-address", "127.0.0.4"),
          Map.entry("grid.discovery-port", "47501"),
          Map.entry("grid.communication-port", "47101"),
          Map.entry("grid.seeds", "127.0.0.1:47500,[::1]:47501"),
          Map.entry("grid.preset", "wan"),
          Map.entry("grid.start-timeout", "120s"),
          Map.entry("grid.leave-timeout", "45s"),
          Map.entry("grid.off-heap", "32m"),
          Map.entry("grid.kv-memory", "64m"),
          Map.entry("grid.kv-copies", "8m"),
          Map.entry("grid.durable", "true"),
          Map.entry("grid.durable-discovery-port", "47502"),
          Map.entry("grid.durable-communication-port", "47102"),
          Map.entry("tls.certificate", "/etc/node.pem"),
          Map.entry("tls.key", "/etc/node.key"),
          Map.entry("tls.ca", "/etc/ca.pem"),
          Map.entry("insecure", "true"),
          Map.entry("functions.lanes", "3"),
          Map.entry("functions.queue", "10"),
          Map.entry("functions.queue-per-tenant", "5"),
          Map.entry("functions.unfinished", "100"),
          Map.entry("functions.unfinished-per-tenant", "50"),
          Map.entry("functions.instances", "40"),
          Map.entry("functions.instances-per-tenant", "20"),
          Map.entry("functions.recycle-after", "60s"),
          Map.entry("functions.recycle-runs", "1000"),
          Map.entry("functions.heap-percent", "60"),
          Map.entry("functions.stuck-threads", "3"),
          Map.entry("functions.idle-warm-up", "20"),
          Map.entry("functions.limits.cpu", "60ms"),
          Map.entry("functions.limits.cpu-burst", "2s"),
          Map.entry("functions.limits.cpu-max", "600s"),
          Map.entry("functions.limits.wall", "2s"),
          Map.entry("functions.limits.memory", "64m"),
          Map.entry("functions.limits.request-body", "1m"),
          Map.entry("functions.limits.response-body", "2m"),
          Map.entry("functions.limits.subrequests", "20"),
          Map.entry("functions.limits.concurrency", "8"),
          Map.entry("node.capabilities", "gpu,kv"),
          Map.entry("node.load-limit", "0.8"),
          Map.entry("placement.control-share", "0"),
          Map.entry("placement.regret-sample", "0.5"),
          Map.entry("placement.regret-repeats", "3"),
          Map.entry("placement.measure-all-up-to", "32"),
          Map.entry("placement.probes", "8"),
          Map.entry("placement.emulated-rtt", "a=20ms,b=2s"),
          Map.entry("nearest.learn", "false"),
          Map.entry("nearest.steering", "temporary-redirect"),
          Map.entry("nearest.regions", "203.0.113.0/24=eu-west,2001:db8::/32=us-east"),
          Map.entry("nearest.advertise-addresses", "192.0.2.1,2001:db8::1"),
          Map.entry("nearest.advertise-url", "https://paris.example:8443"),
          Map.entry("dns.zone", "edge.example.com"),
          Map.entry("dns.bind-address", "192.0.2.1"),
          Map.entry("dns.port", "5353"),
          Map.entry("dns.names", "@,www"),
          Map.entry("dns.name-servers", "ns1.edge.example.com=192.0.2.1,ns.elsewhere.example"),
          Map.entry("dns.ttl", "30s"),
          Map.entry("dns.answers", "3"),
          Map.entry("dns.rate", "50"),
          Map.entry("functions.outbound.public", "false"),
          Map.entry("functions.outbound.allow", "intranet.example:8443,[::1]:443"),
          Map.entry("functions.websockets.max-open", "100"),
          Map.entry("functions.websockets.max-per-tenant", "50"),
          Map.entry("functions.websockets.message", "64k"),
          Map.entry("functions.websockets.queue", "128k"),
          Map.entry("functions.websockets.memory", "8m"),
          Map.entry("functions.websockets.idle", "5s"),
          Map.entry("functions.websockets.lifetime", "7200s"),
          Map.entry("functions.keep-alive.policy", "hybrid-histogram"),
          Map.entry("functions.keep-alive.switching", "false"),
          Map.entry("functions.keep-alive.window", "20s"),
          Map.entry("functions.keep-alive.least", "1s"),
          Map.entry("functions.keep-alive.memory", "16m"),
          Map.entry("functions.keep-alive.warming-percent", "10"),
          Map.entry("functions.keep-alive.cold-price", "1000"),
          Map.entry("cache.memory", "32m"),
          Map.entry("cache.disk", "64m"),
          Map.entry("cache.goal", "byte-hits"),
          Map.entry("cache.copies-ahead", "false"),
          Map.entry("secrets.key-file", "/etc/brink/secrets.keys"),
          Map.entry("shutdown.grace", "3s"),
          Map.entry("log.format", "json"),
          Map.entry("log.level", "debug"));

  @Test
  void defaults() {
    NodeConfig config = NodeConfig.builder().build();

    assertThat(config.name()).isEmpty();
    assertThat(config.labels()).isEmpty();
    assertThat(config.dataDirectory()).isEqualTo(Path.of("brink-data"));
    assertThat(config.ingress())
        .isEqualTo(
            new IngressConfig(
                "127.0.0.1",
                8080,
                null,
                8192,
                100,
                32768,
                1L << 40,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                16,
                128,
                200,
                16384));
    assertThat(config.admin()).isEqualTo(new AdminConfig("127.0.0.1", 9090, null));
    assertThat(config.link()).isEqualTo(new LinkConfig("127.0.0.1", 7400, ""));
    assertThat(config.grid())
        .isEqualTo(
            new GridConfig(
                "127.0.0.1",
                47500,
                47100,
                List.of(),
                GridConfig.Preset.LAN,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                64L << 20,
                256L << 20,
                32L << 20,
                false,
                47550,
                47150));
    assertThat(config.tls()).isNull();
    assertThat(config.insecure()).isFalse();
    assertThat(config.functions())
        .isEqualTo(
            new FunctionsConfig(
                0,
                500,
                FunctionLimits.DEFAULT,
                Duration.ofSeconds(30),
                true,
                List.of(),
                new KeepAliveConfig(
                    WarmthPolicyKind.LEARNED_COST,
                    true,
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(60),
                    256L << 20,
                    5,
                    450_000),
                new WebSocketLimits(
                    4_096,
                    2_048,
                    1 << 20,
                    4 << 20,
                    256L << 20,
                    Duration.ofSeconds(30),
                    Duration.ofHours(1)),
                new RuntimeLimits(
                    2_048,
                    1_024,
                    8_192,
                    4_096,
                    2_048,
                    1_024,
                    Duration.ofHours(1),
                    1_000_000,
                    85,
                    0,
                    Duration.ZERO)));
    assertThat(config.placement())
        .isEqualTo(new PlacementConfig(List.of(), 1, 0.01, 0, 0, 64, 16, Map.of()));
    assertThat(config.nearest())
        .isEqualTo(new NearestConfig(true, Steering.OFF, List.of(), List.of(), ""));
    assertThat(config.dns())
        .isEqualTo(
            new DnsConfig(
                "", "127.0.0.1", 53, List.of("@", "*"), List.of(), Duration.ofSeconds(20), 2, 200));
    assertThat(config.cache()).isEqualTo(new CacheConfig(128L << 20, 0, Goal.OBJECT_HITS, true));
    assertThat(config.shutdownGrace()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.log()).isEqualTo(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.INFO));
  }

  @Test
  void everyKeyIsRead() {
    Map<String, String> environment = new HashMap<>();
    for (ConfigOption option : NodeConfig.options()) {
      assertThat(OTHER).containsKey(option.name());
      assertThat(OTHER.get(option.name())).isNotEqualTo(option.defaultValue());
      environment.put(option.environment(), OTHER.get(option.name()));
    }

    NodeConfig config = NodeConfig.read(environment).build();

    Map<String, String> expected = new HashMap<>(OTHER);
    expected.put("admin.token", "");
    assertThat(config.values()).isEqualTo(expected);
    assertThat(config.labels()).isEqualTo(Map.of("zone", "a", "rack", "7"));
    assertThat(config.ingress().tls())
        .isEqualTo(new TlsFiles(Path.of("/etc/site.pem"), Path.of("/etc/site.key")));
    assertThat(config.admin().token()).isEqualTo(Secret.of("0123456789abcdef"));
    assertThat(config.grid().seeds())
        .containsExactly(new HostPort("127.0.0.1", 47500), new HostPort("::1", 47501));
    assertThat(config.functions().limits())
        .isEqualTo(
            new FunctionLimits(
                Duration.ofMillis(60),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                64L << 20,
                1L << 20,
                2L << 20,
                20,
                8));
    assertThat(config.functions().cpuMax()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void aBuilderFromAConfigMakesTheSameConfig() {
    NodeConfig.Builder builder = NodeConfig.builder();
    OTHER.forEach(builder::set);
    NodeConfig config = builder.build();

    assertThat(config.toBuilder().build()).isEqualTo(config);
    assertThat(NodeConfig.builder().build().toBuilder().build())
        .isEqualTo(NodeConfig.builder().build());
  }

  @Test
  void theBuilderSaysTheSameAsTheKeys() {
    NodeConfig built =
        NodeConfig.builder()
            .name("a")
            .ingress(ingress -> ingress.bindAddress("127.0.0.1").port(0).maxBodyBytes(1024))
            .grid(grid -> grid.seeds(List.of(HostPort.parse("h:1"))))
            .functions(functions -> functions.cpu(Duration.ofMillis(20)))
            .build();
    NodeConfig set =
        NodeConfig.builder()
            .set("node.name", "a")
            .set("ingress.bind-address", "127.0.0.1")
            .set("ingress.port", "0")
            .set("ingress.max-body", "1k")
            .set("grid.seeds", "h:1")
            .set("functions.limits.cpu", "20ms")
            .build();

    assertThat(built).isEqualTo(set);
  }

  @Test
  void secretsAreNotPrinted() {
    NodeConfig config = NodeConfig.builder().set("admin.token", "s3cretS3cretS3cret").build();

    assertThat(config.toString()).doesNotContain("s3cret");
    assertThat(config.admin().toString()).doesNotContain("s3cret").contains("***");
    assertThatThrownBy(() -> NodeConfig.builder().set("admin.token", "s3cret"))
        .hasMessage(
            "admin.token: *** (expected: 16 to 512 characters of base64, base64url or"
                + " hexadecimal)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ingress.port | 70000 | ingress.port: 70000 (expected: 0 to 65535)",
        "ingress.port | http | ingress.port: http (expected: 0 to 65535)",
        "ingress.max-request-line | 10 | ingress.max-request-line: 10 (expected: a size from 256 to"
            + " 1m)",
        "ingress.idle-timeout | 0s | ingress.idle-timeout: 0s (expected: a duration from 1ms to"
            + " 86400s)",
        "placement.measure-all-up-to | 0 | placement.measure-all-up-to: 0 (expected: 1 to 1000)",
        "placement.probes | 2000 | placement.probes: 2000 (expected: 1 to 1000)",
        "grid.preset | moon | grid.preset: moon (expected: local, lan, wan)",
        "grid.start-timeout | 500ms | grid.start-timeout: 500ms (expected: a duration from 1s to"
            + " 600s)",
        "grid.seeds | a:b | grid.seeds: a:b (expected: a list of host:port)",
        "insecure | maybe | insecure: maybe (expected: true or false)",
        "log.level | loud | log.level: loud (expected: error, warn, info, debug, trace)",
        "node.name | a b | node.name: a b (expected: at most 63 letters, digits, dots, dashes or"
            + " underscores)",
        "link.advertise-address | a:b | link.advertise-address: a:b (expected: a host or"
            + " host:port)",
      })
  void badValuesSayWhatWasExpected(String name, String value, String message) {
    assertThatThrownBy(() -> NodeConfig.builder().set(name, value))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage(message);
  }

  @Test
  void theBuilderRefusesWhatAFileWouldBeRefusedFor() {
    assertThatThrownBy(() -> NodeConfig.builder().ingress(i -> i.port(70_000)).build())
        .hasMessage("ingress.port: 70000 (expected: 0 to 65535)");
    assertThatThrownBy(() -> NodeConfig.builder().labels(Map.of("a", "b,c")).build())
        .hasMessageStartingWith("node.labels: a=b,c (expected: at most 64 labels");
  }

  @ParameterizedTest
  @MethodSource("neighbours")
  void beyondLoopbackNeedsTlsOrAWord(String option) {
    assertThatThrownBy(() -> NodeConfig.builder().set(option, "0.0.0.0").build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith(option + ": 0.0.0.0 (expected: a loopback address, or tls.cert")
        .hasMessageContaining("insecure = true");

    assertThat(NodeConfig.builder().set(option, "0.0.0.0").insecure(true).build().insecure())
        .isTrue();
    NodeConfig secured =
        NodeConfig.builder()
            .set(option, "0.0.0.0")
            .tlsCertificate(Path.of("a"))
            .tlsKey(Path.of("b"))
            .tlsCa(Path.of("c"))
            .build();
    assertThat(secured.tls()).isEqualTo(new MutualTls(Path.of("a"), Path.of("b"), Path.of("c")));
  }

  static List<String> neighbours() {
    return List.of("admin.bind-address", "link.bind-address", "grid.bind-address");
  }

  @Test
  void halfACertificateIsRefused() {
    assertThatThrownBy(() -> NodeConfig.builder().tlsKey(Path.of("k")).build())
        .hasMessage(
            "tls.certificate: missing (expected: all of tls.certificate, tls.key and tls.ca, or"
                + " none)");
    assertThatThrownBy(
            () -> NodeConfig.builder().ingress(i -> i.tlsCertificate(Path.of("c"))).build())
        .hasMessage(
            "ingress.tls.key: missing (expected: both of ingress.tls.certificate and"
                + " ingress.tls.key, or neither)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingress", "ingress.prt", "zzz"})
  void anUnknownOptionCannotBeSet(String name) {
    assertThatThrownBy(() -> NodeConfig.builder().set(name, "1"))
        .hasMessageStartingWith(name + ": unknown key");
  }
}
