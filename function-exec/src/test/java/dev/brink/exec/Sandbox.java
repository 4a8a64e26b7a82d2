package dev.brink.exec;

import dev.brink.exec.binding.HostBinding;
import dev.brink.exec.lane.Lane;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A runtime for a test, with its console kept. */
final class Sandbox implements AutoCloseable {
  /**
   * A statement of a guest that cannot be stopped, like some builtins, until it is {@link
   * #letGo()}. How long a builtin takes depends on whether it is compiled, thus on what ran before.
   */
  static final String STUCK = "console.log('stuck');";

  static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofSeconds(5), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 64);

  final List<String> console = Collections.synchronizedList(new ArrayList<>());
  final FunctionRuntime runtime;

  private volatile boolean letGo;
  private volatile int heldWhileStuckBytes;
  private Map<String, HostBinding> bindings = Map.of();
  private @Nullable HostBinding caches;

  private Sandbox(int lanes, RuntimeLimits limits, Subrequests subrequests) {
    runtime =
        FunctionRuntime.builder()
            .lanes(lanes)
            .limits(limits)
            .subrequests(subrequests)
            .console((function, request, level, text) -> print(level + " " + text))
            .build();
    join(runtime.ready(), 180);
  }

  private void print(String line) {
    console.add(line);
    if (line.endsWith(" stuck")) {
      byte[] held = new byte[heldWhileStuckBytes];
      long end = System.nanoTime() + 120_000_000_000L;
      try {
        while (!letGo && System.nanoTime() - end < 0) {
          Thread.onSpinWait();
        }
      } finally {
        Reference.reachabilityFence(held);
      }
    }
  }

  /** How much guests hold while they are {@link #STUCK}; nothing at first. */
  void holdWhileStuck(int bytes) {
    heldWhileStuckBytes = bytes;
  }

  /** Lets guests go that are {@link #STUCK}. */
  void letGo() {
    letGo = true;
  }

  static Sandbox of(int lanes) {
    return new Sandbox(lanes, RuntimeLimits.DEFAULT, Subrequests.NONE);
  }

  static Sandbox of(int lanes, int queueBound) {
    return of(lanes, RuntimeLimits.builder().queued(queueBound).build());
  }

  static Sandbox of(int lanes, RuntimeLimits limits) {
    return new Sandbox(lanes, limits, Subrequests.NONE);
  }

  static Sandbox of(Subrequests subrequests) {
    return new Sandbox(1, RuntimeLimits.DEFAULT, subrequests);
  }

  /** A sandbox whose functions have these properties in {@code env}. */
  static Sandbox of(Map<String, HostBinding> bindings) {
    Sandbox sandbox = of(1);
    sandbox.bindings = bindings;
    return sandbox;
  }

  /** A sandbox whose functions have a Cache API. */
  static Sandbox withCaches(HostBinding caches) {
    Sandbox sandbox = of(1);
    sandbox.caches = caches;
    return sandbox;
  }

  /** Loads a one-module function. */
  LoadedFunction load(String source) {
    return load(source, LIMITS);
  }

  LoadedFunction load(String source, FunctionLimits limits) {
    return load(Map.of("main.js", source), limits);
  }

  LoadedFunction load(Map<String, String> modules, FunctionLimits limits) {
    var sources = new HashMap<String, byte[]>();
    modules.forEach((path, text) -> sources.put(path, text.getBytes(StandardCharsets.UTF_8)));
    FunctionBundle bundle =
        new FunctionBundle(
                "test/function",
                "main.js",
                sources,
                limits,
                Map.of("GREETING", "hi"),
                Set.of("API"))
            .withBindings(bindings);
    return join(runtime.load(caches == null ? bundle : bundle.withCaches(caches)));
  }

  /** A function whose handler's body is {@code script}. */
  LoadedFunction handler(String script) {
    return load("export default { async fetch(request, env, ctx) {\n" + script + "\n} }");
  }

  /** What a script returns, as text. */
  String eval(String script) {
    LoadedFunction function =
        handler(
            "const value = await (async () => {"
                + script
                + "})();\nreturn new Response(String(value));");
    try {
      return get(function, "/").end().text();
    } finally {
      function.close();
    }
  }

  Answered get(LoadedFunction function, String uri) {
    return send(function, request(HttpMethod.GET, uri), null);
  }

  /** As {@link #get}, of a call that begins on a lane's thread. */
  Answered getOn(int lane, LoadedFunction function, String uri) {
    var answered = new Answered();
    Invocation invocation = invocation(request(HttpMethod.GET, uri), null, Duration.ofSeconds(60));
    Lane on = ((GraalRuntime) runtime).lanes().all().get(lane);
    on.post(() -> function.invoke(invocation, answered));
    return answered;
  }

  Answered post(LoadedFunction function, Flow.Publisher<ByteBuf> body) {
    return send(function, request(HttpMethod.POST, "/"), body);
  }

  Answered send(
      LoadedFunction function, HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body) {
    var answered = new Answered();
    function.invoke(invocation(request, body, Duration.ofSeconds(60)), answered);
    return answered;
  }

  static Invocation invocation(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Duration patience) {
    return new Invocation(request, "http", body, "r1", System.nanoTime() + patience.toNanos());
  }

  static HttpRequest request(HttpMethod method, String uri) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, uri);
    request.headers().set("Host", "example.com").set("User-Agent", "test");
    return request;
  }

  static <T> T join(java.util.concurrent.CompletionStage<T> stage) {
    return join(stage, 60);
  }

  private static <T> T join(java.util.concurrent.CompletionStage<T> stage, int seconds) {
    try {
      return stage.toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FunctionException failure) {
        throw failure;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether no turn is under way. */
  boolean idle() {
    RuntimeLoad load = runtime.load();
    return load.busy() == 0 && load.overtime() == 0;
  }

  static void await(String what, BooleanSupplier condition) {
    long limit = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - limit > 0) {
        throw new AssertionError("never happened: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    letGo();
    runtime.close();
  }
}
