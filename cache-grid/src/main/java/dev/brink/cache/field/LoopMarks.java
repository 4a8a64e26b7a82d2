package dev.brink.cache.field;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

/**
 * How often a mesh has passed a request on already, as {@code CDN-Loop} says (RFC 8586). All meshes
 * are {@code brink} there, so that two that send requests to each other are a loop as well.
 */
public final class LoopMarks {
  /** The header. */
  public static final AsciiString NAME = AsciiString.cached("cdn-loop");

  /** What a mesh calls itself there. */
  public static final String ID = "brink";

  /** How many of the marks in such headers are a mesh's. */
  public static int in(HttpHeaders headers) {
    if (!headers.contains(NAME)) {
      return 0;
    }
    int marks = 0;
    for (String value : headers.getAll(NAME)) {
      for (String info : value.split(",", -1)) {
        int end = info.indexOf(';');
        String id = (end < 0 ? info : info.substring(0, end)).trim();
        marks += id.equalsIgnoreCase(ID) ? 1 : 0;
      }
    }
    return marks;
  }

  private LoopMarks() {}
}
