package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.http.EventLoops;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Checks of one server. */
class HealthProbeTest {
  private static final long INTERVAL_NANOS = Duration.ofMillis(20).toNanos();

  @AutoClose private final EventLoops loops = EventLoops.create(1, "test-probe");

  @AutoClose
  private final TestUpstream server = TestUpstream.start(exchange -> exchange.ok("well"));

  private final ServerAddress address =
      ServerAddress.parse("http://www.example.org:" + server.port());

  private final Connector connector =
      new Connector(
          loops::clientChannel,
          OriginLimits.defaults(),
          address,
          null,
          new Addresses(
              address.host(),
              Runnable::run,
              host -> new InetAddress[] {InetAddress.getLoopbackAddress()}),
          Connector.Guard.NONE);

  @Test
  void whatAListenerThrowsDoesNotEndIt() throws Exception {
    var several = new CountDownLatch(3);
    var probe =
        new HealthProbe(
            new Upstream(address, connector, new ConnectionPool(connector, 1, 1, INTERVAL_NANOS)),
            loops.group().next(),
            new PoolSettings.Check("/", INTERVAL_NANOS, 10_000, 1, 1),
            "www.example.org",
            (_, _) -> {
              several.countDown();
              throw new IllegalStateException("test");
            });
    probe.start();
    assertThat(several.await(20, TimeUnit.SECONDS)).isTrue();
    probe.stop();
  }
}
