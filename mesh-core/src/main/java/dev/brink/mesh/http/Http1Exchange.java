package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;

/** An exchange on an HTTP/1 connection. */
final class Http1Exchange extends Exchange {
  private final Http1Connection connection;
  private final boolean http10;
  private final boolean keepAlive;
  private final boolean upgradable;
  private boolean awaitsContinue;
  private Http1ResponseEncoder.Framing framing = Http1ResponseEncoder.Framing.NONE;

  Http1Exchange(
      Http1Connection connection,
      HttpRequest request,
      String requestId,
      long arrivedNanos,
      RequestFraming framing) {
    super(connection, request, requestId, arrivedNanos, framing.hasBody());
    this.connection = connection;
    http10 = framing.http10();
    keepAlive = framing.keepAlive();
    upgradable = framing.upgrade();
    awaitsContinue = framing.expectContinue() && framing.hasBody();
  }

  boolean http10() {
    return http10;
  }

  boolean keepAlive() {
    return keepAlive;
  }

  boolean upgradable() {
    return upgradable;
  }

  /** Whether the client keeps its body back until told to go on, which it was not. */
  boolean awaitsContinue() {
    return awaitsContinue;
  }

  @Override
  void onAnswered() {
    connection.answered(this);
  }

  @Override
  int maxWholeBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  void writeWhole(HttpResponse head, long length, ByteBuf content) {
    framing = length < 0 ? Http1ResponseEncoder.Framing.NONE : Http1ResponseEncoder.Framing.LENGTH;
    write(head, length, content, false);
    connection.flushAnswer();
    finish(true);
  }

  @Override
  void writeHead(HttpResponse head, long length) {
    framing =
        length >= 0
            ? Http1ResponseEncoder.Framing.LENGTH
            : http10 ? Http1ResponseEncoder.Framing.NONE : Http1ResponseEncoder.Framing.CHUNKED;
    boolean untilClose = framing == Http1ResponseEncoder.Framing.NONE;
    write(head, length, Unpooled.EMPTY_BUFFER, untilClose);
  }

  @Override
  void writeInterim(HttpResponse head) {
    if (!http10 && connection.isNext(this)) {
      connection.output().interim(head);
    }
  }

  private void write(HttpResponse head, long length, ByteBuf content, boolean untilClose) {
    Boolean option = connection.connectionOption(this, untilClose);
    connection.output().head(this, head, framing, length, option, content);
  }

  @Override
  void writeData(ByteBuf data) {
    if (framing == Http1ResponseEncoder.Framing.CHUNKED) {
      connection.output().chunk(data);
    } else {
      connection.output().write(data);
    }
  }

  @Override
  void writeEnd() {
    if (framing == Http1ResponseEncoder.Framing.CHUNKED) {
      connection.output().lastChunk();
    }
    connection.output().flushSoon();
    finish(true);
  }

  @Override
  void breakOff() {
    if (framing == Http1ResponseEncoder.Framing.NONE) {
      connection.abort();
    } else {
      connection.closeWhenSent();
    }
  }

  @Override
  public boolean writable() {
    return connection.channel().isWritable();
  }

  @Override
  public void flush() {
    connection.output().flushSoon();
  }

  @Override
  void onBodyWanted() {
    if (awaitsContinue && !sending()) {
      connection.output().goOn();
    }
    awaitsContinue = false;
  }

  @Override
  void onBodyRoom() {
    connection.bodyRoom(this);
  }

  @Override
  void onBodyTooLarge() {
    connection.bodyBroken(this, Refusal.BODY_TOO_LARGE);
  }

  @Override
  void onBodyOverrun() {
    connection.bodyOverrun(this);
  }

  @Override
  void onEnded(boolean all) {
    connection.ended(this, all);
  }

  @Override
  public boolean upgrade(
      HttpResponse head, Flow.Subscriber<ByteBuf> inbound, Flow.Publisher<ByteBuf> outbound) {
    if (!upgradable || !claim()) {
      return false;
    }
    if (eventLoop().inEventLoop()) {
      connection.upgrade(this, head, inbound, outbound);
    } else if (!hop(() -> connection.upgrade(this, head, inbound, outbound))) {
      Discard.response(head, outbound);
    }
    return true;
  }
}
