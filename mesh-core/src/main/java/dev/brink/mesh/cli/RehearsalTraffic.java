package dev.brink.mesh.cli;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks nodes for the same paths as clients of many kinds do, from new connections each time.
 * HotSpot leaves out of compiled code what it has not seen happen, and makes a method anew, slowly
 * at first, when it happens: a node that knows one client's headers alone stumbles at the next
 * client's.
 *
 * @param paths such as {@code /hello}
 */
record RehearsalTraffic(List<String> paths) {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int AT_ONCE = 8;

  /** To a client that asks for a part, or whether its copy is good still, too. */
  private static final Set<Integer> RIGHT = Set.of(200, 206, 304);

  private static final int ROUNDS_OF_A_CONNECTION = 8;

  /**
   * What sends a request.
   *
   * @param headers a line each, such as {@code Accept: text/html}
   */
  private record Client(String kind, String method, List<String> headers) {
    Client(String kind, String method, String headers) {
      this(kind, method, headers.lines().toList());
    }

    HttpRequest ask(URI uri) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .version(HttpClient.Version.HTTP_1_1)
              .timeout(LIMIT)
              .method(method, BodyPublishers.noBody());
      for (String header : headers) {
        int colon = header.indexOf(": ");
        request.setHeader(header.substring(0, colon), header.substring(colon + 2));
      }
      return request.build();
    }
  }

  private static final List<Client> CLIENTS =
      List.of(
          new Client("a client without headers", "GET", ""),
          new Client(
              "curl",
              "GET",
              """
              User-Agent: curl/8.14.1
              Accept: */*
              """),
          browser(
              "a browser for a page",
              """
              Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
              Accept-Language: en-GB,en;q=0.7,de;q=0.3
              Accept-Encoding: gzip, deflate, br, zstd
              Cookie: session=6fc1a3; theme=dark
              Upgrade-Insecure-Requests: 1
              Sec-Fetch-Dest: document
              Sec-Fetch-Mode: navigate
              Sec-Fetch-Site: none
              Priority: u=0, i
              """),
          browser(
              "a browser's script",
              """
              Accept: application/json
              Accept-Encoding: gzip
              Origin: https://www.example
              Referer: https://www.example/
              DNT: 1
              """),
          new Client(
              "a Go client",
              "GET",
              """
              User-Agent: Go-http-client/1.1
              Accept-Encoding: gzip
              """),
          new Client(
              "a Python client behind a proxy",
              "GET",
              """
              User-Agent: python-requests/2.32.5
              Accept-Encoding: gzip, deflate
              Accept: */*
              X-Forwarded-For: 192.0.2.7
              X-Forwarded-Proto: https
              X-Request-Id: 6a1f0c22-4f5e-4b32-9a55-0f6d9d4f2f11
              traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
              """),
          browser("a browser with a copy", "If-None-Match: \"1024\""),
          browser("a browser for a part", "Range: bytes=0-99"),
          new Client(
              "curl -I",
              "HEAD",
              """
              User-Agent: curl/8.14.1
              Accept: */*
              """));

  private static Client browser(String kind, String headers) {
    String agent =
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\n";
    return new Client(kind, "GET", agent + headers);
  }

  /** Asks until a time has passed, or asking is to stop, and counts the answers that are wrong. */
  void ask(List<URI> ingresses, Duration time, Stop stop, WrongAnswers wrong) {
    int turn = 0;
    long end = System.nanoTime() + time.toNanos();
    do {
      for (URI ingress : ingresses) {
        try (HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
          for (int round = 0; round < ROUNDS_OF_A_CONNECTION; round++) {
            round(http, ingress, turn, wrong);
            turn += AT_ONCE;
          }
        }
      }
    } while (System.nanoTime() - end < 0 && !stop.isRequested());
  }

  private void round(HttpClient http, URI ingress, int turn, WrongAnswers wrong) {
    List<CompletableFuture<String>> problems = new ArrayList<>();
    for (int i = turn; i < turn + AT_ONCE; i++) {
      // Of different lengths, so that each client asks for each path.
      Client client = CLIENTS.get(i % CLIENTS.size());
      URI uri = URI.create(ingress + paths.get(i / CLIENTS.size() % paths.size()));
      problems.add(
          http.sendAsync(client.ask(uri), BodyHandlers.discarding())
              .handle((answer, failure) -> problem(client, uri, answer, failure)));
    }
    for (CompletableFuture<String> each : problems) {
      String problem = each.join();
      if (!problem.isEmpty()) {
        wrong.add(problem);
      }
    }
  }

  /** What is wrong with an answer; empty when it is right. */
  private static String problem(
      Client client, URI uri, @Nullable HttpResponse<Void> answer, @Nullable Throwable failure) {
    if (answer != null && RIGHT.contains(answer.statusCode())) {
      return "";
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    String came = answer == null ? String.valueOf(cause) : Integer.toString(answer.statusCode());
    return "%s, %s %s: %s (expected: 200, 206 or 304)"
        .formatted(client.kind(), client.method(), uri, came);
  }
}
