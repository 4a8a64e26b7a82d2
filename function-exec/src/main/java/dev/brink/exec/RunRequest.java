package dev.brink.exec;

import dev.brink.exec.web.NormalUrl;
import dev.brink.exec.websocket.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** What an invocation is for, as its guest gets it. */
record RunRequest(Trigger trigger) {
  private static final String CDN_LOOP = "cdn-loop";

  /** The request's headers as lines of names and values; none of what is no request. */
  String headerLines() {
    return trigger instanceof Invocation call ? RequestHead.lines(call.request().headers()) : "";
  }

  /** The values of the request's headers of this name, as one; {@code null} for none. */
  @Nullable String header(String name) {
    if (!(trigger instanceof Invocation call)) {
      return null;
    }
    List<String> values = call.request().headers().getAll(name);
    return values.isEmpty() ? null : String.join(", ", values);
  }

  /** The address of whom it is for; empty: nobody's, or not known. */
  String clientAddress() {
    return trigger instanceof Invocation call ? call.clientAddress() : "";
  }

  /**
   * Has a request that is made for this one say which networks this one has gone through: by that a
   * loop is found, so it is not for the guest to say (RFC 8586).
   */
  void trace(HttpHeaders headers) {
    String passed = header(CDN_LOOP);
    if (passed == null) {
      headers.remove(CDN_LOOP);
    } else {
      headers.set(CDN_LOOP, passed);
    }
  }

  /** How many functions wait for this one. */
  int depth() {
    return trigger instanceof Invocation call ? call.depth() : 0;
  }

  /** The request's body; {@code null} for none. */
  Flow.@Nullable Publisher<ByteBuf> body() {
    return trigger instanceof Invocation call ? call.body() : null;
  }

  /** The bytes of its body, if the client has said how many; else -1. */
  long bodyLength() {
    return trigger instanceof Invocation call ? ResponseHead.length(call.request().headers()) : -1;
  }

  /** Whether only the head of the answer is asked for. */
  boolean isHead() {
    return trigger instanceof Invocation call && call.request().method().equals(HttpMethod.HEAD);
  }

  /** The headers of a request for a WebSocket; {@code null} for any other. */
  @Nullable HttpHeaders upgradeHeaders() {
    return trigger instanceof Invocation call
            && call.body() != null
            && Handshake.isIn(call.request().headers())
        ? call.request().headers()
        : null;
  }

  /** The call of the guest's handler, to be made within a turn. */
  Runnable entry(RunPort port, Guest guest) {
    return switch (trigger) {
      case Invocation call -> {
        String method = call.request().method().name();
        String url = RequestHead.url(call);
        boolean normal = NormalUrl.is(url);
        boolean hasBody = call.body() != null && upgradeHeaders() == null;
        yield () -> guest.dispatch(port, method, url, normal, hasBody);
      }
      case ScheduledEvent event ->
          () -> guest.schedule(port, (double) event.scheduledTime().toEpochMilli(), event.cron());
    };
  }
}
