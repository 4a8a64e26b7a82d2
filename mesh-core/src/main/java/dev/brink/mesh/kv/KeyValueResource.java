package dev.brink.mesh.kv;

import dev.brink.grid.KeyValue;
import dev.brink.grid.KeyValueEntry;
import dev.brink.grid.Namespace;
import dev.brink.grid.ReadMode;
import dev.brink.grid.Stamp;
import dev.brink.grid.WriteOptions;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import dev.brink.mesh.wire.AdminJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Namespaces over the admin API: {@code /v1/kv/TENANT/NAMESPACE} lists keys, {@code
 * /v1/kv/TENANT/NAMESPACE/KEY} is a value, in the bytes of the body. Methods block.
 */
public final class KeyValueResource {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String VERSION = "brink-kv-version";
  private static final String METADATA = "brink-kv-metadata";
  private static final String EXPIRATION = "brink-kv-expiration";
  private static final Set<String> LIST = Set.of("durable", "prefix", "limit", "cursor");
  private static final Set<String> READ = Set.of("durable");
  private static final Set<String> WRITE =
      Set.of("durable", "ttl-ms", "expiration", "if-version", "if-absent");

  private final Namespaces namespaces;

  /** On these namespaces. */
  public KeyValueResource(Namespaces namespaces) {
    this.namespaces = namespaces;
  }

  /**
   * Answers a request.
   *
   * @param rest the path's decoded segments after {@code /v1/kv}
   * @throws ProblemException when it cannot be done
   * @throws IllegalArgumentException when the request is wrong
   */
  public FullHttpResponse answer(HttpRequest request, List<String> rest, byte[] body) {
    if (rest.size() < 2) {
      throw new ProblemException(
          Problem.of(
              404,
              "not-found",
              "path: /v1/kv/"
                  + String.join("/", rest)
                  + " (expected: /v1/kv/TENANT/NAMESPACE or /v1/kv/TENANT/NAMESPACE/KEY)"));
    }
    Query query = Query.of(request.uri());
    Namespace namespace =
        new Namespace(
            rest.get(0),
            rest.get(1),
            query.flag("durable") ? Namespace.Durability.DISK : Namespace.Durability.MEMORY);
    KeyValue keys = namespaces.open(namespace).withTimeout(TIMEOUT);
    if (rest.size() == 2) {
      require(request.method(), HttpMethod.GET);
      return list(keys, query.of(LIST));
    }
    String key = String.join("/", rest.subList(2, rest.size()));
    HttpMethod method = request.method();
    if (method.equals(HttpMethod.PUT)) {
      return put(keys, key, query.of(WRITE), request.headers(), body);
    }
    if (method.equals(HttpMethod.DELETE)) {
      query.of(READ);
      return await(keys.delete(key)) ? empty(204) : notFound(key);
    }
    require(method, HttpMethod.GET);
    query.of(READ);
    return await(keys.get(key, ReadMode.consistent()))
        .map(KeyValueResource::value)
        .orElseGet(() -> notFound(key));
  }

