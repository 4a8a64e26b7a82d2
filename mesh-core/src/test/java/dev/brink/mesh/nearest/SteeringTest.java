package dev.brink.mesh.nearest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brink.grid.Entry;
import dev.brink.grid.Stamp;
import dev.brink.mesh.http.CertificateFiles;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.HttpHandler;
import dev.brink.mesh.http.HttpServer;
import dev.brink.mesh.http.ServerExchange;
import dev.brink.mesh.http.ServerTls;
import dev.brink.mesh.proto.ClientRttRecord;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients are told, over real connections. */
class SteeringTest {
  private final FakeMap map = new FakeMap();
  private URI url = URI.create("http://there.example:8080");
  private final ClientRtts own = new ClientRtts();
  private final SharedRtts shared =
      new SharedRtts("here", own, () -> Instant.ofEpochMilli(map.wallMillis));
  private final NearestIngress nearest =
      new NearestIngress(
          shared, RegionTable.empty(), () -> List.of(node("here", true), node("there", false)));
  private final EventLoops loops = EventLoops.create(1, "test-io");
  private final List<HttpServer> servers = new ArrayList<>();

  private IngressNode node(String id, boolean self) {
    return new IngressNode(
        id, self, "", List.of(InetAddress.getLoopbackAddress()), IngressUrl.of(url), 0);
  }

  @AfterEach
  void close() {
    servers.forEach(server -> server.close().toCompletableFuture().join());
    loops.close();
    shared.close();
  }

  private int serve(Steering steering, boolean sameRoute, @Nullable SslContext tls) {
    return serve(steering, sameRoute, tls, exchange -> exchange);
  }

