package dev.brink.mesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;

class RequestHeadersTest {
  @Test
  void whatIsForThisHopAndWhatOnlyTheMeshMaySayIsTakenOut() {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers
        .add("Host", "a.com")
        .add("Connection", "close, X-Once")
        .add("X-Once", "1")
        .add("Keep-Alive", "timeout=5")
        .add("TE", "trailers")
        .add("Transfer-Encoding", "chunked")
        .add("Upgrade", "h2c")
        .add("Brink-Call-Bin", "forged")
        .add("brink-token", "guess")
        .add("X-Forwarded-For", "198.51.100.9")
        .add("Accept", "*/*");
    RequestHeaders.clean(headers, "192.0.2.1");
    assertThat(headers.names()).containsExactlyInAnyOrder("Host", "Accept", "x-forwarded-for");
    assertThat(headers.getAll("x-forwarded-for")).containsExactly("192.0.2.1");
  }

  @Test
  void whomARequestIsForAndWhereItEndsIsNotForThisHopWhateverConnectionSays() {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers
        .add("Host", "a.com")
        .add("Content-Length", "3")
        .add("Transfer-Encoding", "chunked")
        .add("Connection", "HOST,content-length , transfer-encoding")
        .add("Connection", "X-Once");
    headers.add("X-Once", "1");
    HttpHeaders upgrade = headers.copy();
    RequestHeaders.clean(headers, "192.0.2.1");
    assertThat(headers.names())
        .containsExactlyInAnyOrder("Host", "Content-Length", "x-forwarded-for");
    RequestHeaders.cleanUpgrade(upgrade, "192.0.2.1");
    assertThat(upgrade.get("Host")).isEqualTo("a.com");
  }
}
