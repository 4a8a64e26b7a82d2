package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.CachePolicy;
import dev.brink.exec.outbound.OutboundTarget;
import dev.brink.exec.websocket.WebSocketLimits;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions' WebSockets on two nodes, with the JDK's client and with bare sockets. */
class WebSocketMeshTest {
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final String VERSION = "sec-websocket-version: 13";

  private static final String ECHO =
      """
      export default { fetch(request) {
        if (request.headers.get('upgrade') !== 'websocket') return new Response('no socket');
        const { 0: client, 1: server } = new WebSocketPair();
        server.accept();
        server.addEventListener('message', async ({ data }) => {
          const many = /^many (\\d+)$/.exec(data);
          if (many === null) {
            if (data === 'close') server.close(4007, 'as you wish');
            else server.send(data);
            return;
          }
          const piece = new Uint8Array(100_000);
          for (let i = 0; i < +many[1]; i++) {
            while (server.bufferedAmount > 1_000_000) await scheduler.wait(1);
            server.send(piece);
          }
        });
        server.addEventListener('close', ({ code, reason, wasClean }) => console.log(code, reason, wasClean));
        const offered = request.headers.get('sec-websocket-protocol');
        const headers = offered === null ? {} : { 'sec-websocket-protocol': offered.split(', ').at(-1) };
        return new Response(null, { status: 101, webSocket: client, headers });
      } };
      """;

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh =
        TestMesh.start(
            directory,
            2,
            (index, config) -> {
              if (index == 0) {
                config.functions(
                    functions ->
                        functions.outboundAllow(List.of(new OutboundTarget("127.0.0.1", 0))));
              }
            });
    deploy("here", "n1");
    deploy("away", "n0");
  }

  @AfterAll
  static void stop() {
    if (mesh != null) {
      mesh.close();
    }
  }

  /** A socket is counted until its close is through, which may be after the test's end. */
  @BeforeEach
  void noneIsOpen() throws Exception {
    for (MeshNode node : mesh.nodes()) {
      TestMesh.until(() -> openAt(node) == 0);
    }
  }

  /** An echo at the path of its name that does not run on some nodes. */
  private static void deploy(String name, String... forbidden) {
    Hints hints =
        Hints.builder()
            .forbidden(
                Stream.of(forbidden).map(node -> NodeSelector.of(NodeSelector.NODE, node)).toList())
            .build();
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.builder(name)
                .module("main.js", ECHO)
                .route("/" + name)
                .placement(new FunctionPlacement(hints, new Affinity.None()))
                .build());
  }

  private static TestSocket open(MeshNode node, String path, String... protocols) {
    return TestSocket.open(mesh.client(), node, path, protocols);
  }

  private static int openAt(MeshNode node) {
    HttpRequest request =
        HttpRequest.newBuilder(node.adminUri().resolve("/metrics"))
            .header("authorization", "Bearer " + node.adminToken())
            .timeout(Duration.ofSeconds(30))
            .build();
    String text =
        mesh.client().sendAsync(request, HttpResponse.BodyHandlers.ofString()).join().body();
    Matcher line = Pattern.compile("(?m)^brink_websockets_open (\\S+)$").matcher(text);
    assertThat(line.find()).isTrue();
    return (int) Double.parseDouble(line.group(1));
  }

  @ParameterizedTest
  @CsvSource({"/here, 0", "/away, 1"})
  void aConversation(String path, int runsOn) throws Exception {
    TestSocket client = open(mesh.node(0), path, "talk", "chat");
    assertThat(client.socket().getSubprotocol()).isEqualTo("chat");
    TestMesh.until(() -> openAt(mesh.node(runsOn)) == 1);
    assertThat(openAt(mesh.node(1 - runsOn))).isZero();
    for (int i = 0; i < 100; i++) {
      client.text("grüezi " + i);
      assertThat(client.next()).isEqualTo("text grüezi " + i);
    }
    client.binary(new byte[1 << 20]);
    assertThat(client.next()).isEqualTo("binary " + (1 << 20));
    for (String part : List.of("in ", "", "parts")) {
      var _ = client.socket().sendText(part, part.equals("parts")).join();
    }
    assertThat(client.next()).isEqualTo("text in parts");
    var _ = client.socket().sendPing(ByteBuffer.wrap(new byte[7])).join();
    assertThat(client.next()).isEqualTo("pong 7");
    client.close(4001, "enough");
    assertThat(client.next()).isEqualTo("closed 4001 ");
    TestMesh.until(() -> openAt(mesh.node(runsOn)) == 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/here", "/away"})
  void theFunctionCloses(String path) throws Exception {
    TestSocket client = open(mesh.node(0), path);
    client.text("close");
    assertThat(client.next()).isEqualTo("closed 4007 as you wish");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/here", "/away"})
  void muchGoesThroughAndLittleIsHeld(String path) throws Exception {
    TestSocket client = open(mesh.node(0), path);
    client.text("many 200");
    for (int i = 0; i < 200; i++) {
      assertThat(client.next()).isEqualTo("binary 100000");
    }
    client.close(1000, "");
    assertThat(client.next()).isEqualTo("closed 1000 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/here", "/away"})
  void whatIsTooLargeIsRefused(String path) throws Exception {
    TestSocket client = open(mesh.node(0), path);
    client.binary(new byte[(1 << 20) + 1]);
    assertThat(client.next()).isEqualTo("closed 1009 a message is larger than 1048576 bytes");
  }

  @ParameterizedTest
  @CsvSource({"/here, 0", "/away, 1"})
  void aClientThatVanishesIsForgotten(String path, int runsOn) throws Exception {
    try (Socket socket = connect(mesh.node(0))) {
      List<String> head = exchange(socket, "GET", path, VERSION, "HTTP/1.1");
      assertThat(head.getFirst()).isEqualTo("HTTP/1.1 101 Switching Protocols");
      assertThat(head)
          .contains(
              "connection: upgrade",
              "upgrade: websocket",
              "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
              "brink-node: n" + runsOn);
      assertThat(openAt(mesh.node(runsOn))).isEqualTo(1);
    }
    TestMesh.until(() -> openAt(mesh.node(runsOn)) == 0);
  }

  @Test
  void aBadHandshakeIsRefusedAndAnotherUpgradeIgnored() throws Exception {
    assertThat(refused("GET", "sec-websocket-version: 12", "HTTP/1.1"))
        .contains("HTTP/1.1 426 Upgrade Required", "sec-websocket-version: 13");
    assertThat(refused("GET", "x: y", "HTTP/1.1").getFirst()).contains("426");
    assertThat(refused("POST", VERSION, "HTTP/1.1").getFirst()).contains("400");
    assertThat(refused("GET", "sec-websocket-version: 13\nsec-websocket-key: a", "HTTP/1.1"))
        .first()
        .isEqualTo("HTTP/1.1 400 Bad Request");
    assertThat(refused("GET", "sec-websocket-version: 13\ncontent-length: 1", "HTTP/1.1"))
        .first()
        .isEqualTo("HTTP/1.1 400 Bad Request");
    assertThat(refused("GET", VERSION, "HTTP/1.0").getFirst()).contains("200");
    assertThat(mesh.get(mesh.node(0), "/here").body()).isEqualTo("no socket");
  }

  private static List<String> refused(String method, String more, String version)
      throws IOException {
    try (Socket socket = connect(mesh.node(0))) {
      return exchange(socket, method, "/here", more, version);
    }
  }

  private static Socket connect(MeshNode node) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), node.ingressUri().getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static List<String> exchange(
      Socket socket, String method, String path, String more, String version) throws IOException {
    String request =
        """
        %s %s %s
        host: localhost
        connection: keep-alive, Upgrade
        upgrade: WebSocket
        sec-websocket-key: %s
        %s

        """
            .formatted(method, path, version, KEY, more)
            .replace("\n", "\r\n");
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    var head = new StringBuilder();
    for (int b; head.indexOf("\r\n\r\n") < 0 && (b = socket.getInputStream().read()) >= 0; ) {
      head.append((char) b);
    }
    return head.toString().lines().toList();
  }

  @Test
  void aFunctionThatGrantsNothingIsToldToTheClient() {
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.of(
                "plain",
                "export default { fetch: () => new Response('no', { status: 403 }) }",
                "/plain"));
    assertThatThrownBy(() -> open(mesh.node(0), "/plain"))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
  }

  @Test
  void aSocketIsNeverCached() throws Exception {
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.builder("cached")
                .module("main.js", ECHO)
                .route("/cached")
                .cache(CachePolicy.DEFAULT)
                .build());
    for (MeshNode node : mesh.nodes()) {
      for (int i = 0; i < 2; i++) {
        TestSocket client = open(node, "/cached");
        client.text("a");
        assertThat(client.next()).isEqualTo("text a");
        client.close(1000, "");
      }
    }
  }

  @Test
  void aFunctionConnects() throws Exception {
    String source =
        """
        const told = (socket, type) => new Promise((resolve) => { socket.addEventListener(type, resolve, { once: true }); });
        export default { async fetch(request, env) {
          const { searchParams } = new URL(request.url);
          if (searchParams.has('service')) {
            const { webSocket, status } = await env[searchParams.get('service')].fetch('http://x/', { headers: { upgrade: 'websocket' } });
            webSocket.accept();
            webSocket.send('y');
            return new Response(`${status} ${(await told(webSocket, 'message')).data}`);
          }
          const socket = new WebSocket(searchParams.get('url'));
          const failure = told(socket, 'error');
          const opened = await Promise.race([told(socket, 'open'), failure]);
          if (opened.type === 'error') return new Response(opened.message);
          socket.send('x'.repeat(70_000));
          const { data } = await told(socket, 'message');
          socket.close(3000);
          const { code, wasClean } = await told(socket, 'close');
          return new Response(`${data.length} ${code} ${wasClean}`);
        } };
        """;
    mesh.node(0)
        .deployments()
        .deploy(OriginSpec.builder("pool").server(mesh.node(1).ingressUri()).build());
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.builder("connects")
                .module("main.js", source)
                .route("/connects")
                .service("AWAY", "away")
                .service("POOL", "pool")
                .placement(
                    new FunctionPlacement(
                        Hints.builder()
                            .forbidden(List.of(NodeSelector.of(NodeSelector.NODE, "n1")))
                            .build(),
                        new Affinity.None()))
                .build());
    String target = "ws" + mesh.node(1).ingressUri().toString().substring(4) + "/here";
    assertThat(mesh.get(mesh.node(0), "/connects?url=" + target).body())
        .isEqualTo("70000 3000 true");
    assertThat(mesh.get(mesh.node(0), "/connects?url=" + target + "/nowhere").body())
        .isEqualTo("the server answered 404 (expected: 101)");
    assertThat(mesh.get(mesh.node(0), "/connects?url=ws://10.0.0.1/").body())
        .contains("not a public address");
    assertThat(mesh.get(mesh.node(0), "/connects?url=ws://169.254.169.254/").body())
        .contains("not a public address");
    assertThat(mesh.get(mesh.node(0), "/connects?service=AWAY").body()).isEqualTo("101 y");
    assertThat(mesh.get(mesh.node(0), "/connects?service=POOL").statusCode()).isEqualTo(500);
    TestMesh.until(() -> openAt(mesh.node(0)) == 0 && openAt(mesh.node(1)) == 0);
  }

  @Test
  void aNodeThatStopsClosesItsSockets() throws Exception {
    MeshNode third = mesh.add("n2");
    mesh.awaitLinks();
    deploy("third", "n0", "n1");
    TestSocket local = open(third, "/third");
    TestSocket fromOutside = open(mesh.node(0), "/third");
    deploy("first", "n1", "n2");
    TestSocket toOutside = open(third, "/first");
    for (TestSocket client : List.of(local, fromOutside, toOutside)) {
      client.text("there");
      assertThat(client.next()).isEqualTo("text there");
    }
    mesh.stop(third);
    assertThat(local.next()).isEqualTo("closed 1001 the node is stopping");
    assertThat(fromOutside.next()).isEqualTo("closed 1001 the node is stopping");
    assertThat(toOutside.next()).isEqualTo("closed 1001 the connection was lost");
    TestMesh.until(() -> openAt(mesh.node(0)) == 0);
  }

  @Test
  void aSilentClientIsPingedAndThenGivenUp() throws Exception {
    try (TestMesh one = withSockets("silent", sockets -> sockets.idle(Duration.ofMillis(100)))) {
      try (Socket silent = connect(one.node(0))) {
        List<String> head = exchange(silent, "GET", "/echo", VERSION, "HTTP/1.1");
        assertThat(head.getFirst()).contains("101");
        InputStream in = silent.getInputStream();
        assertThat(in.readNBytes(2)).containsExactly(0x89, 0);
        assertThat(in.readNBytes(28))
            .asString(ISO_8859_1)
            .endsWith("\u0003\u00e9the peer does not answer");
        assertThat(in.read()).isEqualTo(-1);
      }
      TestMesh.until(() -> openAt(one.node(0)) == 0);
    }
  }

  @Test
  void limitsOfANode() throws Exception {
    try (TestMesh one = withSockets("limits", sockets -> sockets.maxOpen(1).messageBytes(1024))) {
      try (Socket first = connect(one.node(0))) {
        List<String> head = exchange(first, "GET", "/echo", VERSION, "HTTP/1.1");
        assertThat(head.getFirst()).contains("101");
        assertThatThrownBy(() -> TestSocket.open(one.client(), one.node(0), "/echo"))
            .cause()
            .isInstanceOfSatisfying(
                WebSocketHandshakeException.class,
                e -> assertThat(e.getResponse().statusCode()).isEqualTo(503));
      }
      TestMesh.until(() -> openAt(one.node(0)) == 0);
      TestSocket client = TestSocket.open(one.client(), one.node(0), "/echo");
      client.binary(new byte[1025]);
      assertThat(client.next()).isEqualTo("closed 1009 a message is larger than 1024 bytes");
    }
  }

  /** One node with an echo at {@code /echo} and sockets of this kind. */
  private static TestMesh withSockets(String name, Consumer<WebSocketLimits.Builder> sockets)
      throws Exception {
    TestMesh one =
        TestMesh.start(
            directory.resolve(name),
            1,
            (index, config) -> config.functions(functions -> functions.webSockets(sockets)));
    one.node(0).deployments().deploy(FunctionSpec.of("echo", ECHO, "/echo"));
    return one;
  }
}
