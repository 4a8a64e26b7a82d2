package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamFrame;
import java.util.concurrent.Flow;

/** An exchange on an HTTP/2 stream. */
final class Http2Exchange extends Exchange {
  private static final int MAX_WHOLE_BYTES = 32 * 1024;
  private static final int COPY_BELOW_BYTES = 1024;

  /** Its place in the {@link Http2Connection}'s list. */
  int slot = -1;

  private final Http2Connection connection;
  private final Http2StreamChannel stream;
  private final Http2SendProgress.OfStream progress;
  private boolean awaitsContinue;
  private boolean readStopped;
  private boolean overrun;
  private boolean lastWritten;
  private long lastReadNanos;

  Http2Exchange(
      Http2Connection connection,
      Http2StreamChannel stream,
      HttpRequest request,
      String requestId,
      long arrivedNanos,
      boolean hasBody,
      boolean awaitsContinue) {
    super(connection, request, requestId, arrivedNanos, hasBody);
    this.connection = connection;
    this.stream = stream;
    progress = connection.progress().of(stream.stream().id());
    this.awaitsContinue = awaitsContinue && hasBody;
    lastReadNanos = arrivedNanos;
  }

  Http2Connection connection() {
    return connection;
  }

  // What comes.

  /** Takes a piece of the body. */
  void received(ByteBuf data) {
    awaitsContinue = false;
    lastReadNanos = System.nanoTime();
    RequestBody body = requestBody();
    if (body == null) {
      data.release();
    } else if (!body.data(small(data))) {
      stopReading();
    }
  }

  /**
   * Data that is little is copied, so that it doesn't keep a whole receive buffer from being freed.
   */
  private ByteBuf small(ByteBuf data) {
    int size = data.readableBytes();
    if (size >= COPY_BELOW_BYTES) {
      return data;
    }
    ByteBuf copy = connection.channel().alloc().buffer(size, size).writeBytes(data);
    data.release();
    return copy;
  }

  void receivedEnd() {
    RequestBody body = requestBody();
    if (body != null && !body.ended()) {
      body.end();
    }
  }

  private void stopReading() {
    readStopped = true;
    stream.config().setAutoRead(false);
  }

  @Override
  void onBodyWanted() {
    if (awaitsContinue && !sending()) {
      Http2Headers goOn = new DefaultHttp2Headers(false).status("100");
      write(new DefaultHttp2HeadersFrame(goOn, false));
      flush();
    }
    awaitsContinue = false;
  }

  @Override
  void onBodyRoom() {
    if (lastWritten && ended()) {
      endLongBody();
    }
    if (readStopped && !overrun) {
      readStopped = false;
      lastReadNanos = System.nanoTime();
      stream.config().setAutoRead(true);
    }
  }

  /**
   * Ends a request whose body nobody wants and of which more is to come than is thrown away: a
   * client may send no more of it once it has its response, and wait.
   */
  private void endLongBody() {
    RequestBody body = requestBody();
    if (!overrun && body != null && body.unwanted() && !body.ended()) {
      long rest = HttpUtil.getContentLength(request(), 0L) - body.bytes();
      if (rest > connection.limits().maxDrainBytes()) {
        overrun = true;
        reset(Http2Error.NO_ERROR);
      }
    }
  }

  @Override
  void onBodyTooLarge() {
    bodyBroken(Refusal.BODY_TOO_LARGE);
  }

  private void bodyBroken(Problem problem) {
    RequestBody body = requestBody();
    if (body != null) {
      body.breakOff(problem);
    }
    overrun = true;
    if (ended()) {
      reset(Http2Error.NO_ERROR);
    } else {
      refuse(problem);
    }
  }

  @Override
  void onBodyOverrun() {
    overrun = true;
    if (ended()) {
      reset(Http2Error.NO_ERROR);
    } else {
      stopReading();
    }
  }

  // What goes.

  @Override
  void onAnswered() {
    send();
  }

  @Override
  int maxWholeBytes() {
    return MAX_WHOLE_BYTES;
  }

  @Override
  void writeWhole(HttpResponse head, long length, ByteBuf content) {
    if (content.isReadable()) {
      writeHead(head, length);
      writeLast(new DefaultHttp2DataFrame(content, true));
    } else {
      content.release();
      writeLast(new DefaultHttp2HeadersFrame(headers(head, length), true));
    }
  }

  @Override
  void writeInterim(HttpResponse head) {
    write(new DefaultHttp2HeadersFrame(Http2ResponseHead.ofInterim(head), false));
    flush();
  }

  @Override
  void writeHead(HttpResponse head, long length) {
    write(new DefaultHttp2HeadersFrame(headers(head, length), false));
  }

  private Http2Headers headers(HttpResponse head, long length) {
    return Http2ResponseHead.of(head, length, connection.loop().date(), requestId());
  }

  @Override
  void writeData(ByteBuf data) {
    write(new DefaultHttp2DataFrame(data, false));
  }

  @Override
  void writeEnd() {
    writeLast(new DefaultHttp2DataFrame(true));
  }

  private void writeLast(Http2StreamFrame frame) {
    lastWritten = true;
    var _ = stream.write(frame).addListener((ChannelFuture written) -> finish(written.isSuccess()));
    flush();
  }

  private void write(Http2StreamFrame frame) {
    var _ = stream.write(frame, stream.voidPromise());
  }

  @Override
  void breakOff() {
    // What was written goes first: a reset drops it.
    connection.channel().flush();
    reset(Http2Error.INTERNAL_ERROR);
  }

  private void reset(Http2Error why) {
    write(new DefaultHttp2ResetFrame(why));
    flush();
  }

  @Override
  public boolean writable() {
    return stream.isWritable();
  }

  @Override
  public void flush() {
    connection.flushSoon();
  }

  @Override
  void onEnded(boolean all) {
    if (all) {
      connection.progress().moved();
    }
    RequestBody body = requestBody();
    if (all && overrun && body != null) {
      reset(Http2Error.NO_ERROR);
    } else if (all) {
      endLongBody();
    }
  }

  void tick(long now) {
    RequestBody body = requestBody();
    if (body != null && !body.ended() && !readStopped && !awaitsContinue) {
      if (connection.receiveWindow() <= 0) {
        // What others have not read yet is not this client's delay.
        lastReadNanos = now;
      } else if (now - lastReadNanos > connection.limits().bodyTimeout().toNanos()) {
        bodyBroken(Refusal.TIMEOUT);
      }
    }
    boolean writing = !ended() && (lastWritten || !stream.isWritable());
    if (progress.stalled(now, writing)) {
      reset(Http2Error.CANCEL);
      gone();
    }
  }

  /** HTTP/2 has no upgrade. */
  @Override
  public boolean upgrade(
      HttpResponse head, Flow.Subscriber<ByteBuf> inbound, Flow.Publisher<ByteBuf> outbound) {
    return false;
  }
}
