package dev.brink.mesh;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The JDK's WebSocket client, with what it heard in words. */
final class TestSocket implements WebSocket.Listener {
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final StringBuilder text = new StringBuilder();
  private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();
  private int bytes;

  static TestSocket open(HttpClient client, MeshNode node, String path, String... protocols) {
    var made = new TestSocket();
    WebSocket.Builder builder = client.newWebSocketBuilder();
    if (protocols.length > 0) {
      builder.subprotocols(protocols[0], Arrays.copyOfRange(protocols, 1, protocols.length));
    }
    made.socket.complete(
        builder
            .buildAsync(URI.create("ws" + TestMesh.uri(node, path).toString().substring(4)), made)
            .join());
    return made;
  }

  WebSocket socket() {
    return socket.join();
  }

  void text(String message) {
    var _ = socket().sendText(message, true).join();
  }

  void binary(byte[] message) {
    var _ = socket().sendBinary(ByteBuffer.wrap(message), true).join();
  }

  void close(int code, String reason) {
    var _ = socket().sendClose(code, reason).join();
  }

  /** What was heard next. */
  String next() throws InterruptedException {
    String next = heard.poll(30, TimeUnit.SECONDS);
    return next == null ? "nothing" : next;
  }

  @Override
  public void onOpen(WebSocket opened) {
    opened.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      heard.add("text " + text);
      text.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    bytes += data.remaining();
    if (last) {
      heard.add("binary " + bytes);
      bytes = 0;
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
    heard.add("pong " + message.remaining());
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    heard.add("closed " + code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    heard.add("error " + error);
  }
}
