package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.websocket.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSockets that functions open. */
class WebSocketClientTest {
  private static final Outside OUTSIDE = new Outside();
  private static final Sandbox SANDBOX = Sandbox.of(OUTSIDE);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void aConversation() {
    assertThat(
            SANDBOX.eval(
                """
                const socket = new WebSocket('ws://chat.example:81/echo?x=1', ['talk', 'chat']);
                const seen = [socket.readyState, socket.url, socket.binaryType, socket.protocol, socket.extensions];
                try { socket.send('early'); } catch (error) { seen.push(error.name); }
                await new Promise((resolve) => { socket.onopen = resolve; });
                seen.push(socket.readyState, socket.protocol);
                const next = () => new Promise((resolve) => {
                  socket.addEventListener('message', resolve, { once: true });
                });
                socket.send('hé\\ud800');
                let event = await next();
                seen.push(event.data, event.origin);
                socket.send(new Blob(['abc']));
                event = await next();
                seen.push(event.data instanceof Blob, await event.data.text());
                socket.binaryType = 'arraybuffer';
                socket.binaryType = 'nonsense';
                socket.send(new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
                event = await next();
                seen.push(event.data instanceof ArrayBuffer, [...new Uint8Array(event.data)].join());
                socket.send(new DataView(new ArrayBuffer(0)));
                event = await next();
                seen.push(event.data.byteLength, socket.bufferedAmount);
                socket.close(3001, 'bye');
                seen.push(socket.readyState);
                socket.send('lost');
                seen.push(socket.bufferedAmount > 3);
                const { code, reason, wasClean } = await new Promise((resolve) => { socket.onclose = resolve; });
                seen.push(code, reason, wasClean, socket.readyState);
                socket.close();
                return JSON.stringify(seen);
                """))
        .isEqualTo(
            "[0,\"ws://chat.example:81/echo?x=1\",\"blob\",\"\",\"\",\"InvalidStateError\",1,\"chat\","
                + "\"hé\ufffd\",\"ws://chat.example:81\",true,\"abc\",true,\"2,3\",0,0,2,true,"
                + "3001,\"\",true,3]");
    assertThat(OUTSIDE.asked).contains("GET http://chat.example:81/echo?x=1 null");
  }

  @ParameterizedTest
  @CsvSource({
    "ws://chat.example/refused, the server answered 403 (expected: 101)",
    "ws://chat.example/unreachable, fetch: the host could not be reached",
    "wss://chat.example/accept, WebSocket: the server's sec-websocket-accept is not the key's",
    "ws://chat.example/extensions, WebSocket: the server uses extensions that were not offered",
  })
  void aConnectionThatCannotBeMade(String url, String message) {
    assertThat(
            SANDBOX.eval(
                """
                const socket = new WebSocket('%s');
                const seen = [];
                socket.onerror = ({ message }) => seen.push(message, socket.readyState);
                const { code, wasClean } = await new Promise((resolve) => { socket.onclose = resolve; });
                return [...seen, code, wasClean].join('|');
                """
                    .formatted(url)))
        .isEqualTo(message + "|3|1006|false");
  }

  @Test
  void whatTheConstructorAndCloseRefuse() {
    assertThat(
            SANDBOX.eval(
                """
                const seen = [];
                const attempt = (act) => { try { act(); seen.push('fine'); } catch (error) { seen.push(error.name); } };
                attempt(() => new WebSocket());
                attempt(() => new WebSocket('nonsense'));
                attempt(() => new WebSocket('ftp://a/'));
                attempt(() => new WebSocket('ws://a/#b'));
                attempt(() => new WebSocket('ws://a/', 'a b'));
                attempt(() => new WebSocket('ws://a/', ['a', 'A']));
                attempt(() => WebSocket('ws://a/'));
                const socket = new WebSocket('https://chat.example/never');
                seen.push(socket.url);
                attempt(() => socket.close(1001));
                attempt(() => socket.close(2999));
                attempt(() => socket.close(1000, 'é'.repeat(62)));
                attempt(() => socket.accept());
                const closed = new Promise((resolve) => { socket.onclose = resolve; });
                attempt(() => socket.close());
                seen.push(socket.readyState, (await closed).code, socket.readyState);
                return seen.join();
                """))
        .isEqualTo(
            "TypeError,SyntaxError,SyntaxError,SyntaxError,SyntaxError,SyntaxError,TypeError,"
                + "wss://chat.example/never,InvalidAccessError,InvalidAccessError,SyntaxError,"
                + "InvalidStateError,fine,2,1006,3");
    Sandbox.await("cancelled", () -> OUTSIDE.asked.contains("cancelled"));
  }

  @Test
  void theServerCloses() {
    assertThat(
            SANDBOX.eval(
                """
                const socket = new WebSocket('ws://chat.example/bye');
                const { code, reason, wasClean } = await new Promise((resolve) => { socket.onclose = resolve; });
                const event = new CloseEvent('close', { code: 7, reason: 'x', wasClean: 1 });
                return [code, reason, wasClean, event.code, event.reason, event.wasClean].join();
                """))
        .isEqualTo("4002,go,true,7,x,true");
  }

