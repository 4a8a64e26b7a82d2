package dev.brink.mesh.cli;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

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

  /** What a client sends: a method, and names and values of headers in turn. */
  private record Client(String method, List<String> headers) {
    HttpRequest ask(URI uri) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .version(HttpClient.Version.HTTP_1_1)
              .timeout(LIMIT)
              .method(method, BodyPublishers.noBody());
      for (int i = 0; i < headers.size(); i += 2) {
        request.setHeader(headers.get(i), headers.get(i + 1));
      }
      return request.build();
    }
  }

  private static final String BROWSER =
      "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

  private static final List<Client> CLIENTS =
      List.of(
          get(),
          get("User-Agent", "curl/8.14.1", "Accept", "*/*"),
          get(
              "User-Agent",
              BROWSER,
              "Accept",
              "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
              "Accept-Language",
              "en-GB,en;q=0.7,de;q=0.3",
              "Accept-Encoding",
              "gzip, deflate, br, zstd",
              "Cookie",
              "session=6fc1a3; theme=dark",
              "Upgrade-Insecure-Requests",
              "1",
              "Sec-Fetch-Dest",
              "document",
              "Sec-Fetch-Mode",
              "navigate",
              "Sec-Fetch-Site",
              "none",
              "Priority",
              "u=0, i"),
          get(
              "User-Agent",
              BROWSER,
              "Accept",
              "application/json",
              "Accept-Encoding",
              "gzip",
              "Origin",
              "https://www.example",
              "Referer",
              "https://www.example/",
              "DNT",
              "1"),
          get("User-Agent", "Go-http-client/1.1", "Accept-Encoding", "gzip"),
          get(
              "User-Agent",
              "python-requests/2.32.5",
              "Accept-Encoding",
              "gzip, deflate",
              "Accept",
              "*/*",
              "X-Forwarded-For",
              "192.0.2.7",
              "X-Forwarded-Proto",
              "https",
              "X-Request-Id",
              "6a1f0c22-4f5e-4b32-9a55-0f6d9d4f2f11",
              "traceparent",
              "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
          get("User-Agent", BROWSER, "If-None-Match", "\"1024\""),
          get("User-Agent", BROWSER, "Range", "bytes=0-99"),
          new Client("HEAD", List.of("User-Agent", "curl/8.14.1", "Accept", "*/*")));

  private static Client get(String... headers) {
    return new Client("GET", List.of(headers));
  }

  /**
   * Asks until a time has passed, or asking is to stop.
   *
   * @return how many answers were not right
   */
  int ask(List<URI> ingresses, Duration time, Stop stop) {
    int wrong = 0;
    int turn = 0;
    long end = System.nanoTime() + time.toNanos();
    do {
      for (URI ingress : ingresses) {
        try (HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
          for (int round = 0; round < ROUNDS_OF_A_CONNECTION; round++) {
            wrong += round(http, ingress, turn);
            turn += AT_ONCE;
          }
        }
      }
    } while (System.nanoTime() - end < 0 && !stop.isRequested());
    return wrong;
  }

  private int round(HttpClient http, URI ingress, int turn) {
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (int i = turn; i < turn + AT_ONCE; i++) {
      // Of different lengths, so that each client asks for each path.
      Client client = CLIENTS.get(i % CLIENTS.size());
      URI uri = URI.create(ingress + paths.get(i / CLIENTS.size() % paths.size()));
      answers.add(
          http.sendAsync(client.ask(uri), BodyHandlers.discarding())
              .handle((answer, _) -> answer != null && RIGHT.contains(answer.statusCode())));
    }
    int wrong = 0;
    for (CompletableFuture<Boolean> answer : answers) {
      wrong += answer.join() ? 0 : 1;
    }
    return wrong;
  }
}
