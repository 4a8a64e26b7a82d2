package dev.brink.mesh.cache;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import dev.brink.exec.stream.WholeBody;
import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.proto.CacheArguments;
import dev.brink.mesh.proto.CacheReply;
import dev.brink.mesh.wire.AdminJson;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The caches of one tenant as functions see them; the calls are described in caches.js. */
public final class FunctionCaches implements HostBinding {
  private static final int MAX_NAME = 256;

  /** Of a URL with its scheme, of a request's header lines, of a response's: a link carries all. */
  private static final int MAX_CHARS = 16 * 1024;

  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final String tenant;
  private final Supplier<@Nullable NamedCaches> caches;

  /** The supplier gives {@code null} as long as the node is starting. */
  public FunctionCaches(String tenant, Supplier<@Nullable NamedCaches> caches) {
    this.tenant = tenant;
    this.caches = caches;
  }

  @Override
  public Face face() {
    return Face.CACHES;
  }

  @Override
  public CompletionStage<BindingReply> call(BindingCall call) {
    var reply = new CompletableFuture<BindingReply>();
    NamedCaches present = caches.get();
    try {
      if (present == null) {
        throw BindingException.failed("node-starting", "the node is not ready yet", true);
      }
      CacheArguments arguments =
          AdminJson.parse(call.arguments(), CacheArguments.newBuilder()).build();
      if (arguments.getCache().isEmpty() || arguments.getCache().length() > MAX_NAME) {
        throw BindingException.type(
            "cache: a name of "
                + arguments.getCache().length()
                + " characters (expected: 1 to "
                + MAX_NAME
                + ")");
      }
      start(present, call, arguments, reply);
    } catch (RuntimeException e) {
      if (call.body() != null) {
        var _ = BodyBytes.collect(call.body(), 0);
      }
      reply.completeExceptionally(e);
    }
    return reply;
  }

  private void start(
      NamedCaches present,
      BindingCall call,
      CacheArguments arguments,
      CompletableFuture<BindingReply> reply) {
    String url = arguments.getUrl();
    bound("url", url);
    bound("headers of the request", arguments.getRequest());
    bound("headers of the response", arguments.getResponse());
    int scheme = url.indexOf("://");
    int path = scheme < 0 ? -1 : url.indexOf('/', scheme + 3);
    if (path < 0) {
      throw BindingException.type("url: " + url + " (expected: an absolute one, with a path)");
    }
    var target = new Target.NamedCache(tenant, arguments.getCache());
    HttpHeaders asking = fields(arguments.getRequest());
    asking.set(HttpHeaderNames.HOST, url.substring(scheme + 3, path));
    var asked =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1, method(call.method()), url.substring(path), asking);
    HttpRequest request =
        call.method().equals("put")
            ? PutCall.of(asked, arguments.getStatus(), fields(arguments.getResponse()))
            : asked;
    WatchedBody body = call.body() == null ? null : new WatchedBody(call.body());
    var running =
        present.call(
            new Call(
                request,
                url.substring(0, scheme),
                body,
                "",
                call.requestId(),
                Math.min(call.deadlineNanos(), System.nanoTime() + LONGEST_NANOS)),
            target,
            new Reply(reply, body));
    var _ =
        reply.whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                running.cancel();
              }
            });
  }

  private static void bound(String what, String text) {
    if (text.length() > MAX_CHARS) {
      throw BindingException.range(
          what + ": " + text.length() + " characters (expected: at most " + MAX_CHARS + ")");
    }
  }

  private static HttpMethod method(String method) {
    return switch (method) {
      case "match" -> HttpMethod.GET;
      case "put" -> HttpMethod.PUT;
      case "delete" -> HttpMethod.DELETE;
      default ->
          throw BindingException.type("method: " + method + " (expected: match, put or delete)");
    };
  }

  private static HttpHeaders fields(String lines) {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(true).newHeaders();
    String[] parts = lines.split("\n", -1);
    for (int i = 0; i + 1 < parts.length; i += 2) {
      headers.add(parts[i], parts[i + 1]);
    }
    return headers;
  }

  /** What the caches answer, as the function's face takes it. */
  private record Reply(CompletableFuture<BindingReply> to, @Nullable WatchedBody asked)
      implements CallListener {
    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      String json =
          AdminJson.compact(CacheReply.newBuilder().setHead(head(head)).setFound(true).build());
      if (body != null) {
        to.complete(BindingReply.of(json, body));
      } else if (head instanceof FullHttpResponse full && full.content().isReadable()) {
        to.complete(
            head.headers().contains(HttpHeaderNames.CONTENT_ENCODING)
                ? BindingReply.of(json, WholeBody.of(full.content()))
                : BindingReply.of(json, full.content()));
      } else {
        ReferenceCountUtil.release(head);
        to.complete(BindingReply.of(json));
      }
    }

    private static String head(HttpResponse head) {
      var text = new StringBuilder();
      text.append(head.status().code()).append('\n');
      text.append(head.status().reasonPhrase()).append('\n');
      for (Map.Entry<String, String> field : head.headers()) {
        text.append(field.getKey()).append('\n').append(field.getValue()).append('\n');
      }
      return text.toString();
    }

    @Override
    public void onFailure(CallFailure failure) {
      Problem problem = failure.problem();
      Throwable ofBody = asked == null ? null : asked.failure();
      if (ofBody != null) {
        to.completeExceptionally(
            BindingException.failed(
                "body-failed", "the response's body ended early: " + ofBody.getMessage(), false));
        return;
      }
      switch (problem.code()) {
        case "not-cached" -> to.complete(BindingReply.of("{}"));
        case "not-stored" ->
            to.completeExceptionally(
                BindingException.failed(
                    "not-stored",
                    "response: " + problem.detail() + " (expected: one that may be stored)",
                    false));
        default ->
            to.completeExceptionally(
                BindingException.failed(
                    "cache-unavailable", "the cache can't be reached: " + problem.code(), true));
      }
    }
  }
}
