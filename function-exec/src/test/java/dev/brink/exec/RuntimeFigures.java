package dev.brink.exec;

import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Source;

/**
 * Prints what instances cost: requests per second when each has one of its own, the first answer of
 * a new function, a context beside a bare one, and the heap of idle functions. Arguments: which of
 * {@code fresh}, {@code first}, {@code idle} (the first after a minute with nothing to do), {@code
 * context}, {@code heap}, {@code samples} or {@code nosamples} (the first 200 calls of a function
 * that computes, loaded ten seconds before with samples or without); without any all but {@code
 * idle} and the last two.
 */
final class RuntimeFigures {
  private static final String HELLO =
      """
      export default { async fetch(request) {
        return Response.json({
          url: request.url, method: request.method, agent: request.headers.get('user-agent'),
        });
      } }
      """;
  private static final String STREAMS =
      """
      export default { fetch() {
        const { readable, writable } = new TransformStream();
        new Blob(['streamed']).stream().pipeTo(writable);
        return new Response(readable);
      } }
      """;

  /** A page of 400 rows, sorted, summed up by groups, and escaped. */
  private static final String PAGE =
      """
      const escape = (text) => text.replace(/[&<>"]/g, (c) => '&#' + c.charCodeAt(0) + ';');
      export default { fetch(request) {
        let seed = new URL(request.url).searchParams.get('x') | 0;
        const next = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);
        const rows = Array.from({ length: 400 }, (_, id) => (
          { id, group: 'g' + next() % 7, name: `<row ${next()}>`, price: next() % 1000 }));
        rows.sort((a, b) => a.price - b.price || a.id - b.id);
        const sums = new Map();
        for (const { group, price } of rows) sums.set(group, (sums.get(group) ?? 0) + price);
        let html = '<table>';
        for (const { id, name, price, group } of rows) {
          html += `<tr><td>${id}<td>${escape(name)}<td>${price}<td>${sums.get(group)}`;
        }
        return new Response(html + '</table>', { headers: { 'content-type': 'text/html' } });
      } }
      """;

  private static final String IDLE = "export default { fetch() { return 'untouched' } }";

  /** Until what a fresh instance runs is compiled: on two processors it takes most of a minute. */
  private static final int SECONDS = 60;

  private static final int AT_ONCE = 16;

  public static void main(String[] args) throws Exception {
    Set<String> which =
        args.length == 0 ? Set.of("fresh", "first", "context", "heap") : Set.of(args);
    if (which.contains("fresh")) {
      fresh();
    }
    if (which.contains("first")) {
      first();
    }
    if (which.contains("idle")) {
      firstAfterIdling();
    }
    if (which.contains("samples")) {
      firstCalls("samples", List.of(SampleRequest.get("/hello?x=1")));
    }
    if (which.contains("nosamples")) {
      firstCalls("nosamples", List.of());
    }
    if (which.contains("context")) {
      context();
    }
    if (which.contains("heap")) {
      heap();
    }
  }

  private static FunctionBundle bundle(String name, String source) {
    return new FunctionBundle(
        name,
        "main.js",
        Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
        FunctionLimits.DEFAULT,
        Map.of(),
        Set.of());
  }

  private static FunctionRuntime runtime(int lanes) {
    FunctionRuntime runtime = FunctionRuntime.builder().lanes(lanes).build();
    Sandbox.join(runtime.ready());
    return runtime;
  }

  private static Answered call(LoadedFunction function, Answered listener) {
    function.invoke(
        Sandbox.invocation(
            Sandbox.request(HttpMethod.GET, "/hello?x=1"), null, Duration.ofSeconds(30)),
        listener);
    return listener;
  }

  /** One lane. */
  private static void fresh() throws InterruptedException {
    try (FunctionRuntime runtime = runtime(1)) {
      LoadedFunction function =
          Sandbox.join(runtime.load(bundle("figures/fresh", HELLO).withIsolation(Isolation.FRESH)));
      for (int second = 1; second <= SECONDS; second++) {
        var permits = new Semaphore(AT_ONCE);
        var served = new AtomicInteger();
        var cpuNanos = new AtomicLong();
        long end = System.nanoTime() + 1_000_000_000L;
        while (System.nanoTime() - end < 0) {
          permits.acquire();
          call(
              function,
              new Answered() {
                @Override
                public void onDone(InvocationReport report) {
                  super.onDone(report);
                  served.incrementAndGet();
                  cpuNanos.addAndGet(report.cpuNanos());
                  permits.release();
                }
              });
        }
        permits.acquire(AT_ONCE);
        if (second % 5 == 0) {
          System.out.printf(
              "fresh: second %d: %d requests on one lane, %d us of it each in the guest%n",
              second, served.get(), cpuNanos.get() / 1000 / Math.max(1, served.get()));
        }
      }
    }
  }

