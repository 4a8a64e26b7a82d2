package dev.brink.mesh.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigSourcesTest {
  @TempDir Path folder;

  @Test
  void readsHocon() throws IOException {
    Path file =
        file(
            """
            node { name = a, labels { zone = eu, rack = 7 } }
            ingress {
              port = 81
              idle-timeout = 5 seconds
              max-header-bytes = 16k
            }
            ingress.max-body = 1 MiB
            grid.seeds = ["10.0.0.1:47500", "10.0.0.2:47500"]
            log.level = null
            """);

    NodeConfig config = NodeConfig.read(file, Map.of()).build();

    assertThat(config.name()).isEqualTo("a");
    assertThat(config.labels()).isEqualTo(Map.of("zone", "eu", "rack", "7"));
    assertThat(config.ingress().port()).isEqualTo(81);
    assertThat(config.ingress().idleTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.ingress().maxHeaderBytes()).isEqualTo(16384);
    assertThat(config.ingress().maxBodyBytes()).isEqualTo(1 << 20);
    assertThat(config.grid().seeds())
        .containsExactly(new HostPort("10.0.0.1", 47500), new HostPort("10.0.0.2", 47500));
    assertThat(config.log().level()).isEqualTo(LogConfig.Level.INFO);
  }

  @Test
  void builderOverEnvironmentOverFileOverDefaults() throws IOException {
    Path file = file("ingress.port = 1\nadmin.port = 1\nlink.port = 1\n");
    Map<String, String> environment = Map.of("BRINK_INGRESS_PORT", "2", "BRINK_ADMIN_PORT", "2");

    NodeConfig config =
        NodeConfig.read(file, environment).ingress(ingress -> ingress.port(3)).build();

    assertThat(config.ingress().port()).isEqualTo(3);
    assertThat(config.admin().port()).isEqualTo(2);
    assertThat(config.link().port()).isEqualTo(1);
    assertThat(config.grid().discoveryPort()).isEqualTo(47500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ingress.prot = 1 | ingress.prot: unknown key (expected: a key of docs/configuration.md),"
            + " did you mean ingress.port?",
        "ingress { max-hedaers = 1 } | ingress.max-hedaers: unknown key (expected: a key of"
            + " docs/configuration.md), did you mean ingress.max-headers?",
        "preset = lan | preset: unknown key (expected: a key of docs/configuration.md), did you"
            + " mean grid.preset?",
        "wholly.strange.thing = 1 | wholly: unknown key (expected: a key of"
            + " docs/configuration.md)",
        "ingress = 8080 | ingress: 8080 (expected: an object)",
        "ingress.port = many | ingress.port: many (expected: 0 to 65535)",
      })
  void errorsNameFileAndLine(String line, String message) throws IOException {
    Path file = file("# a comment\nnode.name = a\n" + line + "\n");

    assertThatThrownBy(() -> NodeConfig.read(file, Map.of()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage("brink.conf:3: " + message);
  }

  @Test
  void aBrokenFileNamesItsLine() throws IOException {
    Path file = file("node.name = a\ningress { port = \n");

    assertThatThrownBy(() -> NodeConfig.read(file, Map.of()))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageMatching(".*brink\\.conf: [23]: .*");
  }

  @Test
  void aMissingFileIsAnError() {
    Path file = folder.resolve("none.conf");

    assertThatThrownBy(() -> NodeConfig.read(file, Map.of()))
        .hasMessage("config: " + file + " (expected: a readable file)");
  }

  @Test
  void aVariableThatIsNearlyAnOptionIsRefused() {
    assertThatThrownBy(() -> NodeConfig.read(Map.of("BRINK_INGRESS_PROT", "1")))
        .hasMessage(
            "BRINK_INGRESS_PROT: unknown variable (expected: a variable of"
                + " docs/configuration.md), did you mean BRINK_INGRESS_PORT?");
    assertThatThrownBy(() -> NodeConfig.read(Map.of("BRINK_INGRESS_PORT", "x")))
        .hasMessage("BRINK_INGRESS_PORT: ingress.port: x (expected: 0 to 65535)");
  }

  @Test
  void otherVariablesAreNotOurs() {
    Map<String, String> environment =
        Map.of("BRINK_SERVICE_HOST", "10.0.0.1", "PATH", "/bin", "BRINK_JAVA_HOME", "/jdk");

    assertThat(NodeConfig.read(environment).build()).isEqualTo(NodeConfig.builder().build());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("brink.conf"), text);
  }
}
