package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raw bytes both ways between a channel and a pair of bodies, each way with backpressure. Used on
 * the channel's event loop.
 */
final class RawRelay implements BodyPipe.Source, BodyWriter.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(RawRelay.class);

  private final Channel channel;
  private final End end;
  private final BodyPipe received;
  private final BodyWriter writer;
  private long bytesOut;
  private boolean ended;
  private boolean flushScheduled;
  private long lastSentNanos = System.nanoTime();

  /** Hears that nothing more will be sent. */
  interface End {
    /**
     * Hears it.
     *
     * @param complete whether all that there was to send was written
     */
    void ended(long bytesOut, boolean complete);
  }

  RawRelay(Channel channel, int bufferBytes, End end) {
    this.channel = channel;
    this.end = end;
    received = new BodyPipe(bufferBytes, this);
    writer = new BodyWriter(channel.eventLoop(), this);
  }

  void start(Flow.Subscriber<ByteBuf> inbound, Flow.Publisher<ByteBuf> outbound) {
    received.subscribe(inbound);
    outbound.subscribe(writer);
  }

  long lastSentNanos() {
    return lastSentNanos;
  }

  void received(ByteBuf bytes) {
    if (!received.offer(bytes)) {
      channel.config().setAutoRead(false);
    }
  }

  /** The channel takes more. */
  void resume() {
    writer.resume();
  }

  /** The channel has closed. */
  void closed() {
    received.complete();
    writer.cancel();
    ended(false);
  }

  private void ended(boolean complete) {
    if (!ended) {
      ended = true;
      end.ended(bytesOut, complete);
    }
  }

  @Override
  public void drained() {
    if (channel.eventLoop().inEventLoop()) {
      channel.config().setAutoRead(true);
      return;
    }
    try {
      channel.eventLoop().execute(this::drained);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loop has ended", channel, e);
    }
  }

  /** What is received from now on is dropped; what is sent goes on. */
  @Override
  public void cancelled() {
    drained();
  }

  @Override
  public void data(ByteBuf buffer) {
    bytesOut += buffer.readableBytes();
    lastSentNanos = System.nanoTime();
    var _ = channel.write(buffer, channel.voidPromise());
  }

  @Override
  public void end() {
    ended(true);
  }

  @Override
  public void failed(Throwable cause) {
    LOG.debug("{}: relay broken off", channel, cause);
    ended(false);
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public void flush() {
    if (!flushScheduled) {
      flushScheduled = true;
      channel.eventLoop().execute(this::scheduledFlush);
    }
  }

  private void scheduledFlush() {
    flushScheduled = false;
    channel.flush();
  }
}
