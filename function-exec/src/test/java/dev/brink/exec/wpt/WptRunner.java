package dev.brink.exec.wpt;

import dev.brink.exec.FunctionBundle;
import dev.brink.exec.FunctionException;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.Invocation;
import dev.brink.exec.InvocationListener;
import dev.brink.exec.InvocationReport;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.Timing;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs tests one by one, each as a function of its own with one invocation. */
final class WptRunner implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final long MEMORY_BYTES = 768L << 20;

  private final Path root;
  private final FunctionRuntime runtime;

  WptRunner(Path root) {
    this.root = root;
    this.runtime =
        FunctionRuntime.builder()
            .lanes(1)
            .subrequests(new WptFiles(root))
            .console((function, request, level, text) -> {})
            .build();
  }

  WptResult run(WptTest test) throws IOException, InterruptedException {
    try {
      return WptResult.parse(test.name(), answer(test));
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return new WptResult(test.name(), Quoted.of(String.valueOf(cause.getMessage())), List.of());
    }
  }

  private String answer(WptTest test)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    Duration patience = test.limit().plus(GRACE);
    long seconds = patience.toSeconds();
    var limits = new FunctionLimits(patience, patience, MEMORY_BYTES, 1L << 30, 1L << 30, 1_000, 1);
    var bundle =
        new FunctionBundle(
                "wpt/" + test.name(),
                "main.js",
                Map.of("main.js", test.module(root)),
                limits,
                Map.of(),
                Set.of())
            .withEval();
    LoadedFunction function =
        runtime.load(bundle).toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    try {
      var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
      request.headers().set("host", "web-platform.test");
      var outcome = new Outcome();
      long deadline = System.nanoTime() + patience.toNanos();
      function.invoke(new Invocation(request, "http", null, "wpt", deadline), outcome);
      return outcome.text.get(seconds + GRACE.toSeconds(), TimeUnit.SECONDS);
    } finally {
      function.close();
    }
  }

  @Override
  public void close() {
    runtime.close();
  }

  private static final class Outcome implements InvocationListener {
    final CompletableFuture<String> text = new CompletableFuture<>();

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
      if (head instanceof FullHttpResponse full) {
        text.complete(full.content().toString(StandardCharsets.UTF_8));
        full.release();
      } else {
        text.completeExceptionally(new IllegalStateException("the results came as a stream"));
      }
    }

    @Override
    public void onFailure(FunctionException failure, Timing timing) {
      text.completeExceptionally(failure);
    }

    @Override
    public void onDone(InvocationReport report) {}
  }
}
