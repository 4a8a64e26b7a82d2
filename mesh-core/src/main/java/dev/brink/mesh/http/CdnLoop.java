package dev.brink.mesh.http;

import dev.brink.cache.field.LoopMarks;
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
  public static final AsciiString NAME = LoopMarks.NAME;

  /** How often a request may have been passed on; one that comes back after that is in a loop. */
  public static final int MOST_PASSES = 8;

  /** Whether a request with such headers has been passed on too often. */
  public static boolean isIn(HttpHeaders headers) {
    return LoopMarks.in(headers) >= MOST_PASSES;
  }

  /** The value to pass such a request on with. */
  public static String next(HttpHeaders headers) {
    if (!headers.contains(NAME)) {
      return LoopMarks.ID;
    }
    List<String> passed = new ArrayList<>(headers.getAll(NAME));
    passed.removeIf(String::isBlank);
    passed.add(LoopMarks.ID);
    return String.join(", ", passed);
  }

  private CdnLoop() {}
}
