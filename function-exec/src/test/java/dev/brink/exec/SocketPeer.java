package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.websocket.Handshake;
import dev.brink.exec.websocket.Received;
import dev.brink.exec.websocket.WebSocketConnection;
import dev.brink.exec.websocket.WebSocketLimits;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The other end of a function's WebSocket, with what it heard in words. */
final class SocketPeer
    implements InvocationListener, Flow.Subscriber<ByteBuf>, WebSocketConnection.Output {
  private static final String KEY = Handshake.key(new byte[16]);

  final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  final QueuedBody output = new QueuedBody();
  private final WebSocketConnection connection;
  private final CompletableFuture<Flow.Subscription> input = new CompletableFuture<>();
  private volatile @Nullable HttpResponse head;
  private volatile LoadedFunction.@Nullable Running running;
  private volatile boolean greedy = true;
  private volatile boolean echoes;

  private SocketPeer(boolean server) {
    long now = System.nanoTime();
    connection =
        server
            ? WebSocketConnection.ofServer(WebSocketLimits.DEFAULT, this, now)
            : WebSocketConnection.ofClient(
                WebSocketLimits.DEFAULT, this, new Random(1)::nextInt, now);
  }

  /** One that was connected to by a function. */
  static SocketPeer server() {
    return new SocketPeer(true);
  }

  /** One that says what it hears. */
  static SocketPeer echo() {
    SocketPeer peer = new SocketPeer(true);
    peer.echoes = true;
    return peer;
  }

  /** Asks a function for a WebSocket. */
  static SocketPeer connect(LoadedFunction function, String... headers) {
    return connect(function, true, headers);
  }

  /**
   * The same.
   *
   * @param greedy whether to take what is sent
   */
  static SocketPeer connect(LoadedFunction function, boolean greedy, String... headers) {
    var peer = new SocketPeer(false);
    peer.greedy = greedy;
    HttpRequest request = Sandbox.request(HttpMethod.GET, "/chat");
    Handshake.ask(request.headers(), KEY);
    for (int i = 0; i < headers.length; i += 2) {
      request.headers().set(headers[i], headers[i + 1]);
    }
    peer.running =
        function.invoke(Sandbox.invocation(request, peer.output, Duration.ofSeconds(60)), peer);
    return peer;
  }

  /** What was heard next. */
  String next() {
    try {
      String text = heard.poll(30, TimeUnit.SECONDS);
      return text == null ? "nothing" : text;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The answer's head, of status 101. */
  HttpResponse opened() {
    assertThat(next()).isEqualTo("101");
    HttpResponse answered = head;
    if (answered == null) {
      throw new AssertionError("no head");
    }
    return answered;
  }

  synchronized void text(String text) {
    connection.send(text);
  }

  synchronized void binary(byte[] data) {
    connection.send(data);
  }

  synchronized void close(int code, String reason) {
    connection.close(code, reason, System.nanoTime());
  }

  /** Its client goes. */
  void leave() {
    vanish();
    breakOff();
  }

  /** Its client's connection is reset, of which the call is told alone. */
  void breakOff() {
    LoadedFunction.Running call = running;
    if (call != null) {
      call.cancel();
    }
  }

  /** Cuts the line. */
  void vanish() {
    input().cancel();
    output.end();
  }

  /** From now on takes what is sent. */
  void read() {
    greedy = true;
    input().request(Long.MAX_VALUE);
  }

  /** The head is heard a moment before what follows it is subscribed to. */
  private Flow.Subscription input() {
    return input.orTimeout(30, TimeUnit.SECONDS).join();
  }

  @Override
  public void onResponse(
      HttpResponse response, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
    head = response;
    heard.add(String.valueOf(response.status().code()));
    if (body != null) {
      body.subscribe(this);
    } else {
      ReferenceCountUtil.release(response);
    }
  }

  @Override
  public void onFailure(FunctionException failure, Timing timing) {
    heard.add(failure.code() + " " + failure.getMessage());
  }

  @Override
  public void onDone(InvocationReport report) {
    heard.add("done " + report.outcome());
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    input.complete(subscription);
    if (greedy) {
      subscription.request(Long.MAX_VALUE);
    }
  }

  @Override
  public synchronized void onNext(ByteBuf bytes) {
    for (Received.Message message;
        (message = connection.receive(bytes, System.nanoTime())) != null; ) {
      if (echoes) {
        switch (message) {
          case Received.Text text -> connection.send(text.data());
          case Received.Binary binary -> connection.send(binary.data());
        }
        continue;
      }
      heard.add(
          switch (message) {
            case Received.Text text -> "text " + text.data();
            case Received.Binary binary -> "binary " + binary.data().length;
          });
    }
    bytes.release();
    WebSocketConnection.Closed closed = connection.closed();
    if (closed != null) {
      heard.add("closed " + closed.code() + " " + closed.reason());
    }
  }

  @Override
  public void onError(Throwable failure) {
    heard.add("cut");
  }

  @Override
  public void onComplete() {}

  @Override
  public void send(ByteBuf frame) {
    output.write(frame);
  }

  @Override
  public void end() {
    output.end();
  }
}
