package dev.brink.mesh.ingress;

import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.RequestIds;
import dev.brink.mesh.origin.Origins;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.rollout.Invoker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Calls functions and origins from Java, the way a request at the ingress would be. */
public final class LocalInvoker implements Invoker {
  private static final int MAX_BODY_BYTES = 32 << 20;
  private static final String LOOPBACK = "127.0.0.1";

  private final Supplier<Snapshot> snapshot;
  private final Dispatcher dispatcher;
  private final Origins origins;
  private final UnaryOperator<String> nodeName;
  private final String idPrefix = "invoke-" + RequestIds.startMark() + "-";
  private final AtomicLong count = new AtomicLong();

  /** For one node. */
  public LocalInvoker(
      Supplier<Snapshot> snapshot,
      Dispatcher dispatcher,
      Origins origins,
      UnaryOperator<String> nodeName) {
    this.snapshot = snapshot;
    this.dispatcher = dispatcher;
    this.origins = origins;
    this.nodeName = nodeName;
  }

  @Override
  public InvokeResponse invoke(String tenant, String name, InvokeRequest request) {
    Binding binding = snapshot.get().binding(tenant, name);
    if (binding == null) {
      throw new DeploymentException(
          "deployment-not-ready", tenant + "/" + name + " is not served by this node yet", true);
    }
    var answer = new Answer(nodeName, System.nanoTime());
    Call call = call(request);
    switch (binding) {
      case Binding.Function function -> {
        var _ =
            dispatcher.dispatch(call, function.pick(ThreadLocalRandom.current().nextInt()), answer);
      }
      case Binding.Origin origin -> {
        var _ = origins.execute(call, origin.target(), answer);
      }
    }
    try {
      return answer.response.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof DeploymentException failure
          ? failure
          : new DeploymentException("response-failed", String.valueOf(e.getCause()), true);
    }
  }

  private Call call(InvokeRequest request) {
    HttpRequest http = head(request);
    if (!http.headers().contains(HttpHeaderNames.HOST)) {
      http.headers().set(HttpHeaderNames.HOST, "localhost");
    }
    RequestHeaders.clean(http.headers(), LOOPBACK);
    http.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
    BodyPipe body = null;
    if (request.body().length > 0) {
      http.headers().set(HttpHeaderNames.CONTENT_LENGTH, request.body().length);
      body = new BodyPipe(BodyPipe.DEFAULT_HIGH_WATER_BYTES, () -> {}, () -> {});
      body.offer(Unpooled.wrappedBuffer(request.body()));
      body.complete();
    }
    return new Call(
        http,
        "http",
        body,
        LOOPBACK,
        idPrefix + count.incrementAndGet(),
        System.nanoTime() + Ingress.REQUEST_TIMEOUT.toNanos());
  }

  /**
   * The head of a request that a caller has made up.
   *
   * @throws DeploymentException when a part of it is not one of HTTP's
   */
  static HttpRequest head(InvokeRequest request) {
    if (!request.path().startsWith("/")) {
      throw invalid("path: " + request.path() + " (expected: one from a slash on)");
    }
    HttpRequest http =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, method(request.method()), request.path());
    for (Map.Entry<String, String> field : request.headers()) {
      try {
        http.headers().add(field.getKey(), field.getValue());
      } catch (IllegalArgumentException e) {
        throw invalid(
            "header: "
                + field.getKey()
                + ": "
                + field.getValue()
                + " (expected: a token as the name, no control characters in the value)");
      }
    }
    return http;
  }

  private static HttpMethod method(String name) {
    try {
      return HttpMethod.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw invalid("method: " + name + " (expected: a token, such as GET)");
    }
  }

  private static DeploymentException invalid(String message) {
    return new DeploymentException("invalid-request", message, false);
  }

  private static final class Answer implements CallListener {
    final CompletableFuture<InvokeResponse> response = new CompletableFuture<>();
    private final UnaryOperator<String> nodeName;
    private final long beganNanos;

    Answer(UnaryOperator<String> nodeName, long beganNanos) {
      this.nodeName = nodeName;
      this.beganNanos = beganNanos;
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      List<Map.Entry<String, String>> headers = new ArrayList<>(head.headers().entries());
      headers.add(Map.entry("brink-node", nodeName.apply(timing.node())));
      headers.add(
          Map.entry(
              "server-timing", ServerTiming.of(timing, System.nanoTime() - beganNanos).toString()));
      int status = head.status().code();
      if (body == null && head instanceof FullHttpResponse full) {
        response.complete(
            new InvokeResponse(status, headers, ByteBufUtil.getBytes(full.content())));
        full.release();
        return;
      }
      var _ =
          BodyBytes.collect(body, MAX_BODY_BYTES)
              .whenComplete(
                  (bytes, failure) -> {
                    if (failure == null) {
                      response.complete(new InvokeResponse(status, headers, bytes));
                    } else {
                      response.completeExceptionally(failure);
                    }
                  });
    }

    @Override
    public void onFailure(CallFailure failure) {
      String detail = failure.problem().detail();
      response.completeExceptionally(
          new DeploymentException(
              failure.problem().code(),
              failure.said().isEmpty() ? detail : detail + ": " + failure.said(),
              failure.problem().retryAfterSeconds() > 0));
    }
  }
}
