package dev.brink.mesh.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A request that the demo sends to every ingress, and what is right.
 *
 * @param file where the body comes from, empty for none
 * @param status the expected status
 * @param contains what the body of the answer must contain
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of bytes: never compared.
record DemoRequest(
    String function,
    String method,
    String path,
    List<Map.Entry<String, String>> headers,
    byte[] body,
    String file,
    int status,
    String contains) {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long MAX_ANSWER_BYTES = 64 << 20;

  /** Whether any client that asks for the path is answered with 200. */
  boolean isPlain() {
    return method.equals("GET") && headers.isEmpty() && body.length == 0 && status == 200;
  }

  /** Sends it to the ingress of a node, asking for the decision. */
  DemoAnswer send(HttpClient http, String node, URI ingress, String token)
      throws InterruptedException {
    HttpRequest.Builder message =
        HttpRequest.newBuilder(URI.create(ingress + path))
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(LIMIT)
            .header("brink-explain", "1")
            .header("brink-token", token)
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    for (Map.Entry<String, String> header : headers) {
      message.header(header.getKey(), header.getValue());
    }
    try {
      BodyHandler<byte[]> whole =
          BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES);
      return DemoAnswer.of(node, this, http.send(message.build(), whole));
    } catch (IOException e) {
      return DemoAnswer.none(node, this, e.toString());
    }
  }

  /** How to send it by hand. */
  String curl(String ingress) {
    StringBuilder line = new StringBuilder("curl");
    boolean impliedPost = method.equals("POST") && body.length > 0;
    if (!method.equals("GET") && !impliedPost) {
      line.append(" -X ").append(method);
    }
    for (Map.Entry<String, String> header : headers) {
      line.append(" -H ").append(quoted(header.getKey() + ": " + header.getValue()));
    }
    if (!file.isEmpty()) {
      line.append(" --data-binary ").append(quoted("@" + file));
    } else if (body.length > 0) {
      line.append(" --data-binary ").append(quoted(new String(body, StandardCharsets.UTF_8)));
    }
    return line.append(' ').append(quoted(ingress + path)).toString();
  }

  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9_./:@-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