  private static void first() {
    try (FunctionRuntime runtime = runtime(2)) {
      first(runtime);
    }
  }

  /** As a node does that has nothing to do for a minute. */
  private static void firstAfterIdling() throws InterruptedException {
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(2).idleWarmUp(500).build()) {
      Sandbox.join(runtime.ready());
      Thread.sleep(Duration.ofSeconds(75));
      first(runtime);
    }
  }

  private static void first(FunctionRuntime runtime) {
    System.out.printf(
        "first: answer of the first function with streams: %.1f ms%n",
        firstNanos(runtime, STREAMS) / 1e6);
    for (int round = 1; round <= 4; round++) {
      long[] nanos = new long[250];
      for (int i = 0; i < nanos.length; i++) {
        nanos[i] = firstNanos(runtime, "// " + round + "," + i + "\n" + HELLO);
      }
      Arrays.sort(nanos);
      System.out.printf(
          "first: answer of a new function, loaded and called, round %d: p50 %.1f ms, p99 %.1f"
              + " ms%n",
          round, nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6);
    }
  }

  private static long firstNanos(FunctionRuntime runtime, String source) {
    FunctionBundle bundle = bundle("figures/new", source);
    long start = System.nanoTime();
    LoadedFunction function = Sandbox.join(runtime.load(bundle));
    call(function, new Answered()).end();
    long nanos = System.nanoTime() - start;
    function.close();
    return nanos;
  }

  /** One lane, a call after the other. */
  private static void firstCalls(String what, List<SampleRequest> samples)
      throws InterruptedException {
    try (FunctionRuntime runtime = runtime(1)) {
      LoadedFunction function =
          Sandbox.join(runtime.load(bundle("figures/page", PAGE).withSamples(samples)));
      Thread.sleep(Duration.ofSeconds(10));
      long[] nanos = new long[200];
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        call(function, new Answered()).end();
        nanos[i] = System.nanoTime() - start;
      }
      long all = Arrays.stream(nanos).sum();
      long first = nanos[0];
      Arrays.sort(nanos);
      System.out.printf(
          "%s: the first %.1f ms, 200 together %.0f ms, p50 %.2f, p99 %.1f ms%n",
          what, first / 1e6, all / 1e6, nanos[100] / 1e6, nanos[198] / 1e6);
    }
  }

  private static void context() throws IOException {
    try (FunctionRuntime runtime = runtime(1);
        Engine engine =
            Engine.newBuilder("js")
                .allowExperimentalOptions(true)
                .option("engine.WarnInterpreterOnly", "false")
                .option("js.esm-eval-returns-exports", "true")
                .build()) {
      LoadedFunction function = Sandbox.join(runtime.load(bundle("figures/idle", IDLE)));
      Source source =
          Source.newBuilder("js", IDLE, "main.mjs")
              .mimeType("application/javascript+module")
              .build();
      for (int round = 1; round <= 4; round++) {
        long[] bare = new long[2_000];
        long[] ours = new long[2_000];
        for (int i = 0; i < bare.length; i++) {
          long start = System.nanoTime();
          try (Context one = Context.newBuilder("js").engine(engine).build()) {
            one.eval(source);
            bare[i] = System.nanoTime() - start;
          }
          function.evict(0);
          Sandbox.await("it is gone", () -> !function.warm());
          Sandbox.join(function.warmUp());
          ours[i] = function.loadNanos();
        }
        Arrays.sort(bare);
        Arrays.sort(ours);
        System.out.printf(
            "context: round %d: bare %d us, an instance %d us (p50)%n",
            round, bare[bare.length / 2] / 1000, ours[ours.length / 2] / 1000);
      }
    }
  }

  private static void heap() {
    try (FunctionRuntime runtime = runtime(2)) {
      long before = usedBytes();
      List<LoadedFunction> idle = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        idle.add(Sandbox.join(runtime.load(bundle("figures/idle-" + i, "// " + i + "\n" + IDLE))));
      }
      long after = usedBytes();
      System.out.printf(
          "heap: %d idle functions: %d kB each, %d MB of heap in all%n",
          idle.size(), (after - before) / idle.size() / 1000, after >> 20);
    }
  }

  private static long usedBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private RuntimeFigures() {}
}
