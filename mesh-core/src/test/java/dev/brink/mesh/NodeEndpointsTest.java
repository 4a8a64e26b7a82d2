package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What URL a node has for its ingress that was given none. */
class NodeEndpointsTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, , http://192.0.2.1:8080",
    "192.0.2.1, 198.51.100.7, http://192.0.2.1:8080",
    "0.0.0.0, 198.51.100.7, http://198.51.100.7:8080",
    "::, 2001:db8::7, http://[2001:db8::7]:8080",
    "::1, , http://[::1]:8080",
    "0.0.0.0, , http://127.0.0.1:8080"
  })
  void whatListensEverywhereIsWhereItIsSaidToBe(String bound, String advertised, String url) {
    List<InetAddress> clients =
        advertised == null ? List.of() : List.of(InetAddress.ofLiteral(advertised));
    var address = new InetSocketAddress(InetAddress.ofLiteral(bound), 8080);
    assertThat(NodeEndpoints.uri(false, address, clients)).hasToString(url);
  }
}