  @Test
  void theInvocationsEndIsTheSocketsEnd() {
    SocketPeer before = OUTSIDE.last;
    LoadedFunction function =
        SANDBOX.handler(
            """
            const socket = new WebSocket('ws://chat.example/echo');
            await new Promise((resolve) => { socket.onopen = resolve; });
            return new Response('done');
            """);
    Answered answered = SANDBOX.get(function, "/").end();
    assertThat(answered.text()).isEqualTo("done");
    assertThat(answered.report().subrequests()).isEqualTo(1);
    assertThat(OUTSIDE.last).isNotSameAs(before);
    assertThat(OUTSIDE.last.next()).isEqualTo("closed 1001 the invocation has ended");
  }

  @Test
  void anInvocationHasSoManyAtOnce() {
    assertThat(
            SANDBOX.eval(
                """
                let made = 0;
                try { for (;; made++) new WebSocket('ws://chat.example/never'); } catch (error) { return made + error.name; }
                """))
        .isEqualTo("32TypeError");
    Sandbox.await("given back", () -> SANDBOX.runtime.webSockets().open() == 0);
  }

  @Test
  void aFetchBringsASocket() {
    assertThat(
            SANDBOX.eval(
                """
                const response = await fetch('http://chat.example/echo', { headers: { Upgrade: 'websocket' } });
                const { webSocket } = response;
                const seen = [response.status, webSocket.readyState];
                webSocket.accept();
                webSocket.send('x');
                seen.push((await new Promise((resolve) => { webSocket.onmessage = resolve; })).data);
                webSocket.close(1000, 'y');
                seen.push((await new Promise((resolve) => { webSocket.onclose = resolve; })).code);
                const refused = await env.API.fetch('http://api/refused', { headers: { Upgrade: 'websocket' } });
                seen.push(refused.status, refused.webSocket);
                return JSON.stringify(seen);
                """))
        .isEqualTo("[101,1,\"x\",1000,403,null]");
    assertThat(OUTSIDE.asked).contains("GET http://api/refused API");
  }

  @Test
  void whatAFetchBroughtCanBeAnsweredWith() {
    LoadedFunction proxy = SANDBOX.handler("return fetch('http://chat.example/echo', request);");
    SocketPeer peer = SocketPeer.connect(proxy, "sec-websocket-protocol", "chat");
    assertThat(peer.opened().headers().get("sec-websocket-protocol")).isEqualTo("chat");
    peer.text("through");
    assertThat(peer.next()).isEqualTo("text through");
    peer.binary(new byte[5]);
    assertThat(peer.next()).isEqualTo("binary 5");
    peer.close(4005, "over");
    assertThat(peer.next()).isEqualTo("closed 4005 ");
    assertThat(peer.next()).isEqualTo("done null");
    assertThat(OUTSIDE.last.next()).isEqualTo("closed 4005 over");
  }

  /** Hosts that answer as their paths say. */
  private static final class Outside implements Subrequests {
    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile SocketPeer last = SocketPeer.server();

    @Override
    public Cancellable fetch(Subrequest subrequest, Listener listener) {
      String url = subrequest.request().uri();
      asked.add(subrequest.request().method() + " " + url + " " + subrequest.service());
      String path = url.replaceAll("^.*/|\\?.*$", "");
      switch (path) {
        case "never" -> {
          return () -> asked.add("cancelled");
        }
        case "unreachable" -> listener.onFailure("fetch: the host could not be reached");
        case "refused" -> listener.onResponse(head(HttpResponseStatus.FORBIDDEN), Feed.of("no"));
        default -> accept(path, subrequest, listener);
      }
      return () -> {};
    }

    private void accept(String path, Subrequest subrequest, Listener listener) {
      HttpHeaders headers = subrequest.request().headers();
      HttpResponse head = head(HttpResponseStatus.SWITCHING_PROTOCOLS);
      if (Handshake.protocols(headers).contains("chat")) {
        head.headers().set("sec-websocket-protocol", "chat");
      }
      Handshake.grant(head.headers(), headers);
      switch (path) {
        case "accept" -> head.headers().set("sec-websocket-accept", "nonsense");
        case "extensions" -> head.headers().set("sec-websocket-extensions", "x");
        default -> {}
      }
      SocketPeer peer = path.equals("echo") ? SocketPeer.echo() : SocketPeer.server();
      last = peer;
      Flow.Publisher<ByteBuf> bytes = subrequest.body();
      if (bytes != null) {
        bytes.subscribe(peer);
      }
      listener.onResponse(head, peer.output);
      if (path.equals("bye")) {
        peer.close(4002, "go");
      }
    }

    private static HttpResponse head(HttpResponseStatus status) {
      return new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    }
  }
}