  private int serve(
      Steering steering,
      boolean sameRoute,
      @Nullable SslContext tls,
      UnaryOperator<ServerExchange> as) {
    HttpHandler handler =
        exchange ->
            exchange.respond(
                new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.OK,
                    Unpooled.copiedBuffer("here", StandardCharsets.UTF_8)));
    var steered =
        new SteeringHandler(
            handler,
            nearest,
            steering,
            (exchange, host) -> sameRoute && host.equals(url.getAuthority()));
    HttpServer.Builder builder =
        HttpServer.builder(exchange -> steered.handle(as.apply(exchange))).eventLoops(loops);
    if (tls != null) {
      builder.tls(tls);
    }
    HttpServer server = builder.start().toCompletableFuture().join();
    servers.add(server);
    return server.address().getPort();
  }

  private void clientIsNearerToTheOther() {
    isNearerToTheOther(InetAddress.getLoopbackAddress());
  }

  private void isNearerToTheOther(InetAddress client) {
    own.measured(client, 90_000_000, System.nanoTime());
    for (int shard = 0; shard < SharedRtts.SHARDS; shard++) {
      shared.changed(
          "there/" + shard,
          new Entry(
              ClientRttRecord.newBuilder()
                  .addPrefixes(ClientPrefix.of(client).packed())
                  .addRttMicros(8_000)
                  .build()
                  .toByteArray(),
              new Stamp(map.wallMillis, 0, new UUID(0, 1))));
    }
  }

  private static List<String> answer(Socket socket, String request) throws Exception {
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    var in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    List<String> lines = new ArrayList<>();
    int length = 0;
    for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
      lines.add(line);
      if (line.startsWith("content-length: ")) {
        length = Integer.parseInt(line.substring("content-length: ".length()));
      }
    }
    for (int i = 0; i < length; i++) {
      in.read();
    }
    return lines;
  }

  @Test
  void aRedirectNamesTheNearerIngressAndTheConnectionStays() throws Exception {
    int port = serve(Steering.TEMPORARY_REDIRECT, true, null);
    String request = "GET /a/b?c=d HTTP/1.1\r\nHost: x\r\n\r\n";
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(answer(socket, request)).first().isEqualTo("HTTP/1.1 200 OK");
      clientIsNearerToTheOther();
      assertThat(answer(socket, request))
          .startsWith("HTTP/1.1 307 Temporary Redirect")
          .contains("location: http://there.example:8080/a/b?c=d");
      assertThat(answer(socket, request))
          .as("an open connection is never moved: it goes on")
          .startsWith("HTTP/1.1 307 Temporary Redirect");
      assertThat(answer(socket, "POST / HTTP/1.1\r\nHost: x\r\ncontent-length: 2\r\n\r\nab"))
          .as("a body would have to be sent twice")
          .first()
          .isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void aPermanentRedirectIsOne() throws Exception {
    clientIsNearerToTheOther();
    int port = serve(Steering.PERMANENT_REDIRECT, true, null);
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(answer(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
          .startsWith("HTTP/1.1 308 Permanent Redirect");
    }
  }

  @Test
  void whatIsAnotherServiceUnderTheOtherHostIsNotRedirected() throws Exception {
    clientIsNearerToTheOther();
    int port = serve(Steering.TEMPORARY_REDIRECT, false, null);
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(answer(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 200 OK");
    }
  }

  /** Such is the URL of an ingress that listens everywhere and does not say where it is reached. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:8080",
        "http://127.9.8.7",
        "http://[::1]:8080",
        "http://[0:0:0:0:0:0:0:1]:8080",
        "http://[::ffff:127.0.0.1]",
        "http://LocalHost:8080",
        "http://edge.localhost"
      })
  void nobodyIsLedToTheirOwnMachine(URI of) throws Exception {
    url = of;
    InetAddress client = InetAddress.ofLiteral("192.0.2.9");
    isNearerToTheOther(client);
    String request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    int far = serve(Steering.TEMPORARY_REDIRECT, true, null, exchange -> from(client, exchange));
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), far)) {
      assertThat(answer(socket, request)).first().isEqualTo("HTTP/1.1 200 OK");
    }
    clientIsNearerToTheOther();
    int same = serve(Steering.TEMPORARY_REDIRECT, true, null);
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), same)) {
      assertThat(answer(socket, request)).contains("location: " + of + "/");
    }
  }

  /** The same exchange, had another client begun it. */
  private static ServerExchange from(InetAddress client, ServerExchange exchange) {
    return (ServerExchange)
        Proxy.newProxyInstance(
            ServerExchange.class.getClassLoader(),
            new Class<?>[] {ServerExchange.class},
            (proxy, method, arguments) ->
                method.getName().equals("remoteAddress")
                    ? new InetSocketAddress(client, 50_000)
                    : method.invoke(exchange, arguments));
  }

  @Test
  void anAlternativeServiceIsNamedOverTlsOnly(@TempDir Path directory) throws Exception {
    url = URI.create("https://there.example:8443");
    clientIsNearerToTheOther();
    int plain = serve(Steering.ALT_SVC, true, null);
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), plain)) {
      assertThat(answer(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
          .noneMatch(line -> line.startsWith("alt-svc"));
    }
    assertThat(answerOverTls(Steering.ALT_SVC, directory))
        .startsWith("HTTP/1.1 200 OK")
        .contains(altSvc("there.example:8443"));
  }

  /** RFC 7838 wants the port, the URL of an ingress need not have one. */
  @ParameterizedTest
  @CsvSource({
    "https://there.example, there.example:443",
    "https://over_there, over_there:443",
    "https://over_there:8443, over_there:8443",
    "https://[2001:db8::7], [2001:db8::7]:443",
    "https://[2001:db8::7]:8443, [2001:db8::7]:8443"
  })
  void anAlternativeServiceAlwaysHasAPort(URI of, String authority, @TempDir Path directory)
      throws Exception {
    url = of;
    clientIsNearerToTheOther();
    assertThat(answerOverTls(Steering.ALT_SVC, directory)).contains(altSvc(authority));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OFF")
  void nobodyIsLedFromTlsToAnIngressWithout(Steering steering, @TempDir Path directory)
      throws Exception {
    clientIsNearerToTheOther();
    assertThat(answerOverTls(steering, directory))
        .startsWith("HTTP/1.1 200 OK")
        .noneMatch(line -> line.startsWith("alt-svc"));
  }

  private static String altSvc(String authority) {
    return "alt-svc: h2=\"%s\"; ma=600, http/1.1=\"%s\"; ma=600".formatted(authority, authority);
  }

  private List<String> answerOverTls(Steering steering, Path directory) throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .subject("CN=localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path chain = directory.resolve("chain.pem");
    Path key = directory.resolve("key.pem");
    Files.writeString(chain, certificate.getCertificatePathPEM());
    Files.writeString(key, certificate.getPrivateKeyPEM());
    int secure =
        serve(steering, true, ServerTls.of(new CertificateFiles("tls", chain, key).read()));
    try (var socket =
        trusting(certificate)
            .getSocketFactory()
            .createSocket(InetAddress.getLoopbackAddress(), secure)) {
      return answer(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }
  }

  private static SSLContext trusting(X509Bundle certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("one", certificate.getCertificate());
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  @Test
  void theKernelSaysHowFarAClientIs() throws Exception {
    assumeTrue(loops.transport().equals("epoll"), "only epoll tells");
    BlockingQueue<Long> measured = new LinkedBlockingQueue<>();
    HttpServer server =
        HttpServer.builder(exchange -> {})
            .eventLoops(loops)
            .roundTrips(
                (client, nanos) -> {
                  if (client.isLoopbackAddress()) {
                    measured.add(nanos);
                  }
                })
            .start()
            .toCompletableFuture()
            .join();
    servers.add(server);
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      assertThat(measured.poll(30, TimeUnit.SECONDS)).isBetween(1L, 1_000_000_000L);
    }
  }
}
