package dev.brink.mesh.admin;

import com.google.protobuf.Message;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Mesh;
import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.http.HttpHandler;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import dev.brink.mesh.http.ServerExchange;
import dev.brink.mesh.kv.KeyValueResource;
import dev.brink.mesh.proto.DeployRequest;
import dev.brink.mesh.proto.ExplanationView;
import dev.brink.mesh.proto.InvokeRequest;
import dev.brink.mesh.proto.PurgeCall;
import dev.brink.mesh.proto.TickCall;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import dev.brink.mesh.wire.CacheMessages;
import dev.brink.mesh.wire.ExplanationMessages;
import dev.brink.mesh.wire.TickMessages;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the admin port. Health is open; all else needs {@code Authorization: Bearer TOKEN}. Work
 * runs on the given executor, at most 64 requests at once.
 */
public final class AdminHandler implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);
  private static final int MAX_BODY_BYTES = 32 << 20;
  private static final int MAX_CONCURRENT = 64;
  private static final String BEARER = "Bearer ";
  private static final String JSON = "application/json";

  private final Supplier<@Nullable Mesh> starting;
  private final KeyValueResource keyValue;
  private final NodeHealth health;
  private final Metrics metrics;
  private final byte[] token;
  private final Executor executor;
  private final Semaphore places = new Semaphore(MAX_CONCURRENT);

  /** The text of {@code /metrics}, in Prometheus's format. */
  @FunctionalInterface
  public interface Metrics {
    String scrape();
  }

  /**
   * For one node.
   *
   * @param mesh {@code null} as long as the node is not part of one
   * @param keyValue answers below {@code /v1/kv}
   * @param executor may block: virtual threads
   */
  public AdminHandler(
      Supplier<@Nullable Mesh> mesh,
      KeyValueResource keyValue,
      NodeHealth health,
      Metrics metrics,
      String token,
      Executor executor) {
    this.starting = mesh;
    this.keyValue = keyValue;
    this.health = health;
    this.metrics = metrics;
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.executor = executor;
  }

  @Override
  public void handle(ServerExchange exchange) {
    String uri = exchange.request().uri();
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    switch (path) {
      case "/health/live" -> exchange.respond(text(200, "live\n"));
      case "/health/ready" -> {
        String reason = health.notReadyReason();
        exchange.respond(
            reason.isEmpty() ? text(200, "ready\n") : text(503, "not ready: " + reason + "\n"));
      }
      default -> authorized(exchange, path);
    }
  }

  private void authorized(ServerExchange exchange, String path) {
    String given = exchange.request().headers().get(HttpHeaderNames.AUTHORIZATION, "");
    boolean right =
        given.startsWith(BEARER)
            && MessageDigest.isEqual(
                given.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8), token);
    if (!right) {
      exchange.fail(
          Problem.of(
              401,
              "unauthorized",
              "Authorization: missing or wrong (expected: Bearer and the admin token)"));
      return;
    }
    if (!places.tryAcquire()) {
      exchange.fail(new Problem(503, "admin-busy", "too many admin requests at once", 1));
      return;
    }
    var _ =
        BodyBytes.collect(exchange.body(), MAX_BODY_BYTES)
            .whenComplete(
                (body, failure) -> {
                  if (failure != null) {
                    places.release();
                    exchange.fail(problem(failure));
                  } else {
                    run(exchange, path, body);
                  }
                });
  }

  private void run(ServerExchange exchange, String path, byte[] body) {
    try {
      executor.execute(
          () -> {
            try {
              exchange.respond(answer(exchange.request(), path, body));
            } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
              exchange.fail(problem(e));
            } finally {
              places.release();
            }
          });
    } catch (RejectedExecutionException e) {
      places.release();
      exchange.fail(new Problem(503, "node-stopping", "the node is being stopped", 1));
    }
  }

  private FullHttpResponse answer(HttpRequest request, String path, byte[] body) {
    HttpMethod method = request.method();
    List<String> parts =
        List.of(path.substring(1).split("/", -1)).stream().map(AdminHandler::decode).toList();
    String resource = parts.size() > 1 && parts.getFirst().equals("v1") ? parts.get(1) : path;
    return switch (resource) {
      case "/metrics" -> {
        require(method, HttpMethod.GET);
        yield response(200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
      }
      case "nodes" -> nodes(method, path, parts.subList(2, parts.size()));
      case "usage" -> {
        require(method, HttpMethod.GET);
        yield json(AdminMessages.usageList(mesh().usage()));
      }
      case "placement" -> {
        require(method, HttpMethod.GET);
        yield switch (path) {
          case "/v1/placement/explain" -> json(explanation(request.uri()));
          case "/v1/placement/regret" -> json(ExplanationMessages.regretList(mesh().regrets()));
          default -> throw notFound(path);
        };
      }
      case "purge" -> {
        require(method, HttpMethod.POST);
        PurgeCall call =
            AdminJson.parse(new String(body, StandardCharsets.UTF_8), PurgeCall.newBuilder())
                .build();
        yield json(AdminMessages.toProto(mesh().purge(CacheMessages.fromProto(call))));
      }
      case "deployments" -> deployments(method, parts.subList(2, parts.size()), body);
      case "secrets" ->
          SecretResource.answer(mesh().secrets(), method, parts.subList(2, parts.size()), body)
              .map(AdminHandler::json)
              .orElseGet(() -> response(204, JSON, ""));
      case "kv" -> keyValue.answer(request, parts.subList(2, parts.size()), body);
      default -> throw notFound(path);
    };
  }

  private FullHttpResponse nodes(HttpMethod method, String path, List<String> rest) {
    if (rest.isEmpty()) {
      require(method, HttpMethod.GET);
      return json(AdminMessages.nodeList(mesh().nodes()));
    }
    if (rest.size() != 1) {
      throw notFound(path);
    }
    if (rest.getFirst().equals("missing")) {
      require(method, HttpMethod.GET);
      return json(AdminMessages.nodeList(mesh().missing()));
    }
    require(method, HttpMethod.DELETE);
    mesh().forget(rest.getFirst());
    return response(204, JSON, "");
  }

  private ExplanationView explanation(String uri) {
    Map<String, List<String>> query = new QueryStringDecoder(uri).parameters();
    List<String> urls = query.getOrDefault("url", List.of());
    if (urls.size() != 1) {
      throw new IllegalArgumentException("url: " + urls + " (expected: one)");
    }
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String header : query.getOrDefault("header", List.of())) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException("header: " + header + " (expected: NAME:VALUE)");
      }
      headers.add(Map.entry(header.substring(0, colon), header.substring(colon + 1).strip()));
    }
    return ExplanationMessages.toProto(mesh().explain(URI.create(urls.getFirst()), headers));
  }

  private FullHttpResponse deployments(HttpMethod method, List<String> rest, byte[] body) {
    var deployments = mesh().deployments();
    if (rest.isEmpty()) {
      if (method.equals(HttpMethod.GET)) {
        return json(AdminMessages.deploymentList(deployments.list()));
      }
      require(method, HttpMethod.POST);
      DeployRequest request =
          AdminJson.parse(new String(body, StandardCharsets.UTF_8), DeployRequest.newBuilder())
              .build();
      return json(
          AdminMessages.toProto(
              deployments.deploy(AdminMessages.spec(request), AdminMessages.options(request))));
    }
    if (rest.size() == 2) {
      if (method.equals(HttpMethod.DELETE)) {
        deployments.remove(rest.get(0), rest.get(1));
        return response(204, JSON, "");
      }
      require(method, HttpMethod.GET);
      return json(AdminMessages.toProto(deployments.describe(rest.get(0), rest.get(1))));
    }
    if (rest.size() == 3 && rest.get(2).equals("tick")) {
      require(method, HttpMethod.POST);
      TickCall call =
          AdminJson.parse(new String(body, StandardCharsets.UTF_8), TickCall.newBuilder()).build();
      return json(
          TickMessages.toProto(
              mesh().tick(rest.get(0), rest.get(1), TickMessages.fromProto(call))));
    }
    if (rest.size() == 3 && rest.get(2).equals("invoke")) {
      require(method, HttpMethod.POST);
      InvokeRequest request =
          AdminJson.parse(new String(body, StandardCharsets.UTF_8), InvokeRequest.newBuilder())
              .build();
      return json(
          AdminMessages.toProto(
              deployments.invoke(rest.get(0), rest.get(1), AdminMessages.fromProto(request))));
    }
    throw notFound("/v1/deployments/" + String.join("/", rest));
  }

  private Mesh mesh() {
    Mesh mesh = starting.get();
    if (mesh == null) {
      throw new ProblemException(
          new Problem(503, "node-starting", "the node is not part of a mesh yet", 1));
    }
    return mesh;
  }

  private static ProblemException notFound(String path) {
    return new ProblemException(
        Problem.of(404, "not-found", "path: " + path + " (expected: one of the admin API)"));
  }

  static void require(HttpMethod method, HttpMethod expected) {
    if (!method.equals(expected)) {
      throw new ProblemException(
          Problem.of(
              405, "method-not-allowed", "method: " + method + " (expected: " + expected + ")"));
    }
  }

  /**
   * A segment of the path.
   *
   * @throws IllegalArgumentException when it is not UTF-8: all that is not would be the same key
   */
  private static String decode(String part) {
    // In Latin-1 each escaped byte is a character.
    String bytes = URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("path: " + part + " (expected: UTF-8)", e);
    }
  }

  private static Problem problem(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case ProblemException e -> e.problem();
      case DeploymentException e ->
          new Problem(status(e), e.code(), String.valueOf(e.getMessage()), e.retryable() ? 1 : 0);
      case IllegalArgumentException e ->
          Problem.of(400, "invalid-request", String.valueOf(e.getMessage()));
      default -> {
        LOG.error("admin: unexpected", cause);
        yield Problem.of(500, "internal", "unexpected error; the node's log has more");
      }
    };
  }

  private static int status(DeploymentException e) {
    return switch (e.code()) {
      case "deployment-not-found", "route-not-found", "secret-not-found", "node-not-missing" -> 404;
      case "route-conflict", "secret-unreadable", "tick-not-here" -> 409;
      case "invalid-deployment", "invalid-request", "invalid-secret" -> 400;
      case "secrets-not-configured" -> 501;
      case "module-error", "code-limit", "start-up-limit", "memory-limit" -> 422;
      case "grid-unavailable" -> 503;
      case "deadline-exceeded" -> 504;
      default -> e.retryable() ? 503 : 500;
    };
  }

  private static FullHttpResponse json(Message message) {
    return response(200, JSON, AdminJson.answer(message));
  }

  private static FullHttpResponse text(int status, String text) {
    return response(status, "text/plain; charset=utf-8", text);
  }

  private static FullHttpResponse response(int status, String type, String text) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    if (!text.isEmpty()) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    }
    return response;
  }
}
