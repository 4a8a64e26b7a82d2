package dev.brink.grid;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GridBuilderTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        "host:",
        ":1",
        "host:0",
        "host:65536",
        "host:1x",
        "::1:47500",
        "host:+1"
      })
  void badSeedsAreRefused(String seed) {
    assertThatThrownBy(() -> Grid.builder().seeds(List.of(seed)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("seed: " + seed + " (expected: host:port)");
  }

  @Test
  void seedsAreHostsAndPorts() {
    assertThat(HostPort.parse("example.org:47500")).isEqualTo(new HostPort("example.org", 47500));
    assertThat(HostPort.parse("[::1]:47500")).isEqualTo(new HostPort("::1", 47500));
    assertThat(HostPort.parse("[::1]:47500")).hasToString("[::1]:47500");
  }

  @Test
  void optionsOutOfBoundsAreRefused() {
    GridBuilder options = Grid.builder();
    assertThatThrownBy(() -> options.discoveryPort(80))
        .hasMessage("discoveryPort: 80 (expected: 0, or 1024 to 65535)");
    assertThatThrownBy(() -> options.communicationPort(70_000))
        .hasMessage("communicationPort: 70000 (expected: 0, or 1024 to 65535)");
    assertThatThrownBy(() -> options.dataRegionBytes(1))
        .hasMessage("dataRegionBytes: 1 (expected: 16777216 to 1099511627776)");
    assertThatThrownBy(() -> options.name(""))
        .hasMessage("name: 0 characters (expected: 1 to 128)");
    assertThatThrownBy(() -> options.startTimeout(Duration.ZERO))
        .hasMessage("startTimeout: PT0S (expected: PT1S to PT10M)");
  }

  @Test
  void missingFlagsOfTheJvmAreNamed(@TempDir Path directory) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName(),
                "1",
                directory.toString(),
                "",
                "true",
                NetworkPreset.LAN.name())
            .redirectErrorStream(true)
            .start();
    try {
      process.getOutputStream().close();
      assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
          .contains(
              "flags of the JVM: some are missing (expected: "
                  + "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED "
                  + "--add-opens=java.base/java.io=ALL-UNNAMED)");
      assertThat(process.waitFor()).isNotZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aDirectoryAndOneAddressAreNeeded() {
    assertThatThrownBy(() -> Grid.builder().start())
        .hasMessage("workDirectory: none (expected: a directory)");
    assertThatThrownBy(
            () ->
                Grid.builder()
                    .workDirectory(Path.of("target", "none"))
                    .bindAddress("0.0.0.0")
                    .start())
        .hasMessage("bindAddress: 0.0.0.0 (expected: one address that other members can reach)");
  }
}