  private static FullHttpResponse list(KeyValue keys, Query query) {
    int limit = query.number("limit").map(Query::bounded).orElse(KeyValue.MAX_PAGE);
    String json =
        AdminJson.answer(
            KeyMessages.toProto(
                await(keys.list(query.text("prefix").orElse(""), query.text("cursor"), limit))));
    FullHttpResponse response = response(200, Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    return response;
  }

  private static FullHttpResponse put(
      KeyValue keys, String key, Query query, HttpHeaders headers, byte[] body) {
    WriteOptions options = WriteOptions.none().withMetadata(headers.get(METADATA, ""));
    Optional<Long> ttl = query.number("ttl-ms");
    Optional<Long> expiration = query.number("expiration");
    if (ttl.isPresent() && expiration.isPresent()) {
      throw new IllegalArgumentException(
          "query: ttl-ms and expiration (expected: one of them at most)");
    }
    if (ttl.isPresent()) {
      options = options.expiringAfter(Duration.ofMillis(ttl.get()));
    } else if (expiration.isPresent()) {
      options = options.expiringAt(Instant.ofEpochMilli(expiration.get()));
    }
    Optional<String> version = query.given("if-version");
    boolean ifAbsent = query.flag("if-absent");
    if (version.isPresent() && ifAbsent) {
      throw new IllegalArgumentException(
          "query: if-version and if-absent (expected: one of them at most)");
    }
    if (version.isEmpty() && !ifAbsent) {
      return written(await(keys.put(key, body, options)));
    }
    return await(keys.compareAndSet(key, version.map(Stamp::parse), body, options))
        .map(KeyValueResource::written)
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.of(
                        412,
                        "version-changed",
                        "key: " + key + " has another version (expected: the one given)")));
  }

  private static FullHttpResponse written(Stamp version) {
    FullHttpResponse response = empty(204);
    response.headers().set(VERSION, version.toString());
    return response;
  }

  private static FullHttpResponse value(KeyValueEntry entry) {
    FullHttpResponse response = response(200, Unpooled.wrappedBuffer(entry.value()));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream")
        .set(VERSION, entry.version().toString());
    String metadata = entry.info().metadata();
    if (!metadata.isEmpty() && metadata.chars().allMatch(c -> c >= ' ' && c < 127)) {
      response.headers().set(METADATA, metadata);
    }
    if (entry.info().expiresMillis() != 0) {
      response.headers().set(EXPIRATION, Long.toString(entry.info().expiresMillis()));
    }
    return response;
  }

  private static FullHttpResponse notFound(String key) {
    throw new ProblemException(
        Problem.of(404, "key-not-found", "key: " + key + " (expected: one with a value)"));
  }

  private static FullHttpResponse empty(int status) {
    return response(status, Unpooled.EMPTY_BUFFER);
  }

  private static FullHttpResponse response(int status, ByteBuf content) {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), content);
  }

  private static void require(HttpMethod method, HttpMethod expected) {
    if (!method.equals(expected)) {
      throw new ProblemException(
          Problem.of(
              405, "method-not-allowed", "method: " + method + " (expected: " + expected + ")"));
    }
  }

  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      throw NamespaceFailures.forAdmins(e);
    }
  }

  /** The query's parameters, each at most once. */
  private record Query(Map<String, List<String>> parameters) {
    static Query of(String uri) {
      return new Query(new QueryStringDecoder(uri).parameters());
    }

    /** Itself, if it has no other parameters than these. */
    Query of(Set<String> known) {
      for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
        if (!known.contains(parameter.getKey()) || parameter.getValue().size() != 1) {
          throw new IllegalArgumentException(
              "query: " + parameter.getKey() + " (expected: once each of " + known + ")");
        }
      }
      return this;
    }

    Optional<String> text(String name) {
      return Optional.ofNullable(first(name)).filter(value -> !value.isEmpty());
    }

    /** What must not be empty: an empty condition or lifetime would be as good as none. */
    Optional<String> given(String name) {
      String value = first(name);
      if (value != null && value.isEmpty()) {
        throw new IllegalArgumentException(
            name + ": empty (expected: a value, or no " + name + ")");
      }
      return Optional.ofNullable(value);
    }

    Optional<Long> number(String name) {
      return given(name)
          .map(
              value -> {
                try {
                  return Long.valueOf(value);
                } catch (NumberFormatException e) {
                  throw new IllegalArgumentException(
                      name + ": " + value + " (expected: a whole number)", e);
                }
              });
    }

    /** As an {@code int}; what is out of its bounds is out of all others. */
    static int bounded(long value) {
      return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    boolean flag(String name) {
      return switch (first(name)) {
        case null -> false;
        case "", "true" -> true;
        case "false" -> false;
        case String other ->
            throw new IllegalArgumentException(
                name + ": " + other + " (expected: true, false or no value)");
      };
    }

    private @Nullable String first(String name) {
      List<String> values = parameters.get(name);
      return values == null || values.isEmpty() ? null : values.getFirst();
    }
  }
}
