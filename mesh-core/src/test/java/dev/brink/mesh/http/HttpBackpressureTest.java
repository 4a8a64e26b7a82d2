package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Neither a slow reader nor a slow writer makes the server hold more than a bound. */
class HttpBackpressureTest {
  private static final int PIECE = 8 * 1024;
  private static final long BOUND = 2 * 1024 * 1024;

  /** Makes as many pieces as it is asked for. */
  private static final class Source implements Flow.Publisher<ByteBuf>, Flow.Subscription {
    private final ExecutorService thread;
    private final int pieces;
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final CompletableFuture<Flow.Subscriber<? super ByteBuf>> to =
        new CompletableFuture<>();

    Source(ExecutorService thread, int pieces) {
      this.thread = thread;
      this.pieces = pieces;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
      to.complete(subscriber);
      subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      thread.execute(() -> make(n));
    }

    private void make(long n) {
      for (long i = 0; i < n && made.get() < pieces && !cancelled.get(); i++) {
        to.join().onNext(Unpooled.wrappedBuffer(new byte[PIECE]));
        if (made.incrementAndGet() == pieces) {
          to.join().onComplete();
        }
      }
    }

    @Override
    public void cancel() {
      cancelled.set(true);
    }
  }

  private static Socket slowSocket(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  @Test
  void aSlowReaderSlowsTheSource() throws Exception {
    int pieces = 20_000;
    CompletableFuture<Source> source = new CompletableFuture<>();
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        TestServer server =
            TestServer.start(
                exchange -> {
                  Source made = new Source(thread, pieces);
                  source.complete(made);
                  exchange.respond(TestServer.head(200), made);
                })) {
      try (RawClient client = new RawClient(slowSocket(server.port()))) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        TestServer.await("first piece", () -> source.join().made.get() > 0);
        awaitStandstill(source.join().made);
        assertThat((long) source.join().made.get() * PIECE).isLessThan(8 * BOUND);
        assertThat(server.heldBytes()).isLessThan(BOUND);
        assertThat(client.answer().body()).hasSize(pieces * PIECE);
      }
    }
  }

  @Test
  void aReaderThatGoesCancelsTheSource() throws Exception {
    CompletableFuture<Source> source = new CompletableFuture<>();
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        TestServer server =
            TestServer.start(
                exchange -> {
                  Source made = new Source(thread, Integer.MAX_VALUE);
                  source.complete(made);
                  exchange.respond(TestServer.head(200), made);
                })) {
      try (RawClient client = new RawClient(slowSocket(server.port()))) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read(100);
      }
      TestServer.await("cancel", () -> source.join().cancelled.get());
    }
  }

  private static void awaitStandstill(AtomicInteger number) {
    AtomicInteger last = new AtomicInteger(-1);
    AtomicLong since = new AtomicLong(System.nanoTime());
    TestServer.await(
        "standstill",
        () -> {
          int now = number.get();
          if (last.getAndSet(now) != now) {
            since.set(System.nanoTime());
          }
          return System.nanoTime() - since.get() > 200_000_000L;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSlowHandlerSlowsTheUpload(boolean chunked) throws Exception {
    int size = 100 * 1024 * 1024;
    AtomicInteger sent = new AtomicInteger();
    CompletableFuture<Collector> reader = new CompletableFuture<>();
    CompletableFuture<ServerExchange> under = new CompletableFuture<>();
    HttpHandler handler =
        exchange -> {
          under.complete(exchange);
          Collector slow = Collector.idle();
          Objects.requireNonNull(exchange.body()).subscribe(slow);
          reader.complete(slow);
        };
    try (TestServer server = TestServer.start(handler);
        RawClient client = server.connect();
        ExecutorService writer = Executors.newSingleThreadExecutor()) {
      writer.execute(() -> upload(client, size, chunked, sent));
      reader.join();
      awaitStandstill(sent);
      assertThat(sent.get()).isLessThan(size / 2);
      assertThat(server.heldBytes()).isLessThan(BOUND);
      reader.join().then(text -> under.join().respond(TestServer.ok("" + text.length())));
      for (int i = 0; i < 10; i++) {
        reader.join().subscription().request(1);
      }
      assertThat(server.heldBytes()).isLessThan(BOUND);
      reader.join().subscription().request(Long.MAX_VALUE);
      assertThat(client.answer().body()).isEqualTo(Integer.toString(size));
    }
  }

  private static void upload(RawClient client, int size, boolean chunked, AtomicInteger sent) {
    try {
      client.send(
          "POST / HTTP/1.1\r\nHost: a\r\n"
              + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: ")
              + (chunked ? "" : size + "\r\n\r\n"));
      byte[] piece = new byte[PIECE];
      for (int i = 0; i < size / PIECE; i++) {
        if (chunked) {
          client.send(Integer.toHexString(PIECE) + "\r\n");
        }
        client.send(piece);
        if (chunked) {
          client.send("\r\n");
        }
        sent.addAndGet(PIECE);
      }
      if (chunked) {
        client.send("0\r\n\r\n");
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aClientThatOnlyAsksIsNotReadFrom() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    String body = "x".repeat(10_000);
    HttpHandler handler =
        exchange -> {
          asked.incrementAndGet();
          exchange.respond(TestServer.ok(body));
        };
    int requests = 20_000;
    try (TestServer server = TestServer.start(handler);
        RawClient client = new RawClient(slowSocket(server.port()));
        ExecutorService writer = Executors.newSingleThreadExecutor()) {
      writer.execute(
          () -> {
            try {
              client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(requests));
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      TestServer.await("first request", () -> asked.get() > 0);
      awaitStandstill(asked);
      assertThat(asked.get()).isLessThan(requests / 2);
      assertThat(server.heldBytes()).isLessThan(BOUND);
      for (int i = 0; i < requests; i++) {
        assertThat(client.answer().body()).hasSize(body.length());
      }
    }
  }
}
