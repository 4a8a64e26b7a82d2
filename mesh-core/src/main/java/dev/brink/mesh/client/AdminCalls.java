package dev.brink.mesh.client;

import com.google.protobuf.Message;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.wire.AdminJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Calls of the admin API, at the first node that answers. */
final class AdminCalls implements AutoCloseable {
  /** Larger than any reply a node makes: an invocation's body in base64, a long list. */
  private static final long MAX_REPLY_BYTES = 256L << 20;

  private final HttpClient http;
  private final List<URI> nodes;
  private final String token;
  private volatile int preferred;

  private AdminCalls(HttpClient http, List<URI> nodes, String token) {
    this.http = http;
    this.nodes = nodes;
    this.token = token;
  }

  /**
   * One call.
   *
   * @param body JSON, empty for none; or any bytes
   * @param repeatable whether it may be made at another node although it may have had its effect
   */
  record Call(
      String method,
      String path,
      BodyPublisher body,
      Map<String, String> headers,
      boolean repeatable,
      Duration deadline) {
    Call(String method, String path, String body, boolean repeatable, Duration deadline) {
      this(
          method,
          path,
          body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body),
          body.isEmpty() ? Map.of() : Map.of("content-type", "application/json"),
          repeatable,
          deadline);
    }

    static Call get(String path) {
      return new Call("GET", path, "", true, MeshClient.DEADLINE);
    }
  }

  static AdminCalls over(HttpClient.Builder http, List<URI> adminUris, String token) {
    if (adminUris.isEmpty()) {
      throw new IllegalArgumentException("adminUris: [] (expected: at least one)");
    }
    return new AdminCalls(
        http.build(), adminUris.stream().map(AdminCalls::checked).toList(), checked(token));
  }

  private static URI checked(URI uri) {
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!http || uri.getHost() == null || uri.getRawQuery() != null) {
      throw new IllegalArgumentException(
          "adminUri: " + uri + " (expected: http://host:port or https://host:port)");
    }
    String text = uri.toString();
    return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : uri;
  }

  private static String checked(String token) {
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException("token: *** (expected: visible ASCII characters)");
    }
    return token;
  }

  /** The reply's JSON, empty when there is none. */
  String call(Call call) {
    return text(exchange(call));
  }

  /** The reply. */
  HttpResponse<byte[]> exchange(Call call) {
    long end = System.nanoTime() + call.deadline.toNanos();
    List<String> failures = new ArrayList<>();
    boolean mayHaveRun = false;
    int first = preferred;
    for (int i = 0; i < nodes.size(); i++) {
      int index = (first + i) % nodes.size();
      boolean last = i == nodes.size() - 1;
      try {
        HttpResponse<byte[]> response = send(nodes.get(index), call, end);
        if (!last && (call.repeatable ? response.statusCode() == 503 : notWritten(response))) {
          failures.add(nodes.get(index) + ": " + problem(response).getMessage());
          continue;
        }
        preferred = index;
        return answer(response, call, mayHaveRun);
      } catch (IOException e) {
        failures.add(nodes.get(index) + ": " + reason(e));
        mayHaveRun |= !neverSent(e);
        if (mayHaveRun && !call.repeatable) {
          break;
        }
      }
    }
    boolean inDoubt = mayHaveRun && !call.repeatable;
    throw new DeploymentException(
        "mesh-unreachable",
        (inDoubt ? "no answer, it may have been done: " : "no node answered: ")
            + String.join("; ", failures),
        true);
  }

  /** Whether a write of a key was refused before it was done; what else is a 503 does not tell. */
  private static boolean notWritten(HttpResponse<byte[]> response) {
    return response.statusCode() == 503 && problem(response).code().equals("kv-unavailable");
  }

  private HttpResponse<byte[]> send(URI node, Call call, long end) throws IOException {
    long left = end - System.nanoTime();
    if (left <= 0) {
      throw late(call, node);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(node + call.path))
            .header("authorization", "Bearer " + token)
            .header("accept", "application/json, application/problem+json")
            .method(call.method, call.body);
    call.headers.forEach(request::header);
    CompletableFuture<HttpResponse<byte[]>> reply =
        http.sendAsync(
            request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_REPLY_BYTES));
    try {
      return reply.get(left, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      throw late(call, node);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new DeploymentException(
          "interrupted", call.method + " " + call.path + ": interrupted", true);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException broken) {
        throw broken;
      }
      throw new IOException(e.getCause());
    } finally {
      reply.cancel(true);
    }
  }

  private static DeploymentException late(Call call, URI node) {
    return new DeploymentException(
        "deadline-exceeded",
        call.method
            + " "
            + node
            + call.path
            + ": no answer within "
            + call.deadline.toSeconds()
            + " s",
        true);
  }

  private static HttpResponse<byte[]> answer(
      HttpResponse<byte[]> response, Call call, boolean mayHaveRun) {
    if (response.statusCode() / 100 == 2) {
      return response;
    }
    DeploymentException problem = problem(response);
    boolean removed = call.method.equals("DELETE") && problem.code().equals("deployment-not-found");
    if (removed && mayHaveRun) {
      return response;
    }
    throw problem;
  }

  private static DeploymentException problem(HttpResponse<byte[]> response) {
    return AdminProblem.of(
        response.statusCode(),
        text(response),
        response.headers().firstValue("retry-after").isPresent());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  /** Whether the request cannot have reached the node. */
  private static boolean neverSent(IOException failure) {
    return failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException;
  }

  private static String reason(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "unknown host";
      }
      String message = cause.getMessage();
      if (message != null && !message.isBlank() && cause.getCause() == null) {
        return message;
      }
    }
    return neverSent(failure) ? "connection refused" : "connection lost";
  }

  /**
   * A tenant's or another name as a segment of a path, which an empty one or a dot would change.
   */
  static String segment(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new DeploymentException(
          "invalid-name", "name: " + name + " (expected: one with other characters)", false);
    }
    return encoded(name);
  }

  /** A text as a part of a URL. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Reads a reply; a node that answers something else is not one of ours. */
  static <B extends Message.Builder> B read(String reply, B into) {
    try {
      return AdminJson.parseLeniently(reply, into);
    } catch (IllegalArgumentException e) {
      throw new DeploymentException(
          "bad-reply", "reply: not an answer of the admin API: " + brief(e.getMessage()), false);
    }
  }

  private static String brief(@Nullable String text) {
    String line = String.valueOf(text).lines().findFirst().orElse("");
    return line.length() > 200 ? line.substring(0, 200) + "…" : line;
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
