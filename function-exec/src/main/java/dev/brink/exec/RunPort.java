package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.stream.BodyReader;
import dev.brink.exec.stream.RelayBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code core.js} holds of one invocation. Within a turn only; throws nothing. Public only
 * because the engine reaches it by reflection.
 */
public final class RunPort {
  private final Run run;
  private final Instance instance;

  RunPort(Run run, Instance instance) {
    this.run = run;
    this.instance = instance;
  }

  /** The request's headers as lines of names and values. */
  @HostAccess.Export
  public String headers() {
    return run.request().headerLines();
  }

  /** The values of one of them as one, {@code null} for none; {@code false} if it has no name. */
  @HostAccess.Export
  public @Nullable Object header(String name) {
    return HttpHeaderValidationUtil.validateToken(name) < 0 ? run.request().header(name) : false;
  }

  /** The number of the request's body. */
  @HostAccess.Export
  public int body() {
    return run.ended() ? -1 : run.bodies().requestBody(instance.bodies());
  }

  @HostAccess.Export
  public void empty(int status, String reason, String headers) {
    full(status, reason, headers, Unpooled.EMPTY_BUFFER);
  }

  @HostAccess.Export
  public void text(int status, String reason, String headers, String body) {
    full(status, reason, headers, GuestBytes.utf8(body));
  }

  @HostAccess.Export
  public void bytes(
      int status, String reason, String headers, Value buffer, int offset, int length) {
    full(status, reason, headers, GuestBytes.buffer(buffer, offset, length));
  }

  /** Answers with a body as it comes in. */
  @HostAccess.Export
  public void relay(int status, String reason, String headers, int body) {
    Bodies.Reading reading = instance.bodies().reading(body);
    long length = reading == null ? -1 : reading.length();
    HttpResponse head = run.takesAnswer() ? head(status, reason, headers, length) : null;
    if (head == null) {
      instance.bodies().cancel(body);
      return;
    }
    Flow.@Nullable Publisher<ByteBuf> from = reading == null ? null : reading.reader().detach();
    if (reading == null || from == null) {
      run.failTurn(
          new FunctionException(Code.BAD_RESPONSE, "the response's body was read before", null));
      return;
    }
    boolean ofRequest = reading.run().bodies().isRequest(reading.reader());
    instance.bodies().release(body);
    RelayBody relay = run.bodies().respondRelay(from, ofRequest, instance.bodies());
    run.respond(new Answer(head, relay));
  }

  /**
   * Answers with a body that the guest writes.
   *
   * @param length the bytes that these will be; -1 where that is not known
   * @return the number to write it by
   */
  @HostAccess.Export
  public int stream(int status, String reason, String headers, double length) {
    HttpResponse head = head(status, reason, headers, (long) length);
    if (head == null || !run.takesAnswer()) {
      return -1;
    }
    int writer = instance.bodies().write(run, true);
    Bodies.Writing writing = instance.bodies().writing(writer);
    if (writing != null) {
      run.respond(new Answer(head, writing.writer()));
    }
    return writer;
  }

  /**
   * Answers with a WebSocket.
   *
   * @return its number; -1 for none, because of what is answered instead
   */
  @HostAccess.Export
  public int upgrade(String headers) {
    HttpHeaders asked = run.request().upgradeHeaders();
    if (asked == null || !run.takesAnswer()) {
      bad("the response has a webSocket, which the request did not ask for");
      return -1;
    }
    try {
      return upgrade(ResponseHead.switching(headers, asked));
    } catch (IllegalArgumentException e) {
      badHead(e);
      return -1;
    }
  }

  private int upgrade(HttpResponse head) {
    BodyReader request = run.bodies().upgrade(instance.bodies());
    if (request == null) {
      bad("a WebSocket was answered with before");
      return -1;
    }
    GuestSocket socket = instance.sockets().answering(run, request);
    if (socket == null) {
      return -1;
    }
    run.bodies().respondWriter(socket.output());
    run.outlive(instance.function().runtime().sockets().limits().lifetime());
    run.respond(new Answer(head, socket.output()));
    return socket.number();
  }

  /** The handler's promise was rejected. */
  @HostAccess.Export
  public void rejected(Value error, String shown) {
    if (error.isException()) {
      try {
        throw error.throwException();
      } catch (PolyglotException e) {
        Uncaught.rejected(run, e, shown);
      }
    } else {
      Uncaught.rejected(run, shown);
    }
  }

  /** The handler's result is not a response. */
  @HostAccess.Export
  public void bad(String what) {
    run.failTurn(new FunctionException(Code.BAD_RESPONSE, what, null));
  }

  /** The function has no handler of this name. */
  @HostAccess.Export
  public void unhandled(String handler) {
    run.failTurn(
        new FunctionException(
            Code.NO_HANDLER, "the function has no handler of the name " + handler, null));
  }

  /** See {@link FunctionException#passThrough}. */
  @HostAccess.Export
  public void passThrough() {
    run.passThrough();
  }

  /** One more promise to wait for; {@code false} when there are too many. */
  @HostAccess.Export
  public boolean waits() {
    return run.use().takePromise();
  }

  /** One less promise to wait for. */
  @HostAccess.Export
  public void waited() {
    run.waitForOneLess();
  }

  /** Whether the caller has gone, and what goes on is for nobody to hear. */
  @HostAccess.Export
  public boolean callerGone() {
    return run.callerGone();
  }

  /** Settles operation {@code op} when the caller goes. */
  @HostAccess.Export
  public boolean onCancel(int op) {
    if (!run.takesAnswer() || !instance.ops().begin(op, run, null)) {
      return false;
    }
    run.cancelOp = op;
    return true;
  }

  private void full(int status, String reason, String headers, ByteBuf content) {
    long bytes = content.readableBytes();
    if (!run.takesAnswer()) {
      content.release();
    } else if (bytes > run.limits().responseBodyBytes()) {
      content.release();
      run.failTurn(
          new FunctionException(
              Code.RESPONSE_LIMIT,
              "the response's body is larger than " + run.limits().responseBodyBytes() + " bytes",
              null));
    } else {
      respondFull(status, reason, headers, content, bytes);
    }
  }

  private void badHead(IllegalArgumentException why) {
    if (why instanceof ResponseHead.TooLarge) {
      run.use().headersMet();
    }
    bad(String.valueOf(why.getMessage()));
  }

  private void respondFull(int status, String reason, String headers, ByteBuf content, long bytes) {
    boolean headOnly = bytes == 0 && run.request().isHead();
    try {
      HttpHeaders checked = run.function().responseHeaders().of(headers);
      long length = headOnly ? ResponseHead.length(headers, 0) : content.readableBytes();
      HttpResponse head = ResponseHead.full(status, reason, checked, content, length);
      run.bodies().respondFull(bytes);
      run.respond(new Answer(head, null));
    } catch (IllegalArgumentException e) {
      content.release();
      badHead(e);
    }
  }

  private @Nullable HttpResponse head(int status, String reason, String headers, long length) {
    try {
      HttpHeaders checked = run.function().responseHeaders().of(headers);
      return ResponseHead.streaming(status, reason, checked, length);
    } catch (IllegalArgumentException e) {
      badHead(e);
      return null;
    }
  }
}
