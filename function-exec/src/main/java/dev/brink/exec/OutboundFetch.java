package dev.brink.exec;

import dev.brink.exec.stream.BodyReader;
import dev.brink.exec.stream.WholeBody;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.Flow;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes an instance's requests to {@link Subrequests} and their responses back. On the lane. */
final class OutboundFetch {
  /** Who asks where nobody else is named. */
  static final String USER_AGENT = "Brink";

  private static final Logger log = LoggerFactory.getLogger(OutboundFetch.class);

  private final Instance instance;

  OutboundFetch(Instance instance) {
    this.instance = instance;
  }

  /**
   * @param streamLength the bytes that a stream will be, or -1
   */
  int start(
      int op,
      @Nullable String service,
      String method,
      String url,
      String headers,
      int kind,
      @Nullable Value data,
      int offset,
      int length,
      long streamLength) {
    Run run = instance.current();
    if (run == null || run.ended() || !run.use().takeSubrequest()) {
      return -1;
    }
    HttpHeaders checked;
    try {
      checked = ResponseHead.headers(headers);
    } catch (IllegalArgumentException e) {
      return -1;
    }
    introduce(checked);
    run.request().trace(checked);
    var answer = new Answering(op, run, method.equals("HEAD"));
    if (!instance.ops().begin(op, run, answer::cancel)) {
      return -1;
    }
    int writer = kind == GuestBody.STREAM ? instance.bodies().write(run, false) : 0;
    long bodyLength =
        kind == GuestBody.STREAM ? streamLength : GuestBody.length(instance, kind, data);
    Flow.Publisher<ByteBuf> body =
        GuestBody.publisher(instance, kind, data, offset, length, writer);
    answer.body = body;
    declare(checked, body, bodyLength);
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method(method), url, checked);
    var asked =
        new Subrequests.Subrequest(
            instance.function().bundle().name(),
            instance.function().bundle().version(),
            service,
            request,
            body,
            run.request().clientAddress(),
            run.requestId(),
            run.use().endNanos(),
            run.request().depth());
    try {
      answer.started(instance.function().outside().subrequests().fetch(asked, answer));
    } catch (RuntimeException e) {
      log.error("A subrequest of {} failed to start", asked.function(), e);
      answer.onFailure("the request could not be made");
    }
    return writer;
  }

  /** What the Fetch Standard has every request say, and some servers insist on. */
  private static void introduce(HttpHeaders headers) {
    if (!headers.contains(HttpHeaderNames.ACCEPT)) {
      headers.set(HttpHeaderNames.ACCEPT, "*/*");
    }
    if (!headers.contains(HttpHeaderNames.USER_AGENT)) {
      headers.set(HttpHeaderNames.USER_AGENT, USER_AGENT);
    }
  }

  /** Some servers take no body without its length. Who sends it sees to it that it is as long. */
  private static void declare(
      HttpHeaders headers, Flow.@Nullable Publisher<ByteBuf> body, long otherwise) {
    long length = body instanceof WholeBody whole ? whole.bytes() : otherwise;
    if (body != null && length >= 0) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
    }
  }

  private static HttpMethod method(String name) {
    return HttpMethod.valueOf(name);
  }

  /** Waits for one response; called on any thread. */
  private final class Answering implements Subrequests.Listener {
    private final int op;
    private final Run run;
    private final boolean headOnly;
    private volatile Flow.@Nullable Publisher<ByteBuf> body;
    private Subrequests.@Nullable Cancellable underWay;
    private boolean gone;

    Answering(int op, Run run, boolean headOnly) {
      this.op = op;
      this.run = run;
      this.headOnly = headOnly;
    }

    synchronized void started(Subrequests.Cancellable cancellable) {
      underWay = cancellable;
      if (gone) {
        cancellable.cancel();
      }
    }

    void cancel() {
      cancelRequest();
      GuestBody.letGo(body);
    }

    private synchronized void cancelRequest() {
      gone = true;
      if (underWay != null) {
        underWay.cancel();
      }
    }

    @Override
    public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> content) {
      instance.post(() -> arrived(head, content));
    }

    @Override
    public void onFailure(String message) {
      GuestBody.letGo(body);
      instance.post(() -> instance.ops().settle(op, Guest.TYPE_ERROR, message));
    }

    /** Of the body that comes with it; an answer to HEAD says it of one that does not. */
    private long length(HttpResponse head) {
      return head instanceof FullHttpResponse full
          ? full.content().readableBytes()
          : headOnly ? -1 : ResponseHead.length(head.headers());
    }

    private void arrived(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> streamed) {
      Flow.Publisher<ByteBuf> content =
          head instanceof FullHttpResponse full ? WholeBody.of(full.content()) : streamed;
      BodyReader reader =
          content == null ? null : new BodyReader(content, instance::post, Long.MAX_VALUE);
      if (!instance.ops().isPending(op)) {
        if (reader != null) {
          reader.cancel();
        }
        return;
      }
      run.bodies().answered(body);
      int number = reader == null ? -1 : instance.bodies().add(run, reader, length(head));
      instance.ops().settle(op, Guest.RESOLVED, RequestHead.withStatus(head), number);
    }
  }
}
