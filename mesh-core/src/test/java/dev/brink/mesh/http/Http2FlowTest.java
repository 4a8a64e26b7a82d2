package dev.brink.mesh.http;

import static dev.brink.mesh.http.RawHttp2.DATA;
import static dev.brink.mesh.http.RawHttp2.END_HEADERS;
import static dev.brink.mesh.http.RawHttp2.END_STREAM;
import static dev.brink.mesh.http.RawHttp2.GOAWAY;
import static dev.brink.mesh.http.RawHttp2.HEADERS;
import static dev.brink.mesh.http.RawHttp2.PING;
import static dev.brink.mesh.http.RawHttp2.RESET;
import static dev.brink.mesh.http.RawHttp2.SETTINGS;
import static dev.brink.mesh.http.RawHttp2.WINDOW_UPDATE;
import static dev.brink.mesh.http.RawHttp2.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What either side of a connection may take of the other: windows, resets, streams and frames. */
class Http2FlowTest {
  private static final int UNKNOWN = 0xee;
  private static final int SLOW_BYTES = 100_000;
  private static final int NO_ERROR = 0;
  private static final int INTERNAL_ERROR = 2;
  private static final int REFUSED_STREAM = 7;
  private static final int CANCEL = 8;
  private static final int ENHANCE_YOUR_CALM = 11;

  private static RawHttp2 connect(TestServer server) throws IOException {
    return new RawHttp2(server.port());
  }

