package dev.brink.mesh.deploy;

import java.util.List;
import java.util.Map;

/**
 * A request to a function, without a socket.
 *
 * @param path path and query, from the first slash
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of bytes: never compared.
public record InvokeRequest(
    String method, String path, List<Map.Entry<String, String>> headers, byte[] body) {
  public InvokeRequest {
    headers = List.copyOf(headers);
  }

  public static InvokeRequest get(String path) {
    return new InvokeRequest("GET", path, List.of(), new byte[0]);
  }

  public static InvokeRequest post(String path, String contentType, byte[] body) {
    return new InvokeRequest("POST", path, List.of(Map.entry("content-type", contentType)), body);
  }
}
