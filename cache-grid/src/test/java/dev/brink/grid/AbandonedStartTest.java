package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbandonedStartTest {
  @TempDir Path directory;

  /** Ignite would wait for its answer for the 15 s of WAN, whoever interrupts it. */
  @Test
  void aStartThatWaitsForASilentNodeGivesItsPortsBack() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Ports ports = Ports.take(LoneSettings.HOST, 0, 0);
      try (var _ = ports.beacon()) {
        IgniteSettings settings = settings(ports);
        var discovery =
            new SeekingDiscoverySpi(
                () ->
                    List.of(new InetSocketAddress(silent.getInetAddress(), silent.getLocalPort())));
        assertThatThrownBy(() -> start(settings, discovery, Duration.ofSeconds(3)))
            .isInstanceOf(GridException.class)
            .hasMessageContaining("did not start within 3000 ms");
        settings.awaitPorts(Duration.ofSeconds(30));
      }
    }
  }

  @Test
  void aPortThatStaysTakenIsNamed() throws Exception {
    Ports ports = Ports.take(LoneSettings.HOST, 0, 0);
    try (var _ = ports.beacon();
        var other = new ServerSocket(ports.communication(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(other.isBound()).isTrue();
      assertThatThrownBy(() -> settings(ports).awaitPorts(Duration.ofMillis(100)))
          .isInstanceOf(GridException.class)
          .hasMessage(
              "communicationPort: "
                  + ports.communication()
                  + " at 127.0.0.1: it is in use (expected: a port that is free)");
    }
  }

  private void start(IgniteSettings settings, SeekingDiscoverySpi discovery, Duration timeout)
      throws InterruptedException {
    Slf4jIgniteLogger log = Slf4jIgniteLogger.create();
    IgniteSession.start(
            LoneSettings.SELF,
            settings.configuration(
                UUID.randomUUID(),
                discovery,
                new FailureSignal((reason, cause) -> {}),
                log,
                () -> {}),
            log,
            timeout,
            discovery::abandon,
            (key, value) -> {})
        .stop();
  }

  private IgniteSettings settings(Ports ports) {
    return LoneSettings.of(ports, NetworkPreset.WAN, directory, null);
  }
}
