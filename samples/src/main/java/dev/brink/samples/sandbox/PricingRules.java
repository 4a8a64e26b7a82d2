package dev.brink.samples.sandbox;

import dev.brink.exec.FunctionBundle;
import dev.brink.exec.FunctionException;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.Invocation;
import dev.brink.exec.InvocationListener;
import dev.brink.exec.InvocationReport;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.Timing;
import dev.brink.exec.binding.ObjectBinding;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Prices orders by a rule that a customer wrote in JavaScript or TypeScript, and that can ask a
 * {@link Catalog}. A rule that loops, hoards memory or throws costs its own answer, not the
 * service.
 */
public final class PricingRules implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final FunctionLimits LIMITS =
      new FunctionLimits(Duration.ofMillis(500), PATIENCE, 32L << 20, 64L << 10, 64L << 10, 16);

  private final FunctionRuntime runtime = FunctionRuntime.builder().build();
  private final Catalog catalog;

  public PricingRules(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Prints what an order costs by a rule that takes a tenth off. */
  public static void main(String[] args) throws Exception {
    String rule =
        """
        export default {
          async fetch(request: Request, env): Promise<Response> {
            const article = await env.CATALOG.find(new URL(request.url).searchParams.get('article')!);
            return article ? Response.json({ price: Math.round(article.price * 0.9) })
              : new Response('unknown', { status: 404 });
          },
        };
        """;
    Catalog catalog = id -> Optional.of(new Catalog.Article(id, "Lamp", 2_000));
    try (PricingRules rules = new PricingRules(catalog)) {
      LoadedFunction loaded = rules.load("acme", rule).get();
      System.out.println(rules.price(loaded, "lamp").get());
    }
  }

  /** Checks and readies a customer's rule; fails with what is wrong with it, and where. */
  public CompletableFuture<LoadedFunction> load(String customer, String source) {
    FunctionBundle bundle =
        new FunctionBundle(
                customer + "/pricing",
                "rule.ts",
                Map.of("rule.ts", source.getBytes(StandardCharsets.UTF_8)),
                LIMITS,
                Map.of("CUSTOMER", customer),
                Set.of())
            .withBindings(Map.of("CATALOG", ObjectBinding.of(Catalog.class, catalog)));
    return runtime.load(bundle).toCompletableFuture();
  }

  /** What the rule says an article costs. */
  public CompletableFuture<String> price(LoadedFunction rule, String article) {
    var request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/?article=" + article);
    request.headers().set("host", "pricing.internal");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    var answer = new Answer();
    rule.invoke(new Invocation(request, "http", null, "order", deadline), answer);
    return answer.text;
  }

  @Override
  public void close() {
    runtime.close();
  }

  private static final class Answer implements InvocationListener {
    final CompletableFuture<String> text = new CompletableFuture<>();

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
      if (head instanceof FullHttpResponse full) {
        text.complete(head.status().code() + " " + full.content().toString(StandardCharsets.UTF_8));
        full.release();
      } else {
        text.completeExceptionally(new IllegalStateException("a price does not come as a stream"));
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
