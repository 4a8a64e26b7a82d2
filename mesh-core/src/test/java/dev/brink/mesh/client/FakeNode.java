package dev.brink.mesh.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An admin port that answers what a test tells it to. */
public final class FakeNode implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  public final List<Seen> seen = new CopyOnWriteArrayList<>();

  /** A request that arrived. */
  public record Seen(String line, String authorization, String body) {}

  /** An answer; status 0 breaks the connection off. */
  public record Answer(int status, String type, String body) {
    public static Answer json(String body) {
      return new Answer(200, "application/json", body);
    }

    public static Answer problem(int status, String code, String detail) {
      return new Answer(
          status,
          "application/problem+json",
          "{\"status\":%d,\"code\":\"%s\",\"detail\":\"%s\"}".formatted(status, code, detail));
    }

    public static Answer broken() {
      return new Answer(0, "", "");
    }
  }

  /** What a node answers. */
  public interface Script {
    Answer answer(Seen request) throws InterruptedException;
  }

  public FakeNode(Script script) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(exchange, script));
    server.start();
  }

  private void handle(HttpExchange exchange, Script script) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Seen request =
        new Seen(
            exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath(),
            String.valueOf(exchange.getRequestHeaders().getFirst("authorization")),
            body);
    seen.add(request);
    Answer answer;
    try {
      answer = script.answer(request);
    } catch (InterruptedException _) {
      answer = Answer.broken();
    }
    if (answer.status() == 0) {
      throw new IOException("broken off");
    }
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", answer.type());
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  public URI uri() {
    InetSocketAddress address = server.getAddress();
    return URI.create("http://127.0.0.1:" + address.getPort());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
