package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginDistancesTest {
  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8080, 127.0.0.1, 8080",
    "https://www.example.org, www.example.org, 443",
    "http://my_shop_web_1, my_shop_web_1, 80",
    "http://[::1]:81, [::1], 81",
  })
  void everyServerThatAPoolCanHaveIsFound(String url, String host, int port) {
    assertThat(OriginDistances.unresolved(url).getHostString()).isEqualTo(host);
    assertThat(OriginDistances.unresolved(url).getPort()).isEqualTo(port);
  }
}
