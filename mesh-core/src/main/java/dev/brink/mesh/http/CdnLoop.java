package dev.brink.mesh.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/**
 * Which networks have passed a request on: RFC 8586. All meshes are {@code brink} there, so that
 * two that send requests to each other are a loop as well.
 */
public final class CdnLoop {
  /** The header. */
  public static final AsciiString NAME = AsciiString.cached("cdn-loop");

  /** How often a request may have been passed on; one that comes back after that is in a loop. */
  public static final int MOST_PASSES = 8;

  private static final String ID = "brink";

  /** Whether a request with such headers has been passed on too often. */
  public static boolean isIn(HttpHeaders headers) {
    if (!headers.contains(NAME)) {
      return false;
    }
    int passes = 0;
    for (String value : headers.getAll(NAME)) {
      for (String info : value.split(",", -1)) {
        int end = info.indexOf(';');
        String id = (end < 0 ? info : info.substring(0, end)).trim();
        passes += id.equalsIgnoreCase(ID) ? 1 : 0;
      }
    }
    return passes >= MOST_PASSES;
  }

  /** The value to pass such a request on with. */
  public static String next(HttpHeaders headers) {
    if (!headers.contains(NAME)) {
      return ID;
    }
    List<String> passed = new ArrayList<>(headers.getAll(NAME));
    passed.removeIf(String::isBlank);
    passed.add(ID);
    return String.join(", ", passed);
  }

  private CdnLoop() {}
}
