package dev.brink.exec;

import dev.brink.exec.module.BundleFileSystem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a small function a few times, so that the first real one finds the engine's classes loaded.
 */
final class WarmUp implements InvocationListener {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);
  private static final String NAME = "brink/warm-up";
  private static final int CALLS = 64;

  /** More than the calls that anything else has had by the time when the first is compiled. */
  private static final int WEIGHT = 2_500;

  /** It is our own code, and on a machine that is busy its first run takes many times longer. */
  private static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofSeconds(60), Duration.ofSeconds(60), 512L << 20, 1L << 20, 1L << 20, 64);

  private static final String SOURCE =
      """
      export default {
        async fetch(request, env, ctx) {
          const url = new URL(request.url);
          const agent = request.headers.get("user-agent");
          return Response.json({ path: url.pathname, agent });
        }
      }
      """;

  private final LoadedFunction function;
  private final CompletableFuture<Void> ready;
  private final long startNanos;
  private int calls;

  private WarmUp(LoadedFunction function, CompletableFuture<Void> ready, long startNanos) {
    this.startNanos = startNanos;
    this.function = function;
    this.ready = ready;
  }

  static void run(GraalRuntime runtime, CompletableFuture<Void> ready) {
    runtime.lanes().all().getFirst().post(() -> weigh(runtime.contexts()));
    long start = System.nanoTime();
    var _ =
        runtime
            .load(bundle(""))
            .whenComplete(
                (function, failure) -> {
                  if (failure == null) {
                    new WarmUp(function, ready, start).next();
                  } else {
                    ready.completeExceptionally(failure);
                  }
                });
  }

  /**
   * Calls what does nothing, often. Of what waits for the engine's compiler it takes first what was
   * called most: so it comes to the call from Java, with all that is called in it, before it comes
   * to the parts of it, and need not compile them alone first.
   */
  private static void weigh(GuestContexts contexts) {
    try (Context context = contexts.context(BundleFileSystem.of(Map.of()), false, false)) {
      Value nothing = context.eval("js", "() => undefined");
      for (int i = 0; i < WEIGHT; i++) {
        nothing.executeVoid(i);
      }
    } catch (PolyglotException | IllegalStateException e) {
      log.debug("The runtime has ended while it warmed up", e);
    }
  }

  /** A small function; {@code comment} makes its source another one. */
  static FunctionBundle bundle(String comment) {
    return new FunctionBundle(
        NAME,
        "main.js",
        Map.of("main.js", (SOURCE + "// " + comment).getBytes(StandardCharsets.UTF_8)),
        LIMITS,
        Map.of(),
        Set.of());
  }

  /** Whether it is such a function, and nobody's. */
  static boolean isOwn(FunctionBundle bundle) {
    return bundle.name().equals(NAME);
  }

  /** A call of it. */
  static Invocation call() {
    HttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/warm?up=1");
    request.headers().set("host", "localhost").set("user-agent", "brink");
    return new Invocation(
        request, "http", null, "warm-up", System.nanoTime() + LIMITS.wall().toNanos());
  }

  private void next() {
    function.invoke(call(), this);
  }

  @Override
  public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
    if (head instanceof FullHttpResponse full) {
      full.release();
    }
  }

  @Override
  public void onFailure(FunctionException failure, Timing timing) {
    log.warn("Warm-up failed: {}", failure.getMessage());
  }

  @Override
  public void onDone(InvocationReport report) {
    if (report.outcome() == null && ++calls < CALLS) {
      next();
    } else {
      function.close();
      if (report.outcome() == null) {
        log.info("JavaScript is warm after {} ms", millisSince(startNanos));
      }
      ready.complete(null);
    }
  }

  private static long millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }
}
