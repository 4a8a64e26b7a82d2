package dev.brink.mesh.origin;

import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;

/** Why an attempt at a server got no response. */
enum Fault {
  /** No connection could be made. */
  UNREACHABLE(502, "origin-unreachable", "The origin could not be reached."),
  /** No trusted connection could be made. */
  TLS(502, "origin-tls-failed", "No trusted TLS connection to the origin could be made."),
  /** All connections are in use, and too many requests wait for one, or this one too long. */
  BUSY(503, "origin-busy", "All connections to the origin are in use."),
  /** No response in time. */
  TIMEOUT(504, "origin-timeout", "The origin did not answer in time."),
  /** The server stopped in the middle of a body: sent no more of its own, or took no more. */
  BODY_TIMEOUT(504, "origin-body-timeout", "A body from or to the origin stalled."),
  /** The connection broke. */
  LOST(502, "origin-connection-lost", "The connection to the origin was lost."),
  /** What came is not a response that can be passed on. */
  INVALID_RESPONSE(502, "origin-response-invalid", "The origin's response is not valid HTTP."),
  /** The client's request cannot be sent, or its body broke off. */
  REQUEST_BROKEN(400, "request-broken", "The request broke off or cannot be sent."),
  /** The client stopped sending its request's body, or the deadline passed while it sent. */
  REQUEST_TIMEOUT(408, "request-timeout", "The request's body did not come in time."),
  /** The server is where nothing must be sent. */
  DENIED(403, "address-denied", "The address is not allowed."),
  /** The caller went away. */
  CANCELLED(503, "request-cancelled", "The caller went away.");

  private final int status;
  private final String code;
  private final String detail;

  Fault(int status, String code, String detail) {
    this.status = status;
    this.code = code;
    this.detail = detail;
  }

  /** What the client is told. */
  Problem problem() {
    return new Problem(status, code, detail, status == 503 ? 1 : 0);
  }

  /** What the client is told, with what exactly happened. */
  ProblemException because(String what) {
    return new ProblemException(new Problem(status, code, what, status == 503 ? 1 : 0));
  }

  /** Whether the server is to blame. */
  boolean blamesServer() {
    return switch (this) {
      case UNREACHABLE, TLS, TIMEOUT, BODY_TIMEOUT, LOST, INVALID_RESPONSE -> true;
      case BUSY, REQUEST_BROKEN, REQUEST_TIMEOUT, DENIED, CANCELLED -> false;
    };
  }

  /** Whether another server might do better. */
  boolean worthRetrying() {
    return switch (this) {
      case UNREACHABLE, TLS, BUSY, TIMEOUT, BODY_TIMEOUT, LOST, INVALID_RESPONSE -> true;
      case REQUEST_BROKEN, REQUEST_TIMEOUT, DENIED, CANCELLED -> false;
    };
  }
}
