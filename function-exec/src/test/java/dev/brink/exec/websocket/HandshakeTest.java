package dev.brink.exec.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HandshakeTest {
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private static DefaultHttpRequest request(HttpMethod method) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, "/chat");
    Handshake.ask(request.headers(), KEY);
    return request;
  }

  @Test
  void theExampleOfTheStandard() {
    assertThat(Handshake.accept(KEY)).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assertThat(Handshake.flaw(request(HttpMethod.GET))).isNull();
    assertThat(Handshake.key(new byte[16])).hasSize(24);
  }

  @ParameterizedTest
  @CsvSource({
    "sec-websocket-version, 12, 426",
    "sec-websocket-version, '', 426",
    "sec-websocket-key, '', 400",
    "sec-websocket-key, short, 400",
    "sec-websocket-key, AAAAAAAAAAAAAAAAAAAAAA, 0",
    "sec-websocket-key, AAAAAAAAAAAAAAAAAAAAAAAA, 400",
    "sec-websocket-protocol, 'a,,b', 400",
    "sec-websocket-protocol, 'a b', 400",
    "sec-websocket-protocol, 'a, b', 0",
  })
  void badRequestsAreRefused(String name, String value, int status) {
    var request = request(HttpMethod.GET);
    request.headers().set(name, value);
    var flaw = Handshake.flaw(request);
    assertThat(flaw == null ? 0 : flaw.status()).isEqualTo(status);
  }

  @Test
  void aMissingVersionAndOtherMethodsAreRefused() {
    var old = request(HttpMethod.GET);
    old.headers().remove("sec-websocket-version");
    assertThat(Handshake.flaw(old)).extracting(Handshake.Flaw::status).isEqualTo(426);
    assertThat(Handshake.flaw(request(HttpMethod.POST)))
        .extracting(Handshake.Flaw::detail)
        .isEqualTo("method: POST (expected: GET for a WebSocket)");
  }

  @Test
  void aGrantIsWhatTheClientChecks() {
    HttpHeaders asked = request(HttpMethod.GET).headers();
    asked.set("sec-websocket-protocol", "chat, superchat");
    var response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    assertThat(Handshake.flaw(response, asked)).contains("not for a WebSocket");
    response.headers().set("sec-websocket-protocol", "superchat");
    response.headers().set("sec-websocket-extensions", "permessage-deflate");
    Handshake.grant(response.headers(), asked);
    assertThat(Handshake.flaw(response, asked)).isNull();

    response.headers().set("sec-websocket-accept", "wrong");
    assertThat(Handshake.flaw(response, asked)).contains("sec-websocket-accept");
    Handshake.grant(response.headers(), asked);
    response.headers().set("sec-websocket-extensions", "x");
    assertThat(Handshake.flaw(response, asked)).contains("extensions");
    Handshake.grant(response.headers(), asked);
    response.headers().set("sec-websocket-protocol", "other");
    assertThat(Handshake.flaw(response, asked)).contains("subprotocol");
  }

  @Test
  void aSubprotocolThatWasNotOfferedCannotBeGranted() {
    HttpHeaders granted = new DefaultHttpHeaders().set("sec-websocket-protocol", "chat");
    HttpHeaders asked = request(HttpMethod.GET).headers();
    assertThatThrownBy(() -> Handshake.grant(granted, asked))
        .hasMessage("sec-websocket-protocol: chat (expected: one that the client offers)");
  }
}
