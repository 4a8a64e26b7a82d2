package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server's life: binding, counting, draining, upgrading. */
class HttpServerTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  @Test
  void refusesConnectionsBeyondTheLimit() throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    HttpServerListener listener =
        new HttpServerListener() {
          @Override
          public void connectionOpened(InetSocketAddress remote) {
            events.add("opened");
          }

          @Override
          public void connectionClosed(InetSocketAddress remote) {
            events.add("closed");
          }

          @Override
          public void connectionRefused(InetSocketAddress remote) {
            events.add("refused");
          }
        };
    try (TestServer server =
        TestServer.start(
            exchange -> exchange.respond(TestServer.ok("in")),
            options ->
                options
                    .listener(listener)
                    .limits(HttpLimits.builder().maxConnections(1).build()))) {
      try (RawClient first = server.connect()) {
        assertThat(first.send(GET).answer().status()).isEqualTo(200);
        try (RawClient second = server.connect()) {
          RawClient.Answer refused = second.send(GET).answer();
          assertThat(refused.status()).isEqualTo(503);
          assertThat(refused.body()).contains("too-many-connections");
          assertThat(second.ended()).isTrue();
        }
      }
      // There is room a moment before it is told.
      TestServer.await(
          "room", () -> server.server().connections() == 0 && events.contains("closed"));
      try (RawClient third = server.connect()) {
        assertThat(third.send(GET).answer().status()).isEqualTo(200);
      }
      TestServer.await("the last end", () -> events.size() == 5);
    }
    assertThat(events).containsExactly("opened", "refused", "closed", "opened", "closed");
  }

  @Test
  void saysWhatHappens() throws Exception {
    LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    HttpServerListener listener =
        new HttpServerListener() {
          @Override
          public void requestStarted(ServerExchange exchange) {
            events.add("started " + exchange.request().uri());
          }

          @Override
          public void requestEnded(
              ServerExchange exchange,
              int status,
              long bytesIn,
              long bytesOut,
              long nanos,
              boolean complete) {
            assertThat(nanos).isPositive();
            events.add("ended %d %d %d %b".formatted(status, bytesIn, bytesOut, complete));
          }
        };
    HttpHandler handler =
        exchange -> {
          if (exchange.body() != null) {
            Collector.of(exchange.body()).then(text -> exchange.respond(TestServer.ok("12345")));
          }
        };
    try (TestServer server = TestServer.start(handler, options -> options.listener(listener))) {
      try (RawClient client = server.connect()) {
        client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").answer();
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("started /x");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("ended 200 3 5 true");
        client.send(GET);
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("started /");
      }
      assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("ended 0 0 0 false");
    }
  }

  /** As RFC 5952 writes it: what others write is compared with it. */
  @Test
  void aClientsAddressIsWrittenShort() throws Exception {
    var six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
    assumeTrue(NetworkInterface.getByInetAddress(six.getAddress()) != null, "no IPv6 here");
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok(exchange.clientAddress())),
                options -> options.address(six));
        RawClient client = new RawClient(new Socket(six.getAddress(), server.port()))) {
      assertThat(client.send(GET).answer().body()).isEqualTo("::1");
    }
  }

  @Test
  void saysWhyItCannotBind() {
    try (TestServer taken = TestServer.start(exchange -> {})) {
      assertThatThrownBy(
              () ->
                  HttpServer.builder(exchange -> {})
                      .address(taken.server().address())
                      .start()
                      .toCompletableFuture()
                      .join())
          .hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void ownsTheEventLoopsThatItMade() {
    HttpServer server = HttpServer.builder(exchange -> {}).start().toCompletableFuture().join();
    assertThat(server.address().getPort()).isPositive();
    server.close().toCompletableFuture().join();
    server.drain(Duration.ofSeconds(1)).toCompletableFuture().join();
  }

  @Test
  void runsOnNioToo() throws IOException {
    try (EventLoops loops = EventLoops.nio(1, "nio")) {
      HttpServer server =
          HttpServer.builder(exchange -> exchange.respond(TestServer.ok(loops.transport())))
              .eventLoops(loops)
              .start()
              .toCompletableFuture()
              .join();
      try (RawClient client = new RawClient(server.address().getPort())) {
        assertThat(client.send(GET).answer().body()).isEqualTo("nio");
      }
      server.close().toCompletableFuture().join();
    }
  }

  @Test
  void drainsWithoutLosingARequest() throws Exception {
    LinkedBlockingQueue<ServerExchange> under = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(under::add);
        RawClient busy = server.connect();
        RawClient idle = server.connect();
        RawClient halfway = server.connect()) {
      busy.send(GET);
      ServerExchange first = under.take();
      idle.send(GET);
      under.take().respond(TestServer.ok("idle"));
      assertThat(idle.answer().body()).isEqualTo("idle");
      halfway.send("GET / HTTP/1.1\r\nHo");
      TestServer.await("three connections", () -> server.server().connections() == 3);

      CompletableFuture<Void> drained =
          server.server().drain(Duration.ofSeconds(20)).toCompletableFuture();
      assertThat(idle.ended()).isTrue();
      assertThatThrownBy(server::connect).isInstanceOf(ConnectException.class);
      assertThat(drained).isNotDone();
      first.respond(TestServer.ok("busy"));
      RawClient.Answer answer = busy.answer();
      assertThat(answer.header("connection")).contains("close");
      assertThat(answer.body()).isEqualTo("busy");
      assertThat(busy.ended()).isTrue();
      halfway.send("st: a\r\n\r\n");
      under.take().respond(TestServer.ok("halfway"));
      assertThat(halfway.answer().body()).isEqualTo("halfway");
      drained.join();
    }
  }

  /** Of two connections the second one's loop is busy when the server closes. */
  @Test
  void closesAConnectionThatIsStillOnTheWayToItsLoop() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (EventLoops loops = EventLoops.create(2, "test-io")) {
      HttpServer server =
          HttpServer.builder(exchange -> {}).eventLoops(loops).start().toCompletableFuture().join();
      // The first loop listens; connections go to the loops in turn, the second first.
      Iterator<EventExecutor> each = loops.group().iterator();
      each.next();
      each.next().execute(() -> awaitUninterruptibly(release));
      try (RawClient waiting = new RawClient(server.address().getPort());
          RawClient other = new RawClient(server.address().getPort())) {
        waiting.send(GET);
        TestServer.await("the second connection", () -> server.connections() == 1);
        CompletableFuture<Void> closed = server.close().toCompletableFuture();
        assertThat(other.ended()).isTrue();
        release.countDown();
        closed.join();
        assertThat(server.connections()).isZero();
        assertThat(waiting.ended()).isTrue();
      } finally {
        release.countDown();
      }
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void breaksOffWhatDrainingDoesNotWaitFor() throws Exception {
    LinkedBlockingQueue<ServerExchange> under = new LinkedBlockingQueue<>();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    try (TestServer server = TestServer.start(under::add);
        RawClient busy = server.connect()) {
      busy.send(GET);
      ServerExchange exchange = under.take();
      exchange.onCancel(() -> cancelled.complete(null));
      server.server().drain(Duration.ofMillis(300)).toCompletableFuture().join();
      cancelled.join();
      assertThat(busy.ended()).isTrue();
      exchange.respond(TestServer.ok("too late"));
    }
  }

  @Test
  void handsOverAnUpgradedConnection() throws Exception {
    CompletableFuture<Long> ended = new CompletableFuture<>();
    HttpHandler handler =
        exchange -> {
          exchange.onEnd((bytes, complete) -> ended.complete(bytes));
          HttpResponse head = TestServer.head(101);
          head.headers().set("Upgrade", "echo").set("Connection", "Upgrade").set("X", "y");
          BodyPipe back = new BodyPipe(1000, () -> {}, () -> {});
          assertThat(exchange.upgrade(head, new Echo(back), back)).isTrue();
        };
    try (TestServer server = TestServer.start(handler);
        RawClient client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nab");
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.header("upgrade")).contains("echo");
      assertThat(answer.header("connection")).contains("upgrade");
      assertThat(answer.header("x")).contains("y");
      assertThat(answer.header("content-length")).isEmpty();
      assertThat(client.read(2)).isEqualTo("ab");
      String large = "x".repeat(300_000);
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  client.send(large);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      assertThat(client.read(large.length())).isEqualTo(large);
      writer.join();
      client.send("q");
      assertThat(client.rest()).isEqualTo("q");
      assertThat(ended.join()).isEqualTo(large.length() + 3L);
    }
  }

  @Test
  void bytesThatCameBeforeTheUpgradeWasGrantedDoNotStopTheReading() throws Exception {
    var asked = new CompletableFuture<ServerExchange>();
    try (TestServer server = TestServer.start(asked::complete);
        RawClient client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nab");
      ServerExchange exchange = asked.get(30, TimeUnit.SECONDS);
      var granted = new CompletableFuture<Boolean>();
      // After the read that brought the bytes, and not within it.
      exchange
          .eventLoop()
          .execute(
              () -> {
                HttpResponse head = TestServer.head(101);
                head.headers().set("Upgrade", "echo").set("Connection", "Upgrade");
                BodyPipe back = new BodyPipe(1000, () -> {}, () -> {});
                granted.complete(exchange.upgrade(head, new Echo(back), back));
              });
      assertThat(granted.get(30, TimeUnit.SECONDS)).isTrue();
      assertThat(client.answer().status()).isEqualTo(101);
      assertThat(client.read(2)).isEqualTo("ab");
      client.send("cd");
      assertThat(client.read(2)).isEqualTo("cd");
    }
  }

  @Test
  void anUpgradedClientMayGo() throws Exception {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    CompletableFuture<String> inbound = new CompletableFuture<>();
    HttpHandler handler =
        exchange -> {
          exchange.onEnd((bytes, complete) -> ended.complete(complete));
          Collector collector = new Collector(1);
          collector.then(inbound::complete);
          HttpResponse head = TestServer.head(101);
          BodyPipe back = new BodyPipe(1000, () -> {}, () -> cancelled.complete(null));
          exchange.upgrade(head, collector, back);
        };
    try (TestServer server = TestServer.start(handler)) {
      try (RawClient client = server.connect()) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nbye");
        assertThat(client.answer().status()).isEqualTo(101);
      }
      assertThat(ended.join()).isFalse();
      cancelled.join();
      assertThat(inbound.join()).isEqualTo("bye");
    }
  }

  @Test
  void upgradesOnlyWhoAsks() throws Exception {
    CompletableFuture<Boolean> upgraded = new CompletableFuture<>();
    HttpHandler handler =
        exchange -> {
          BodyPipe none = new BodyPipe(1, () -> {}, () -> {});
          upgraded.complete(exchange.upgrade(TestServer.head(101), new Collector(1), none));
          exchange.respond(TestServer.ok("no"));
        };
    try (TestServer server = TestServer.start(handler);
        RawClient client = server.connect()) {
      assertThat(client.send(GET).answer().body()).isEqualTo("no");
      assertThat(upgraded.join()).isFalse();
    }
  }

  /** Sends back what it gets, until a q. */
  private record Echo(BodyPipe back) implements Flow.Subscriber<ByteBuf> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf buffer) {
      boolean last = buffer.getByte(buffer.writerIndex() - 1) == 'q';
      back.offer(buffer);
      if (last) {
        back.complete();
      }
    }

    @Override
    public void onError(Throwable cause) {
      back.fail(cause);
    }

    @Override
    public void onComplete() {
      back.complete();
    }
  }
}
