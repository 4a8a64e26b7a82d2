package dev.brink.mesh.deploy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a function answered, headers of the mesh ({@code brink-node}, …) included. */
@SuppressWarnings("ArrayRecordComponent") // A carrier of bytes: never compared.
public record InvokeResponse(int status, List<Map.Entry<String, String>> headers, byte[] body) {
  public InvokeResponse {
    headers = List.copyOf(headers);
  }

  /** The body as UTF-8 text. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** The first value of a header, whatever its case. */
  public Optional<String> header(String name) {
    return headers.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
