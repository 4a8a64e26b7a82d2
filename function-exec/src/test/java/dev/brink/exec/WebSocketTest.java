package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.websocket.WebSocketLimits;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that answer with a WebSocket. */
class WebSocketTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  private static final String PAIR =
      """
      const { 0: client, 1: server } = new WebSocketPair();
      const answer = (headers) => new Response(null, { status: 101, webSocket: client, headers });
      """;

  private static final String ECHO =
      PAIR
          + """
          server.accept();
          server.addEventListener('message', ({ data }) => server.send(data));
          server.addEventListener('close', ({ code, reason, wasClean }) => console.log(code, reason, wasClean));
          server.addEventListener('error', ({ message }) => console.log('error', message));
          return answer();
          """;

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  private static SocketPeer connect(String script, String... headers) {
    return SocketPeer.connect(SANDBOX.handler(script), headers);
  }

  private static void awaitLine(String line) {
    Sandbox.await(line, () -> SANDBOX.console.contains(line));
  }

  @Test
  void messagesComeBackUntilTheClientCloses() {
    long before = SANDBOX.runtime.webSockets().received();
    SocketPeer peer = connect(ECHO);
    assertThat(peer.opened().headers().get("sec-websocket-accept"))
        .isEqualTo("ICX+Yqv66kxgM0FcWaLWlFLwTAI=");
    for (int i = 0; i < 100; i++) {
      peer.text("grüezi " + i);
      assertThat(peer.next()).isEqualTo("text grüezi " + i);
    }
    peer.binary(new byte[100_000]);
    assertThat(peer.next()).isEqualTo("binary 100000");
    peer.text("");
    assertThat(peer.next()).isEqualTo("text ");
    peer.close(4000, "enough");
    assertThat(peer.next()).isEqualTo("closed 4000 ");
    assertThat(peer.next()).isEqualTo("done null");
    awaitLine("INFO 4000 enough true");
    assertThat(SANDBOX.runtime.webSockets().received()).isEqualTo(before + 102);
  }

  @Test
  void theFunctionCloses() {
    SocketPeer peer =
        connect(
            PAIR
                + """
                server.accept();
                server.onmessage = () => server.close(1008, 'not so');
                server.onclose = ({ code, wasClean }) => console.log('server', code, wasClean, server.readyState);
                return answer();
                """);
    var _ = peer.opened();
    peer.text("x");
    assertThat(peer.next()).isEqualTo("closed 1008 not so");
    assertThat(peer.next()).isEqualTo("done null");
    awaitLine("INFO server 1008 true 3");
  }

  @Test
  void whatIsSentBeforeTheAnswerComesAfterIt() {
    SocketPeer peer =
        connect(
            PAIR
                + """
                server.accept();
                server.send('one');
                server.send(new Uint8Array([1, 2, 3]).subarray(1));
                server.send(new Blob(['four']));
                server.close();
                return answer();
                """);
    var _ = peer.opened();
    assertThat(peer.next()).isEqualTo("text one");
    assertThat(peer.next()).isEqualTo("binary 2");
    assertThat(peer.next()).isEqualTo("binary 4");
    assertThat(peer.next()).isEqualTo("closed 1005 ");
    assertThat(peer.next()).isEqualTo("done null");
  }

  @Test
  void messagesWaitUntilTheyAreAccepted() {
    SocketPeer peer =
        connect(
            PAIR
                + """
                server.onmessage = ({ data }) => server.send(`${data}${data instanceof ArrayBuffer}`);
                setTimeout(() => server.accept(), 20);
                return answer();
                """);
    var _ = peer.opened();
    peer.text("early ");
    assertThat(peer.next()).isEqualTo("text early false");
    peer.binary(new byte[1]);
    assertThat(peer.next()).isEqualTo("text [object ArrayBuffer]true");
    peer.vanish();
  }

  @Test
  void aSubprotocolIsOneOfTheOffered() {
    String chosen = PAIR + "return answer({ 'sec-websocket-protocol': 'chat' });";
    SocketPeer peer = connect(chosen, "sec-websocket-protocol", "talk, chat");
    assertThat(peer.opened().headers().get("sec-websocket-protocol")).isEqualTo("chat");
    peer.vanish();
    assertThat(connect(chosen, "sec-websocket-protocol", "talk").next())
        .startsWith("BAD_RESPONSE sec-websocket-protocol: chat");
  }

  @Test
  void nobodyGetsASocketThatDidNotAsk() {
    Answered answered = SANDBOX.get(SANDBOX.handler(PAIR + "return answer();"), "/");
    assertThat(answered.failure()).hasMessageContaining("did not ask for");
  }

  @Test
  void anAnswerMayBeAnOrdinaryOne() {
    SocketPeer peer =
        connect("return new Response(`${request.headers.get('upgrade')} ${request.body}`)");
    assertThat(peer.next()).isEqualTo("200");
    assertThat(peer.next()).isEqualTo("done null");
    Sandbox.await("the client's bytes are let go", peer.output::cancelled);
  }

  @Test
  void aSocketIsAnsweredWithOnce() {
    assertThat(connect(PAIR + "client.accept(); return answer();").next())
        .startsWith("BAD_RESPONSE the response’s webSocket was accepted");
    assertThat(
            SANDBOX.eval(
                PAIR
                    + """
                    const seen = [];
                    for (const make of [
                      () => new Response(null, { status: 101 }),
                      () => new Response(null, { webSocket: client }),
                      () => new Response(null, { status: 101, webSocket: {} }),
                      () => answer().clone(),
                      () => server.send('x'),
                    ]) try { make(); } catch (error) { seen.push(error.name); }
                    return seen;
                    """))
        .isEqualTo("RangeError,RangeError,TypeError,TypeError,InvalidStateError");
  }

  @Test
  void aClientThatVanishesIsAnError() {
    SocketPeer peer = connect(ECHO);
    var _ = peer.opened();
    peer.vanish();
    assertThat(peer.next()).isEqualTo("done null");
    awaitLine("INFO error the connection was lost");
    awaitLine("INFO 1006  false");
  }

  @Test
  void aClientWhoseCallIsCancelledWithItsConnectionIsHeardOfOnce() {
    SocketPeer peer = connect(ECHO.replace("console.log(", "console.log('leaving', "));
    var _ = peer.opened();
    peer.breakOff();
    awaitLine("INFO leaving 1006  false");
    assertThat(peer.next()).isEqualTo("cut");
    assertThat(peer.next()).isEqualTo("done CANCELLED");
    assertThat(SANDBOX.console.stream().filter(line -> line.startsWith("INFO leaving")))
        .containsExactly("INFO leaving error the connection was lost", "INFO leaving 1006  false");
  }

  @Test
  void whatAClientSaidBeforeItLeftIsHeardFirst() {
    SocketPeer peer = connect(ECHO);
    var _ = peer.opened();
    peer.close(4007, "bye");
    peer.breakOff();
    awaitLine("INFO 4007 bye true");
  }

  @Test
  void anEndOfTheClientsBytesIsAnsweredWithAClose() {
    SocketPeer peer = connect(ECHO);
    var _ = peer.opened();
    peer.output.end();
    assertThat(peer.next()).isEqualTo("closed 1001 the connection was lost");
  }

  @Test
  void nonsenseIsRefused() {
    SocketPeer peer = connect(ECHO);
    var _ = peer.opened();
    peer.output.write(Unpooled.wrappedBuffer(new byte[] {(byte) 0xff, 0}));
    assertThat(peer.next()).isEqualTo("closed 1002 a reserved bit is set");
    assertThat(peer.next()).isEqualTo("done null");
  }

  @Test
  void eachMessageHasItsOwnProcessorTime() {
    LoadedFunction function =
        SANDBOX.load(
            "export default { fetch() {"
                + PAIR
                + """
                server.accept();
                server.onmessage = ({ data }) => {
                  const end = performance.now() + +data;
                  while (performance.now() < end);
                  server.send('done');
                };
                return answer();
                } }
                """,
            new FunctionLimits(
                Duration.ofMillis(400), Duration.ofMillis(500), 64L << 20, 1 << 20, 1 << 20, 64));
    SocketPeer peer = SocketPeer.connect(function);
    var _ = peer.opened();
    for (int i = 0; i < 6; i++) {
      peer.text("100");
      assertThat(peer.next()).isEqualTo("text done");
    }
    peer.text("Infinity");
    assertThat(peer.next()).isEqualTo("closed 1011 the function was ended");
    assertThat(peer.next()).isEqualTo("done CPU_LIMIT");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatItWaitsForHasItsWallTimeOnceItIsOver(boolean vanishes) {
    LoadedFunction function =
        SANDBOX.load(
            "export default { async fetch(request, env, ctx) {"
                + PAIR
                + """
                server.accept();
                ctx.waitUntil(new Promise(() => {}));
                ctx.waitUntil((async () => { for (;;) await scheduler.wait(50); })());
                return answer();
                } }
                """,
            new FunctionLimits(
                Duration.ofSeconds(5), Duration.ofSeconds(3), 64L << 20, 1 << 20, 1 << 20, 64));
    SocketPeer peer = SocketPeer.connect(function);
    var _ = peer.opened();
    if (vanishes) {
      peer.leave();
    } else {
      peer.close(1000, "");
      assertThat(peer.next()).isEqualTo("closed 1000 ");
    }
    assertThat(peer.next()).isEqualTo("done WALL_LIMIT");
  }

  @Test
  void whoSendsForLongHasProcessorTimeForLong() {
    LoadedFunction function =
        SANDBOX.load(
            "export default { async fetch() {"
                + PAIR
                + """
                server.accept();
                const tick = async () => {
                  for (let i = 0; i < 12; i++) {
                    await scheduler.wait(60);
                    const end = performance.now() + 40;
                    while (performance.now() < end);
                  }
                  server.close(4000, 'ticked');
                };
                tick();
                return answer();
                } }
                """,
            new FunctionLimits(
                Duration.ofMillis(300), Duration.ofMillis(400), 64L << 20, 1 << 20, 1 << 20, 64));
    SocketPeer peer = SocketPeer.connect(function);
    var _ = peer.opened();
    assertThat(peer.next()).isEqualTo("closed 4000 ticked");
    assertThat(peer.next()).isEqualTo("done null");
  }

  @Test
  void aPeerThatTakesNothingIsGivenUp() {
    LoadedFunction function =
        SANDBOX.handler(
            PAIR
                + """
                server.accept();
                let most = 0;
                const piece = 'x'.repeat(100_000);
                const timer = setInterval(() => {
                  if (server.readyState === 1) server.send(piece);
                  most = Math.max(most, server.bufferedAmount);
                }, 1);
                server.onclose = ({ code }) => {
                  clearInterval(timer);
                  console.log('slow', code, most > 4_000_000, most < 5_000_000);
                };
                return answer();
                """);
    SocketPeer peer = SocketPeer.connect(function, false);
    var _ = peer.opened();
    awaitLine("INFO slow 1006 true true");
    peer.read();
    assertThat(peer.next()).isEqualTo("closed 1008 more waits to be sent than may");
    assertThat(peer.next()).isEqualTo("done null");
  }

  @Test
  void limitsAreForAllSocketsTogether() {
    var limits =
        new WebSocketLimits(2, 2, 1_000, 4_000, 1_500, Duration.ofSeconds(30), Duration.ofHours(1));
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).webSockets(limits).build()) {
      LoadedFunction function = Sandbox.join(runtime.load(SANDBOX.handler(ECHO).bundle()));
      SocketPeer one = SocketPeer.connect(function);
      var _ = one.opened();
      SocketPeer two = SocketPeer.connect(function);
      var _ = two.opened();
      SocketPeer three = SocketPeer.connect(function);
      assertThat(three.next()).isEqualTo("WEBSOCKET_LIMIT more than 2 WebSockets are open");
      assertThat(three.next()).isEqualTo("done WEBSOCKET_LIMIT");
      one.text("x".repeat(1_001));
      assertThat(one.next()).isEqualTo("closed 1009 a message is larger than 1000 bytes");
      assertThat(one.next()).isEqualTo("done null");
      assertThat(runtime.webSockets()).isEqualTo(new WebSocketCounts(1, 2, 1, 1, 0, 0, 0));

      SocketPeer four = SocketPeer.connect(function, false);
      var _ = four.opened();
      two.text("x".repeat(900));
      assertThat(two.next()).isEqualTo("text " + "x".repeat(900));
      four.text("x".repeat(900));
      four.text("x".repeat(900));
      Sandbox.await("given up", () -> runtime.webSockets().failed() == 2);
      four.read();
      assertThat(four.next()).isEqualTo("text " + "x".repeat(900));
      assertThat(four.next()).isEqualTo("text " + "x".repeat(900));
      assertThat(four.next()).isEqualTo("closed 1013 the node's WebSockets hold too much");
    }
  }

  @Test
  void anOwnerHasALimitOfItsOwn() {
    var limits = WebSocketLimits.builder().maxOpen(3).maxPerOwner(1).build();
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).webSockets(limits).build()) {
      FunctionBundle echo = SANDBOX.handler(ECHO).bundle();
      LoadedFunction first = Sandbox.join(runtime.load(echo.withOwner("a")));
      LoadedFunction second = Sandbox.join(runtime.load(echo.withOwner("a")));
      SocketPeer one = SocketPeer.connect(first);
      var _ = one.opened();
      SocketPeer two = SocketPeer.connect(second);
      assertThat(two.next())
          .isEqualTo("OWNER_WEBSOCKET_LIMIT more than 1 WebSockets of one owner are open");
      assertThat(two.next()).isEqualTo("done OWNER_WEBSOCKET_LIMIT");
      assertThat(runtime.webSockets().refusedToOwners()).isEqualTo(1);

      var _ = SocketPeer.connect(Sandbox.join(runtime.load(echo.withOwner("b")))).opened();
      one.text("x".repeat(limits.messageBytes() + 1));
      assertThat(one.next()).startsWith("closed 1009 ");
      Sandbox.await("closed", () -> runtime.webSockets().open() == 1);
      var _ = SocketPeer.connect(second).opened();
      LoadedFunction ofNobody = Sandbox.join(runtime.load(echo));
      var _ = SocketPeer.connect(ofNobody).opened();
      assertThat(SocketPeer.connect(ofNobody).next())
          .isEqualTo("WEBSOCKET_LIMIT more than 3 WebSockets are open");
    }
  }

  @Test
  void aReplacedFunctionClosesItsSockets() {
    LoadedFunction function = SANDBOX.handler(ECHO);
    SocketPeer peer = SocketPeer.connect(function);
    var _ = peer.opened();
    function.close();
    assertThat(peer.next()).isEqualTo("closed 1012 the function was replaced");
    assertThat(peer.next()).isEqualTo("done null");
  }

  @Test
  void aHostThatStopsClosesAll() {
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build()) {
      LoadedFunction function = Sandbox.join(runtime.load(SANDBOX.handler(ECHO).bundle()));
      SocketPeer peer = SocketPeer.connect(function);
      var _ = peer.opened();
      runtime.closeWebSockets();
      assertThat(peer.next()).isEqualTo("closed 1001 the node is stopping");
      assertThat(peer.next()).isEqualTo("done null");
    }
  }

  @Test
  void whatIsGrantedAfterwardsIsClosedToo() {
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build()) {
      LoadedFunction function = Sandbox.join(runtime.load(SANDBOX.handler(ECHO).bundle()));
      runtime.closeWebSockets();
      SocketPeer peer = SocketPeer.connect(function);
      var _ = peer.opened();
      assertThat(peer.next()).isEqualTo("closed 1001 the node is stopping");
      assertThat(peer.next()).isEqualTo("done null");
    }
    LoadedFunction replaced =
        SANDBOX.handler(
            "console.log('asked'); await scheduler.wait(300);"
                + ECHO.replace("return answer();", "server.send('late'); return answer();"));
    SocketPeer peer = SocketPeer.connect(replaced);
    awaitLine("INFO asked");
    replaced.close();
    var _ = peer.opened();
    assertThat(peer.next()).isEqualTo("text late");
    assertThat(peer.next()).isEqualTo("closed 1012 the function was replaced");
    assertThat(peer.next()).isEqualTo("done null");
  }

  @Test
  void bothEndsOfAPairCanStay() {
    assertThat(
            SANDBOX.eval(
                PAIR
                    + """
                    const seen = [];
                    server.accept();
                    server.onmessage = ({ data }) => server.send(`${data}!`);
                    client.send === undefined || client.accept();
                    client.onmessage = ({ data }) => {
                      seen.push(data);
                      if (seen.length === 2) client.close(1000, 'bye');
                    };
                    const closed = [server, client].map((end) => new Promise((resolve) => {
                      end.onclose = ({ code, reason, wasClean }) => resolve(`${code}${reason}${wasClean}`);
                    }));
                    client.send('a');
                    client.send('b');
                    seen.push(...await Promise.all(closed));
                    return seen;
                    """))
        .isEqualTo("a!,b!,1000byetrue,1000true");
  }
}