  @Test
  void doesNotReadOnForever() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok("done")),
                HttpLimits.builder().maxDrainBytes(100));
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/"));
      assertThat(client.answer().body()).isEqualTo("done");
      client.send(DATA, 0, 1, new byte[101]);
      assertThat(client.next(RESET).error()).isEqualTo(NO_ERROR);
      assertThat(client.request(3, get("/")).answer().body()).isEqualTo("done");
    }
  }

  /** Some clients send nothing more of a body once they have the response. */
  @Test
  void doesNotWaitForALongBodyThatNobodyWants() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok("done")),
                HttpLimits.builder().maxDrainBytes(100));
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/", "content-length", "201"));
      assertThat(client.answer().body()).isEqualTo("done");
      assertThat(client.next(RESET).error()).isEqualTo(NO_ERROR);
      client.send(DATA, 0, 1, new byte[100]);
      assertThat(client.request(3, get("/")).answer().body()).isEqualTo("done");
      client.send(HEADERS, END_HEADERS, 5, get("/", "content-length", "100"));
      assertThat(client.answer().body()).isEqualTo("done");
      client.send(DATA, END_STREAM, 5, new byte[100]);
      assertThat(client.request(7, get("/")).answer().body()).isEqualTo("done");
    }
  }

  @Test
  void aResetCancels() throws Exception {
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    CompletableFuture<String> read = new CompletableFuture<>();
    HttpHandler handler =
        exchange -> {
          exchange.onCancel(() -> cancelled.complete(null));
          exchange.onEnd((bytes, complete) -> ended.complete(complete));
          Objects.requireNonNull(exchange.body()).subscribe(new Collector(1, read));
        };
    try (TestServer server = TestServer.start(handler);
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/"));
      client.send(DATA, 0, 1, Http2Test.ascii("x"));
      client.send(RESET, 0, 1, ByteBuffer.allocate(4).putInt(CANCEL).array());
      cancelled.join();
      assertThat(ended.join()).isFalse();
      assertThatThrownBy(read::join).hasCauseInstanceOf(ProblemException.class);
    }
  }

  @Test
  void aResponseThatFailsIsReset() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  BodyPipe body = new BodyPipe(1000, () -> {}, () -> {});
                  exchange.respond(TestServer.head(200), body);
                  body.offer(TestServer.bytes("part"));
                  body.fail(new IOException("test"));
                });
        RawHttp2 client = connect(server)) {
      client.request(1, get("/"));
      assertThat(client.next(DATA).text()).isEqualTo("part");
      assertThat(client.next(RESET).error()).isEqualTo(INTERNAL_ERROR);
    }
  }

  @Test
  void aClosedWindowSlowsTheSource() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    HttpHandler handler =
        exchange ->
            exchange.respond(
                TestServer.head(200),
                subscriber ->
                    subscriber.onSubscribe(
                        new Flow.Subscription() {
                          @Override
                          public void request(long n) {
                            for (long i = 0; i < n; i++) {
                              taken.incrementAndGet();
                              exchange
                                  .eventLoop()
                                  .execute(
                                      () ->
                                          subscriber.onNext(
                                              Unpooled.wrappedBuffer(new byte[10_000])));
                            }
                          }

                          @Override
                          public void cancel() {}
                        }));
    try (TestServer server =
            TestServer.start(handler, HttpLimits.builder().writeTimeout(Duration.ofMillis(300)));
        RawHttp2 client = connect(server)) {
      client.request(1, get("/"));
      // The window is 65,535 bytes; after a time without progress the stream is given up.
      RawHttp2.Frame reset = client.next(RESET);
      assertThat(reset.error()).isEqualTo(CANCEL);
      assertThat(taken.get()).isLessThan(100);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void streamsOfASlowConnectionAreNotStalled(boolean ownWindow) throws Exception {
    Duration patience = Duration.ofSeconds(4);
    HttpHandler handler = exchange -> exchange.respond(TestServer.ok("x".repeat(SLOW_BYTES)));
    byte[] settings = ownWindow ? new byte[0] : initialWindow(1 << 20);
    try (TestServer server =
            TestServer.start(handler, HttpLimits.builder().writeTimeout(patience));
        RawHttp2 client = new RawHttp2(server.port(), settings)) {
      int streams = ownWindow ? 1 : 4;
      for (int i = 0; i < streams; i++) {
        client.request(1 + 2 * i, get("/"));
      }
      int left = streams * SLOW_BYTES;
      for (int taken = 0; taken < 65_535; ) {
        int size = client.next(DATA).payload().remaining();
        taken += size;
        left -= size;
      }
      // A little now and then, for longer than a stream may stall.
      long end = System.nanoTime() + patience.plusSeconds(2).toNanos();
      while (System.nanoTime() < end) {
        grant(client, 1, ownWindow, 10);
        left -= client.data().payload().remaining();
        LockSupport.parkNanos(20_000_000);
      }
      grant(client, 1, ownWindow, 1 << 20);
      while (left > 0) {
        left -= client.data().payload().remaining();
      }
      assertThat(left).isZero();
    }
  }

  private static void grant(RawHttp2 client, int stream, boolean own, int bytes)
      throws IOException {
    byte[] increment = ByteBuffer.allocate(4).putInt(bytes).array();
    client.send(WINDOW_UPDATE, 0, 0, increment);
    if (own) {
      client.send(WINDOW_UPDATE, 0, stream, increment);
    }
  }

  private static byte[] initialWindow(int bytes) {
    return ByteBuffer.allocate(6).putShort((short) 4).putInt(bytes).array();
  }

  @Test
  void aClosedWindowOfTheConnectionStallsItsStreams() throws Exception {
    HttpHandler handler = exchange -> exchange.respond(TestServer.ok("x".repeat(SLOW_BYTES)));
    try (TestServer server =
            TestServer.start(handler, HttpLimits.builder().writeTimeout(Duration.ofMillis(300)));
        RawHttp2 client = new RawHttp2(server.port(), initialWindow(1 << 20))) {
      client.request(1, get("/"));
      client.request(3, get("/"));
      assertThat(client.next(RESET).error()).isEqualTo(CANCEL);
      assertThat(client.next(RESET).error()).isEqualTo(CANCEL);
    }
  }

  @Test
  void aSlowHandlerSlowsTheUpload() throws Exception {
    CompletableFuture<Collector> reader = new CompletableFuture<>();
    HttpHandler handler =
        exchange -> {
          Collector slow = Collector.idle();
          Objects.requireNonNull(exchange.body()).subscribe(slow);
          slow.then(text -> exchange.respond(TestServer.ok("" + text.length())));
          reader.complete(slow);
        };
    try (TestServer server = TestServer.start(handler);
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/"));
      byte[] piece = new byte[16_384];
      for (int i = 0; i < 16; i++) {
        client.send(DATA, i == 15 ? END_STREAM : 0, 1, piece);
      }
      client.send(PING, 0, 0, new byte[8]);
      client.next(PING);
      assertThat(reader.join().soFar()).isEmpty();
      assertThat(server.heldBytes()).isLessThan(2_000_000);
      reader.join().subscription().request(Long.MAX_VALUE);
      assertThat(client.answer().body()).isEqualTo("" + 16 * 16_384);
    }
  }

  @Test
  void aByteOfABodyHoldsNoWholeReceiveBuffer() throws Exception {
    CompletableFuture<Collector> reader = new CompletableFuture<>();
    HttpHandler handler =
        exchange -> {
          Collector slow = Collector.idle();
          Objects.requireNonNull(exchange.body()).subscribe(slow);
          reader.complete(slow);
        };
    try (TestServer server = TestServer.start(handler);
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/"));
      reader.join();
      for (int i = 0; i < 50; i++) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(RawHttp2.frame(DATA, 0, 1, (byte) 'x'));
        bytes.writeBytes(RawHttp2.frame(UNKNOWN, 0, 0, new byte[16_000]));
        bytes.writeBytes(RawHttp2.frame(PING, 0, 0, new byte[8]));
        client.send(bytes.toByteArray());
        client.next(PING);
      }
      assertThat(server.heldBytes()).isLessThan(200_000);
      reader.join().subscription().cancel();
    }
  }

  /** Slow readers of other streams hold all that the client may send on the connection. */
  @Test
  void anUploadThatOthersKeepBackIsNotLate() throws Exception {
    LinkedBlockingQueue<ServerExchange> exchanges = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(exchanges::add);
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/"));
      Http2Exchange late = (Http2Exchange) exchanges.take();
      List<Collector> slow = new ArrayList<>();
      for (int stream = 3; receiveWindow(late) > 0; stream += 2) {
        client.send(HEADERS, END_HEADERS, stream, get("/"));
        Collector reader = Collector.idle();
        Objects.requireNonNull(exchanges.take().body()).subscribe(reader);
        slow.add(reader);
        for (int i = 0; i < 16 && receiveWindow(late) > 0; i++) {
          client.send(DATA, 0, stream, new byte[Math.min(16_384, receiveWindow(late))]);
          client.send(PING, 0, 0, new byte[8]);
          client.next(PING);
        }
      }
      long muchLater = System.nanoTime() + Duration.ofHours(1).toNanos();
      late.eventLoop().submit(() -> late.tick(muchLater)).sync();
      late.respond(TestServer.ok("in time"));
      assertThat(client.answer().body()).isEqualTo("in time");
      slow.forEach(reader -> reader.subscription().cancel());
    }
  }

  @Test
  void twoSlowReadersDoNotHoldUpAThird() throws Exception {
    LinkedBlockingQueue<ServerExchange> exchanges = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(exchanges::add);
        RawHttp2 client = connect(server)) {
      List<Collector> slow = new ArrayList<>();
      for (int stream = 1; stream <= 3; stream += 2) {
        client.send(HEADERS, END_HEADERS, stream, get("/"));
        ServerExchange exchange = exchanges.take();
        Collector reader = Collector.idle();
        Objects.requireNonNull(exchange.body()).subscribe(reader);
        slow.add(reader);
        for (int i = 0; i < 16; i++) {
          client.send(DATA, 0, stream, new byte[16_384]);
        }
      }
      client.send(PING, 0, 0, new byte[8]);
      client.next(PING);
      client.send(HEADERS, END_HEADERS, 5, get("/"));
      Http2Exchange third = (Http2Exchange) exchanges.take();
      assertThat(receiveWindow(third)).isGreaterThanOrEqualTo(256 * 1024);
      Collector reader = Collector.of(Objects.requireNonNull(third.body()));
      client.send(DATA, END_STREAM, 5, new byte[10_000]);
      assertThat(reader.result().get(20, TimeUnit.SECONDS)).hasSize(10_000);
      slow.forEach(each -> each.subscription().cancel());
    }
  }

  private static int receiveWindow(Http2Exchange of) throws Exception {
    return of.eventLoop().submit(() -> of.connection().receiveWindow()).get();
  }

  @Test
  void refusesStreamsBeyondTheLimit() throws Exception {
    LinkedBlockingQueue<ServerExchange> under = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(under::add, HttpLimits.builder().maxStreams(2));
        RawHttp2 client = connect(server)) {
      for (int stream = 1; stream <= 5; stream += 2) {
        client.request(stream, get("/"));
      }
      RawHttp2.Frame reset = client.next(RESET);
      assertThat(reset.stream()).isEqualTo(5);
      assertThat(reset.error()).isEqualTo(REFUSED_STREAM);
      under.take().respond(TestServer.ok("one"));
      assertThat(client.answer().body()).isEqualTo("one");
    }
  }

  @Test
  void endsRapidResets() throws IOException {
    AtomicInteger cancelled = new AtomicInteger();
    AtomicInteger handled = new AtomicInteger();
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  handled.incrementAndGet();
                  exchange.onCancel(cancelled::incrementAndGet);
                },
                HttpLimits.builder().maxResets(10));
        RawHttp2 client = connect(server)) {
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      for (int stream = 1; stream < 200; stream += 2) {
        flood.writeBytes(RawHttp2.frame(HEADERS, END_HEADERS | END_STREAM, stream, get("/")));
        flood.writeBytes(
            RawHttp2.frame(RESET, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array()));
      }
      client.send(flood.toByteArray());
      RawHttp2.Frame goAway = Objects.requireNonNull(client.lastBeforeEnd(GOAWAY));
      assertThat(goAway.error()).isEqualTo(ENHANCE_YOUR_CALM);
      assertThat(handled.get()).isLessThan(20);
      TestServer.await("cancellations", () -> cancelled.get() == handled.get());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {PING, SETTINGS})
  void endsFloodsOfControlFrames(int type) throws IOException {
    try (TestServer server =
            TestServer.start(exchange -> {}, HttpLimits.builder().maxControlFrames(20));
        RawHttp2 client = connect(server)) {
      byte[] frame = RawHttp2.frame(type, 0, 0, new byte[type == PING ? 8 : 0]);
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      for (int i = 0; i < 50; i++) {
        flood.writeBytes(frame);
      }
      client.send(flood.toByteArray());
      assertThat(client.next(GOAWAY).error()).isEqualTo(ENHANCE_YOUR_CALM);
      assertThat(client.lastBeforeEnd(GOAWAY)).isNull();
    }
  }
}
