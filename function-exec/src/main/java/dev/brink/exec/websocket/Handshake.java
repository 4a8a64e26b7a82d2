package dev.brink.exec.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The opening handshake over HTTP/1.1: section 4 of RFC 6455. */
public final class Handshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** The only version there is. */
  public static final String VERSION = "13";

  private static final int KEY_BYTES = 16;
  private static final String SEPARATORS = "()<>@,;:\\\"/[]?={} \t";

  /** What is wrong with a request, and the status to say it with. */
  public record Flaw(int status, String detail) {}

  /** Whether headers ask for a WebSocket, or grant one. */
  public static boolean isIn(HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.UPGRADE)
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  /** What is wrong with a request for a WebSocket; {@code null} for nothing. */
  public static @Nullable Flaw flaw(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!request.method().equals(HttpMethod.GET)) {
      return new Flaw(400, "method: " + request.method() + " (expected: GET for a WebSocket)");
    }
    List<String> versions = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
    if (versions.size() != 1 || !versions.getFirst().strip().equals(VERSION)) {
      return new Flaw(426, "sec-websocket-version: expected " + VERSION);
    }
    List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (keys.size() != 1 || !isKey(keys.getFirst().strip())) {
      return new Flaw(400, "sec-websocket-key: expected one of " + KEY_BYTES + " bytes in base64");
    }
    for (String protocol : protocols(headers)) {
      if (!isToken(protocol)) {
        return new Flaw(400, "sec-websocket-protocol: expected names");
      }
    }
    return null;
  }

  private static boolean isKey(String text) {
    try {
      return Base64.getDecoder().decode(text).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The subprotocols that headers name, in order. */
  public static List<String> protocols(HttpHeaders headers) {
    var names = new ArrayList<String>();
    for (String value : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String name : value.split(",", -1)) {
        names.add(name.strip());
      }
    }
    return names;
  }

  /** Whether a text can be a subprotocol's name. */
  public static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f && SEPARATORS.indexOf(c) < 0);
  }

  /** Makes a request one for a WebSocket, instead of what it was before. */
  public static void ask(HttpHeaders headers, String key) {
    headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    headers.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
    headers.set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key);
    headers.remove(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
  }

  /** A key of 16 random bytes. */
  public static String key(byte[] random) {
    return Base64.getEncoder().encodeToString(random);
  }

  /**
   * Makes a response grant what {@code asked} asked for.
   *
   * @throws IllegalArgumentException when it names a subprotocol that was not offered
   */
  public static void grant(HttpHeaders headers, HttpHeaders asked) {
    List<String> chosen = protocols(headers);
    if (chosen.size() > 1 || !protocols(asked).containsAll(chosen)) {
      throw new IllegalArgumentException(
          "sec-websocket-protocol: "
              + String.join(", ", chosen)
              + " (expected: one that the client offers)");
    }
    headers.remove(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
    headers.remove(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    headers.remove(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
    headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    headers.set(
        HttpHeaderNames.SEC_WEBSOCKET_ACCEPT,
        accept(asked.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "").strip()));
  }

  /** What is wrong with a {@code 101} to {@code asked}; {@code null} for nothing. */
  public static @Nullable String flaw(HttpResponse response, HttpHeaders asked) {
    HttpHeaders headers = response.headers();
    if (!isIn(headers)
        || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
      return "the server's 101 is not for a WebSocket";
    }
    String key = asked.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
    if (!accept(key).equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, "").strip())) {
      return "the server's sec-websocket-accept is not the key's";
    }
    if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
      return "the server uses extensions that were not offered";
    }
    List<String> chosen = protocols(headers);
    if (chosen.size() > 1 || !protocols(asked).containsAll(chosen)) {
      return "the server chose a subprotocol that was not offered";
    }
    return null;
  }

  static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-1 is not there", e);
    }
  }

  private Handshake() {}
}
