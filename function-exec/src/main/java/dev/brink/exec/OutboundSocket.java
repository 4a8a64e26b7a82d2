package dev.brink.exec;

import dev.brink.exec.crypto.RandomBytes;
import dev.brink.exec.stream.BodyReader;
import dev.brink.exec.stream.WholeBody;
import dev.brink.exec.websocket.CloseCode;
import dev.brink.exec.websocket.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes an instance's requests for WebSockets to {@link Subrequests}. On the lane. */
final class OutboundSocket {
  private static final Logger log = LoggerFactory.getLogger(OutboundSocket.class);
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int KEY_BYTES = 16;

  private final Instance instance;

  OutboundSocket(Instance instance) {
    this.instance = instance;
  }

  boolean start(int op, @Nullable String service, String url, String headers) {
    Run run = instance.current();
    if (run == null || run.ended() || !run.use().takeSubrequest()) {
      return false;
    }
    HttpHeaders asked;
    try {
      asked = ResponseHead.headers(headers);
    } catch (IllegalArgumentException e) {
      return false;
    }
    run.request().trace(asked);
    Handshake.ask(asked, Handshake.key(RandomBytes.of(KEY_BYTES)));
    GuestSocket socket = instance.sockets().connecting(run);
    if (socket == null) {
      return false;
    }
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, url, asked.copy());
    var subrequest =
        new Subrequests.Subrequest(
            instance.function().bundle().name(),
            instance.function().bundle().version(),
            service,
            request,
            socket.output(),
            run.request().clientAddress(),
            run.requestId(),
            run.use().endNanos(),
            run.request().depth());
    var answer = new Answering(op, run, socket, asked);
    if (!instance.ops().begin(op, run, answer::cancel)) {
      answer.giveUp();
      return false;
    }
    try {
      answer.started(instance.function().outside().subrequests().fetch(subrequest, answer));
    } catch (RuntimeException e) {
      log.error("A WebSocket of {} failed to start", subrequest.function(), e);
      answer.onFailure("the request could not be made");
    }
    return true;
  }

  /** Waits for the answer; called on any thread. */
  private final class Answering implements Subrequests.Listener {
    private final int op;
    private final Run run;
    private final GuestSocket socket;
    private final HttpHeaders asked;
    private Subrequests.@Nullable Cancellable underWay;
    private boolean gone;

    Answering(int op, Run run, GuestSocket socket, HttpHeaders asked) {
      this.op = op;
      this.run = run;
      this.socket = socket;
      this.asked = asked;
    }

    synchronized void started(Subrequests.Cancellable cancellable) {
      underWay = cancellable;
      if (gone) {
        cancellable.cancel();
      }
    }

    private synchronized void cancelRequest() {
      gone = true;
      if (underWay != null) {
        underWay.cancel();
      }
    }

    void cancel() {
      cancelRequest();
      giveUp();
    }

    /** There will be no socket. */
    void giveUp() {
      socket.abandon(CloseCode.GOING_AWAY, "no longer wanted");
    }

    @Override
    public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
      instance.post(() -> arrived(head, body));
    }

    @Override
    public void onFailure(String message) {
      instance.post(() -> fail(message));
    }

    private void fail(String message) {
      giveUp();
      instance.ops().settle(op, Guest.TYPE_ERROR, message);
    }

    private void arrived(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
      Flow.Publisher<ByteBuf> content =
          head instanceof FullHttpResponse full ? WholeBody.of(full.content()) : body;
      BodyReader reader =
          content == null ? null : new BodyReader(content, instance::post, Long.MAX_VALUE);
      boolean switched = head.status().code() == SWITCHING_PROTOCOLS;
      String flaw = switched ? flaw(head, reader) : null;
      if (flaw != null || !instance.ops().isPending(op)) {
        if (reader != null) {
          reader.cancel();
        }
        fail("WebSocket: " + flaw);
        return;
      }
      int number;
      if (switched && reader != null) {
        number = socket.number();
        socket.open(reader);
      } else {
        giveUp();
        number = reader == null ? -1 : instance.bodies().add(run, reader);
      }
      instance.ops().settle(op, Guest.RESOLVED, RequestHead.withStatus(head), number);
    }

    private @Nullable String flaw(HttpResponse head, @Nullable BodyReader reader) {
      return reader == null ? "the server's 101 has no connection" : Handshake.flaw(head, asked);
    }
  }
}
