package dev.brink.mesh.origin;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange waits for, until when, and whose fault it is when that does not come. On the
 * connection's event loop.
 */
final class ExchangeClock {
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final UpstreamConnection connection;
  private final OutgoingRequest request;
  private final long bodyNanos;
  private Wait wait = Wait.HEAD;
  private long progressedNanos;

  private enum Wait {
    /** For the request's body to come, and be taken. */
    UPLOAD,
    /** For the response's head, with all of the request sent. */
    HEAD,
    /** For more of the response's body. */
    BODY,
    /** For whoever reads the response's body. */
    READER,
    /** For the rest of a body that nobody wants. */
    REST
  }

  /** How an exchange ends that has waited for too long. */
  record Expiry(Fault fault, @Nullable Throwable cause, UpstreamExchange.End end) {}

  ExchangeClock(UpstreamConnection connection, OutgoingRequest request) {
    this.connection = connection;
    this.request = request;
    this.bodyNanos = connection.limits().bodyTimeout().toNanos();
  }

  /** Something of the request's body has come, or was taken. */
  void awaitUpload() {
    progressedNanos = System.nanoTime();
    await(Wait.UPLOAD, earlier(progressedNanos + bodyNanos, request.deadlineNanos()));
  }

  void awaitHead(long fromNanos) {
    await(Wait.HEAD, earlier(fromNanos + request.responseNanos(), request.deadlineNanos()));
  }

  void awaitBody() {
    await(Wait.BODY, System.nanoTime() + bodyNanos);
  }

  void awaitReader() {
    await(Wait.READER, System.nanoTime() + connection.limits().stallTimeout().toNanos());
  }

  void awaitRest() {
    await(Wait.REST, System.nanoTime() + REST_NANOS);
  }

  private void await(Wait next, long deadlineNanos) {
    wait = next;
    connection.arm(deadlineNanos);
  }

  private static long earlier(long a, long b) {
    return a - b < 0 ? a : b;
  }

  /** What came too late. */
  Expiry expired() {
    return switch (wait) {
      case UPLOAD -> upload(connection.channel().isWritable());
      case HEAD -> new Expiry(Fault.TIMEOUT, null, UpstreamExchange.End.BROKEN);
      case BODY ->
          stalled(
              Fault.BODY_TIMEOUT,
              "origin: nothing of its answer's body came for ",
              UpstreamExchange.End.BROKEN);
      case READER, REST -> new Expiry(Fault.TIMEOUT, null, UpstreamExchange.End.CANCELLED);
    };
  }

  /**
   * The time for the body's next part is up, or the caller's for all.
   *
   * @param taken whether the server has taken what came of it
   */
  private Expiry upload(boolean taken) {
    boolean stalled = System.nanoTime() - progressedNanos >= bodyNanos;
    if (taken) {
      return stalled
          ? stalled(
              Fault.REQUEST_TIMEOUT,
              "request: nothing of its body came for ",
              UpstreamExchange.End.CANCELLED)
          : new Expiry(Fault.REQUEST_TIMEOUT, null, UpstreamExchange.End.CANCELLED);
    }
    return stalled
        ? stalled(
            Fault.BODY_TIMEOUT,
            "origin: took nothing of the request's body for ",
            UpstreamExchange.End.BROKEN)
        : new Expiry(Fault.TIMEOUT, null, UpstreamExchange.End.BROKEN);
  }

  private Expiry stalled(Fault fault, String what, UpstreamExchange.End end) {
    String limit = connection.limits().bodyTimeout().toMillis() + " ms (origins.body-timeout)";
    return new Expiry(fault, fault.because(what + limit), end);
  }
}
