package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of wrong answers. */
class RehearsalTrafficTest {
  private final WrongAnswers wrong = new WrongAnswers();

  @Test
  void theFirstWrongAnswerIsNamed() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean part = exchange.getRequestHeaders().containsKey("Range");
          exchange.sendResponseHeaders(part ? 500 : 200, -1);
          exchange.close();
        });
    server.start();
    URI ingress = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try {
      ask(ingress);
    } finally {
      server.stop(0);
    }
    // Of 64 requests of nine kinds of clients.
    assertThat(wrong)
        .hasToString(
            "7 answers were not right, the first: a browser for a part, GET "
                + ingress
                + "/a: 500 (expected: 200, 206 or 304)");
  }

  @Test
  void whatIsNotAnsweredIsWrong() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    ask(URI.create("http://127.0.0.1:" + port));
    assertThat(wrong.toString())
        .startsWith("64 answers were not right, the first: a client without headers, GET ")
        .contains("/a: java.net.ConnectException")
        .endsWith(" (expected: 200, 206 or 304)");
  }

  private void ask(URI ingress) {
    new RehearsalTraffic(List.of("/a", "/b"))
        .ask(List.of(ingress), Duration.ZERO, new Stop(), wrong);
  }
}
