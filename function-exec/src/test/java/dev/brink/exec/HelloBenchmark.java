package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Calls of small functions with a warm instance, 64 at a time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HelloBenchmark {
  private static final int BATCH = 20_000;
  private static final int AT_ONCE = 64;
  private static final LongAdder CPU_NANOS = new LongAdder();
  private static final LongAdder ALLOCATED_BYTES = new LongAdder();
  private static final Map<String, String> SOURCES =
      Map.of(
          "empty",
          "const answer = 'x'; export default { fetch() { return new Response(answer) } }",
          "hello",
          """
          export default { async fetch(request) {
            return Response.json({
              url: request.url, method: request.method, agent: request.headers.get('user-agent'),
            });
          } }
          """);

  @Param({"1", "2"})
  int lanes;

  @Param({"empty", "hello"})
  String function = "hello";

  @Param({"SHARED", "FRESH"})
  Isolation isolation = Isolation.SHARED;

  private @Nullable FunctionRuntime runtime;
  private @Nullable LoadedFunction loaded;

  @Setup(Level.Trial)
  public void start() {
    FunctionRuntime started = FunctionRuntime.builder().lanes(lanes).build();
    Sandbox.join(started.ready());
    runtime = started;
    loaded =
        Sandbox.join(
            started.load(bundle(String.valueOf(SOURCES.get(function))).withIsolation(isolation)));
  }

  @TearDown(Level.Trial)
  public void stop() {
    if (runtime != null) {
      runtime.close();
    }
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void calls() throws InterruptedException {
    LoadedFunction target = loaded;
    if (target != null) {
      call(target, BATCH);
    }
  }

  private static FunctionBundle bundle(String source) {
    return new FunctionBundle(
        "bench/function",
        "main.js",
        Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
        FunctionLimits.DEFAULT,
        Map.of(),
        Set.of());
  }

  private static void call(LoadedFunction target, int times) throws InterruptedException {
    var permits = new Semaphore(AT_ONCE);
    var done = new CountDownLatch(times);
    HttpRequest request = Sandbox.request(HttpMethod.GET, "/hello?x=1");
    InvocationListener listener =
        new InvocationListener() {
          @Override
          public void onResponse(
              HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
            if (head instanceof FullHttpResponse full) {
              full.release();
            }
          }

          @Override
          public void onFailure(FunctionException failure, Timing timing) {
            throw new IllegalStateException(failure);
          }

          @Override
          public void onDone(InvocationReport report) {
            CPU_NANOS.add(report.cpuNanos());
            ALLOCATED_BYTES.add(report.allocatedBytes());
            permits.release();
            done.countDown();
          }
        };
    for (int i = 0; i < times; i++) {
      permits.acquire();
      target.invoke(Sandbox.invocation(request, null, Duration.ofSeconds(30)), listener);
    }
    done.await();
  }

  /**
   * Without JMH's forks: prints calls per second, first load, cold instances and heap per instance.
   */
  public static void main(String[] args) throws InterruptedException {
    long start = System.nanoTime();
    for (String lanes : new String[] {"1", "2"}) {
      for (String name : new String[] {"empty", "hello"}) {
        var bench = new HelloBenchmark();
        bench.lanes = Integer.parseInt(lanes);
        bench.function = name;
        bench.start();
        System.out.printf(
            "%s lanes, %s: ready and loaded after %d ms%n", lanes, name, millis(start));
        for (int round = 0; round < 24; round++) {
          long from = System.nanoTime();
          bench.calls();
          double seconds = (System.nanoTime() - from) / 1e9;
          long cpu = CPU_NANOS.sumThenReset() / BATCH;
          long allocated = ALLOCATED_BYTES.sumThenReset() / BATCH;
          if (round % 6 == 5) {
            System.out.printf(
                "%s lanes, %s: %.0f calls/s, on the lane %d ns and %d bytes a call%n",
                lanes, name, BATCH / seconds, cpu, allocated);
          }
        }
        bench.stop();
        start = System.nanoTime();
      }
    }
    coldAndHeap();
    Runtime.getRuntime().halt(0);
  }

  private static void coldAndHeap() {
    FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build();
    Sandbox.join(runtime.ready());
    String hello = String.valueOf(SOURCES.get("hello"));
    int count = 500;
    for (int round = 0; round < 2; round++) {
      long before = used();
      long nanos = 0;
      LoadedFunction[] kept = new LoadedFunction[count];
      for (int i = 0; i < count; i++) {
        kept[i] = Sandbox.join(runtime.load(bundle(hello + "// " + round + " " + i)));
        nanos += kept[i].loadNanos();
      }
      System.out.printf(
          "load of another function: %d us, %d bytes of heap each%n",
          nanos / count / 1_000, (used() - before) / count);
      for (LoadedFunction one : kept) {
        one.close();
      }
    }
    runtime.close();
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long millis(long since) {
    return (System.nanoTime() - since) / 1_000_000;
  }
}
