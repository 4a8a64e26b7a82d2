package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The JDK's client against a server that says who it is. */
class HttpTlsTest {
  private static SslContext tls;
  private static SSLContext trust;

  @BeforeAll
  static void certify() throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path chain = bundle.toTempCertChainPem().toPath();
    Path key = bundle.toTempPrivateKeyPem().toPath();
    tls = ServerTls.of(new CertificateFiles("tls", chain, key).read());
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("server", bundle.getCertificate());
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(store);
    trust = SSLContext.getInstance("TLS");
    trust.init(null, trusted.getTrustManagers(), null);
  }

  private static void echo(ServerExchange exchange) {
    assertThat(exchange.scheme()).isEqualTo("https");
    if (exchange.body() == null) {
      exchange.respond(TestServer.ok(exchange.request().uri()));
    } else {
      exchange.respond(TestServer.head(200), exchange.body());
    }
  }

  private static URI uri(TestServer server, String path) {
    return URI.create("https://localhost:" + server.port() + path);
  }

  private static HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().version(version).sslContext(trust).build();
  }

  private static TestServer server(HttpHandler handler) {
    return TestServer.start(handler, options -> options.tls(tls));
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void speaksBothVersions(HttpClient.Version version) throws Exception {
    try (TestServer server = server(HttpTlsTest::echo);
        HttpClient client = client(version)) {
      HttpResponse<String> get =
          client.send(HttpRequest.newBuilder(uri(server, "/x")).build(), BodyHandlers.ofString());
      assertThat(get.version()).isEqualTo(version);
      assertThat(get.body()).isEqualTo("/x");
      byte[] large = new byte[3_000_000];
      HttpResponse<byte[]> post =
          client.send(
              HttpRequest.newBuilder(uri(server, "/"))
                  .POST(BodyPublishers.ofByteArray(large))
                  .build(),
              BodyHandlers.ofByteArray());
      assertThat(post.body()).isEqualTo(large);
      HttpResponse<byte[]> chunked =
          client.send(
              HttpRequest.newBuilder(uri(server, "/"))
                  .POST(BodyPublishers.ofInputStream(() -> InputStream.nullInputStream()))
                  .build(),
              BodyHandlers.ofByteArray());
      assertThat(chunked.body()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void servesManyAtOnce(HttpClient.Version version) throws Exception {
    try (TestServer server = server(HttpTlsTest::echo);
        HttpClient client = client(version)) {
      List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        HttpRequest request = HttpRequest.newBuilder(uri(server, "/" + i)).build();
        all.add(client.sendAsync(request, BodyHandlers.ofString()));
      }
      for (int i = 0; i < 50; i++) {
        assertThat(all.get(i).join().body()).isEqualTo("/" + i);
      }
    }
  }

  @Test
  void aRefusalArrivesThoughTheClientIsStillSending() throws Exception {
    try (TestServer server =
            TestServer.start(
                HttpTlsTest::echo,
                options ->
                    options.tls(tls).limits(HttpLimits.builder().maxBodyBytes(1000).build()));
        SSLSocket socket =
            (SSLSocket)
                trust
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), server.port());
        RawClient client = new RawClient(socket)) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
      client.send(new byte[50_000]);
      assertThat(client.answer().status()).isEqualTo(413);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void cleartextIsNoHandshake() throws IOException {
    try (TestServer server = server(HttpTlsTest::echo);
        RawClient client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.rest()).doesNotContain("HTTP");
    }
  }

  @Test
  void aHandshakeThatTakesTooLong() throws IOException {
    try (TestServer server =
            TestServer.start(
                HttpTlsTest::echo,
                options ->
                    options
                        .tls(tls)
                        .limits(
                            HttpLimits.builder().headerTimeout(Duration.ofMillis(50)).build()));
        RawClient client = server.connect()) {
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void drainingDoesNotWaitForHandshakes() throws IOException {
    try (TestServer server = server(HttpTlsTest::echo);
        RawClient client = server.connect()) {
      TestServer.await("connection", () -> server.server().connections() == 1);
      CompletableFuture<Void> drained =
          server.server().drain(Duration.ofMinutes(5)).toCompletableFuture();
      assertThat(client.ended()).isTrue();
      drained.join();
    }
  }
}
