package dev.brink.mesh.origin;

import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.BodyWriter;
import dev.brink.mesh.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Flow;

/**
 * Bytes both ways on a connection that has left HTTP, with backpressure. Ends with the first side
 * that ends. On the connection's event loop, but for the two flows' other ends.
 */
final class RawRelay implements UpstreamConnection.Occupant, BodyPipe.Source, BodyWriter.Sink {
  private final UpstreamConnection connection;
  private final Runnable onEnd;
  private final BodyPipe toClient;
  private final BodyWriter fromClient;
  private long lastNanos = System.nanoTime();
  private boolean paused;

  /**
   * @param onEnd runs when the connection is closed
   */
  RawRelay(UpstreamConnection connection, Runnable onEnd) {
    this.connection = connection;
    this.onEnd = onEnd;
    toClient = new BodyPipe(connection.limits().bodyBufferBytes(), this);
    fromClient = new BodyWriter(connection.loop(), this);
  }

  void start() {
    connection.occupy(this);
    armIdle();
  }

  Flow.Publisher<ByteBuf> toClient() {
    return toClient;
  }

  Flow.Subscriber<ByteBuf> fromClient() {
    return fromClient;
  }

  private void armIdle() {
    connection.arm(lastNanos + connection.limits().upgradedIdleTimeout().toNanos());
  }

  private void active() {
    lastNanos = System.nanoTime();
  }

  // From the server.

  @Override
  public void received(Object message) {
    if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
      ReferenceCountUtil.release(message);
      return;
    }
    active();
    if (!toClient.offer(bytes)) {
      paused = true;
      connection.pauseReading();
    }
  }

  @Override
  public void readComplete() {}

  @Override
  public void drained() {
    if (!connection.loop().inEventLoop()) {
      connection.loop().execute(this::drained);
    } else if (paused) {
      paused = false;
      connection.resumeReading();
    }
  }

  @Override
  public void cancelled() {
    connection.close();
  }

  @Override
  public void broken(Throwable cause) {
    toClient.fail(new ProblemException(Fault.LOST.problem()));
  }

  @Override
  public void closed() {
    fromClient.cancel();
    toClient.complete();
    onEnd.run();
  }

  @Override
  public void expired() {
    long idleNanos = System.nanoTime() - lastNanos;
    if (idleNanos >= connection.limits().upgradedIdleTimeout().toNanos()) {
      connection.close();
    } else {
      armIdle();
    }
  }

  // From the client.

  @Override
  public void writabilityChanged() {
    if (writable()) {
      active();
      fromClient.resume();
    }
  }

  @Override
  public void data(ByteBuf buffer) {
    active();
    var _ = connection.channel().write(buffer, connection.channel().voidPromise());
  }

  @Override
  public void end() {
    var _ =
        connection
            .channel()
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void failed(Throwable cause) {
    connection.close();
  }

  @Override
  public boolean writable() {
    return connection.channel().isWritable();
  }

  @Override
  public void flush() {
    connection.channel().flush();
  }
}
