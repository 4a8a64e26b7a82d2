package dev.brink.mesh.origin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.exchange.CallFailure.Reach;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.OriginServer;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers behind TLS, with a certificate for {@code localhost} that only these tests trust. */
class OriginsTlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private static final Map<Socket, Socket> UNDERLYING = new ConcurrentHashMap<>();

  @TempDir static Path folder;
  private static KeyStore keys;
  private static SSLContext serverTls;
  private static SslContext clientTls;

  @BeforeAll
  static void makeCertificate() throws Exception {
    Path file = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                file.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).isZero();
    keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    serverTls = serverTls();
    clientTls =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(trust())
            .endpointIdentificationAlgorithm("HTTPS")
            .build();
  }

  private static SSLContext serverTls() throws GeneralSecurityException {
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  private static TrustManagerFactory trust() throws GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    try {
      trusted.load(null, null);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory;
  }

  /** TLS on top of sockets that stay at hand, so that they can be cut without a goodbye. */
  private static ServerSocket listen(InetSocketAddress address) throws IOException {
    var socket =
        new ServerSocket() {
          @Override
          public Socket accept() throws IOException {
            Socket plain = super.accept();
            var secured =
                (SSLSocket)
                    serverTls
                        .getSocketFactory()
                        .createSocket(plain, "localhost", plain.getPort(), true);
            secured.setUseClientMode(false);
            UNDERLYING.put(secured, plain);
            return secured;
          }
        };
    socket.bind(address);
    return socket;
  }

  private static OriginPool.Builder pool(String host, TestUpstream server) {
    return OriginPool.newBuilder()
        .addServers(OriginServer.newBuilder().setUrl("https://" + host + ":" + server.port()));
  }

  @Test
  void aTrustedServerIsReachedByNameOverOneConnection() {
    try (var server = TestUpstream.start(exchange -> exchange.ok("safe"), OriginsTlsTest::listen);
        var origins =
            TestOrigins.of(
                pool("localhost", server).setMaxConnections(1),
                options -> options.tls(clientTls))) {
      assertThat(origins.get("/").body()).isEqualTo("safe");
      assertThat(origins.get("/").body()).isEqualTo("safe");
      assertThat(server.accepted).hasValue(1);
    }
  }

  @Test
  void aServerWhoseNameIsAnotherGetsNoRequest() {
    assertUntrusted("127.0.0.1", options -> options.tls(clientTls));
  }

  @Test
  void aServerThatNobodyVouchesForGetsNoRequest() {
    assertUntrusted("localhost", UnaryOperator.identity());
  }

  private static void assertUntrusted(String host, UnaryOperator<Origins.Builder> options) {
    try (var server = TestUpstream.start(exchange -> exchange.ok("?"), OriginsTlsTest::listen);
        var origins = TestOrigins.of(pool(host, server), options)) {
      Answer answer = origins.get("/");
      assertThat(answer.code()).isEqualTo("origin-tls-failed");
      assertThat(answer.failure().reach()).isEqualTo(Reach.NOT_STARTED);
      assertThat(server.requests).hasValue(0);
    }
  }

  @Test
  void aServerThatDoesNotSpeakTlsIsSaidSo() {
    try (var server = TestUpstream.start(exchange -> exchange.ok("plain"));
        var origins =
            TestOrigins.of(pool("localhost", server), options -> options.tls(clientTls))) {
      Answer answer = origins.get("/");
      assertThat(answer.code()).isIn("origin-tls-failed", "origin-unreachable");
    }
  }

  @Test
  void aBodyThatEndsWithTheConnectionNeedsTheServersGoodbye() {
    try (var server =
            TestUpstream.start(
                exchange -> {
                  exchange.write("HTTP/1.1 200 OK\r\n\r\nsome");
                  if (exchange.requestLine().contains("/whole")) {
                    exchange.close();
                  } else {
                    requireNonNull(UNDERLYING.get(exchange.socket())).close();
                  }
                },
                OriginsTlsTest::listen);
        var origins =
            TestOrigins.of(pool("localhost", server), options -> options.tls(clientTls))) {
      assertThat(origins.get("/whole").body()).isEqualTo("some");
      Answer cut = origins.get("/cut");
      assertThat(cut.status()).isEqualTo(200);
      assertThatThrownBy(cut::body).hasMessageContaining("origin-");
    }
  }
}
