package dev.brink.mesh.cli;

import java.nio.charset.StandardCharsets;
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
