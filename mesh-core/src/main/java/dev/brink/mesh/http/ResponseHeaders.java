package dev.brink.mesh.http;

import io.netty.util.AsciiString;

/** Names that this server writes. */
final class ResponseHeaders {
  static final AsciiString REQUEST_ID = AsciiString.cached("brink-request-id");

  private ResponseHeaders() {}
}
