package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionBundle;
import dev.brink.exec.FunctionException;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.Invocation;
import dev.brink.exec.InvocationListener;
import dev.brink.exec.InvocationReport;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.Timing;
import dev.brink.exec.lane.LaneCompanion;
import dev.brink.mesh.function.StuckGuests;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One event loop, which one lane runs between its guests. */
class MovableEventLoopTest {
  private static final FunctionLimits LIMITS = limits(Duration.ofMillis(300));

  /** Leaves time for the sockets' work meanwhile. */
  private static final FunctionLimits FOR_LONG = limits(Duration.ofSeconds(2));

  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private final StuckGuests stuckGuests = new StuckGuests();
  private EventLoops loops;
  private FunctionRuntime runtime;
  private HttpServer server;
  private LoadedFunction quick;
  private LoadedFunction endless;
  private LoadedFunction unstoppable;

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.movable(1);
    runtime =
        FunctionRuntime.builder()
            .lanes(1)
            .companions(loops.companions())
            .console(stuckGuests)
            .build();
    quick = load("return new Response('quick')", LIMITS);
    endless = load("for (;;) {}", FOR_LONG);
    unstoppable = load("console.log('stuck')", LIMITS);
    server =
        HttpServer.builder(this::handle)
            .eventLoops(loops)
            .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    stuckGuests.close();
    server.close().toCompletableFuture().get(30, TimeUnit.SECONDS);
    runtime.close();
    loops.close();
    assertThat(loops.group().isTerminated()).isTrue();
  }

  private static FunctionLimits limits(Duration cpu) {
    return new FunctionLimits(cpu, Duration.ofSeconds(20), 64L << 20, 1L << 30, 1L << 30, 64);
  }

  private LoadedFunction load(String body, FunctionLimits limits) throws Exception {
    String source = "export default { fetch() { " + body + " } }";
    var bundle =
        new FunctionBundle(
            "test",
            "main.js",
            Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
            limits,
            Map.of(),
            Set.of());
    return runtime.load(bundle).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private void handle(ServerExchange exchange) {
    switch (exchange.request().uri()) {
      case "/quick" -> call(exchange, quick);
      case "/endless" -> call(exchange, endless);
      case "/unstoppable" -> call(exchange, unstoppable);
      default -> exchange.respond(TestServer.ok(Thread.currentThread().getName()));
    }
  }

  private static void call(ServerExchange exchange, LoadedFunction function) {
    function.invoke(
        new Invocation(exchange.request(), "http", null, "id", System.nanoTime() + 20_000_000_000L),
        new InvocationListener() {
          @Override
          public void onResponse(
              HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
            exchange.respond(head, body);
          }

          @Override
          public void onFailure(FunctionException failure, Timing timing) {
            exchange.fail(Problem.of(503, "failed", failure.code().name()));
          }

          @Override
          public void onDone(InvocationReport report) {}
        });
  }

  private RawClient connect() throws Exception {
    return new RawClient(server.address().getPort());
  }

  private static String get(RawClient client, String path) throws Exception {
    return client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").answer().body();
  }

  private void awaitThread(RawClient client, String name) throws Exception {
    long end = System.nanoTime() + 30_000_000_000L;
    String thread;
    do {
      assertThat(get(client, "/quick")).isEqualTo("quick");
      thread = client.send(GET).answer().body();
      assertThat(System.nanoTime() - end).as("still on %s", thread).isNegative();
    } while (!thread.startsWith(name));
  }

  @Test
  void aLaneDoesTheSocketsWorkBetweenItsGuests() throws Exception {
    try (RawClient client = connect()) {
      awaitThread(client, "brink-lane-0");
    }
  }

  @Test
  void aGuestThatRunsForLongDoesNotHoldUpTheSockets() throws Exception {
    try (RawClient long1 = connect();
        RawClient other = connect()) {
      awaitThread(other, "brink-lane-0");
      long1.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
      TestServer.await("a busy lane", () -> runtime.load().busy() == 1);
      String thread = other.send(GET).answer().body();
      assertThat(runtime.load().busy()).as("answered before the guest was ended").isEqualTo(1);
      assertThat(thread).isEqualTo("brink-io-1");
      assertThat(long1.answer().body()).contains("CPU_LIMIT");
      awaitThread(other, "brink-lane-0");
    }
  }

  @Test
  void aGuestThatCannotBeStoppedCostsItsLaneButNoSocket() throws Exception {
    try (RawClient stuck = connect();
        RawClient other = connect()) {
      awaitThread(other, "brink-lane-0");
      stuck.send("GET /unstoppable HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(stuck.answer().status()).isEqualTo(503);
      assertThat(runtime.load().abandonedLanes()).isEqualTo(1);
      awaitThread(other, "brink-lane-0");
      assertThat(get(stuck, "/quick")).isEqualTo("quick");
    }
  }

  /** As a lane that has a timer of its own, on a loop whose next task is due much later. */
  @Test
  void whoeverRunsItWaitsNoLongerThanTheyWantTo() throws Exception {
    EventLoops own = EventLoops.movable(1);
    try {
      var _ = own.group().next().schedule(() -> {}, 1, TimeUnit.HOURS);
      LaneCompanion companion = own.companions().getFirst();
      CompletableFuture<Boolean> run =
          CompletableFuture.supplyAsync(
              () -> {
                while (!companion.borrow()) {
                  LockSupport.parkNanos(1_000_000);
                }
                boolean has = companion.run(10_000_000, () -> true);
                companion.giveBack();
                return has;
              });
      assertThat(run).succeedsWithin(30, TimeUnit.SECONDS).isEqualTo(true);
    } finally {
      own.close();
    }
  }

  @Test
  void itEndsThoughWhoeverAskedForItNeverTakesIt() {
    for (int i = 0; i < 50; i++) {
      EventLoops own = EventLoops.movable(1);
      boolean _ = own.companions().getFirst().borrow();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(own::close);
      assertThat(closed).succeedsWithin(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void whenTheRuntimeEndsTheSocketsGoOn() throws Exception {
    try (RawClient client = connect()) {
      awaitThread(client, "brink-lane-0");
      runtime.close();
      long end = System.nanoTime() + 30_000_000_000L;
      String thread;
      do {
        thread = client.send(GET).answer().body();
      } while (!thread.equals("brink-io-1") && System.nanoTime() - end < 0);
      assertThat(thread).isEqualTo("brink-io-1");
    }
  }
}
