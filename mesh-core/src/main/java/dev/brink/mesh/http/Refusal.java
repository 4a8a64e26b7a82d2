package dev.brink.mesh.http;

/** What a server says to requests it does not pass on. */
final class Refusal {
  static final Problem REQUEST_LINE =
      bad("bad-request-line", "request line: not \"METHOD target HTTP/1.1\"");
  static final Problem LINE_END =
      bad("bad-line-end", "head: a line that does not end in CR LF, or a CR elsewhere");
  static final Problem TARGET =
      bad("bad-target", "target: not a path, \"*\" for OPTIONS, or an http or https URI");
  static final Problem SCHEME = bad("bad-target", ":scheme: neither http nor https");
  static final Problem HEADER_NAME =
      bad("bad-header", "header: a name that is not a token directly followed by a colon");
  static final Problem HEADER_VALUE = bad("bad-header", "header: a control character in a value");
  static final Problem HOST = bad("bad-host", "host: not exactly one valid host");
  static final Problem HOST_DISAGREES =
      bad("bad-host", "host: another one than the request's target names");
  static final Problem FRAMING =
      bad(
          "bad-framing",
          "body: length not told by exactly one content-length or transfer-encoding: chunked");
  static final Problem CHUNK = bad("bad-chunk", "body: not in valid chunks");
  static final Problem PSEUDO_HEADER =
      bad("bad-header", "pseudo-headers: not exactly :method, :scheme, :path and :authority");

  static final Problem TIMEOUT =
      Problem.of(408, "request-timeout", "request: not received within the time allowed");
  static final Problem BODY_TOO_LARGE =
      Problem.of(413, "body-too-large", "body: longer than this server accepts");
  static final Problem LINE_TOO_LONG =
      Problem.of(414, "target-too-long", "request line: longer than this server accepts");
  static final Problem EXPECTATION =
      Problem.of(417, "expectation-failed", "expect: unknown (expected: 100-continue)");
  static final Problem HEADERS_TOO_LARGE =
      Problem.of(431, "headers-too-large", "headers: more than this server accepts");
  static final Problem INTERNAL =
      Problem.of(500, "internal-error", "The server failed to answer this request.");
  static final Problem METHOD =
      Problem.of(501, "method-not-implemented", "method: CONNECT and TRACE are not supported");
  static final Problem CONNECTIONS =
      new Problem(503, "too-many-connections", "The server has too many connections open.", 1);
  static final Problem VERSION =
      Problem.of(505, "version-not-supported", "version: not HTTP/1.0, HTTP/1.1 or HTTP/2");

  /** For who reads a body too late. */
  static final Problem OVER =
      Problem.of(500, "exchange-over", "body: not read before the response was complete");

  /** Not told to anybody: there is nobody left to tell. */
  static final Problem DISCONNECTED =
      Problem.of(499, "client-disconnected", "The client closed the connection.");

  private Refusal() {}

  private static Problem bad(String code, String detail) {
    return Problem.of(400, code, detail);
  }
}
