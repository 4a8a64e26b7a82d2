package dev.brink.mesh.origin;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an upstream server and whoever uses it, one after the other. Everything on the
 * connection's event loop, except for {@link #close} and the getters of what does not change.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
  private final Owner owner;
  private final OriginLimits limits;
  private final boolean tls;
  private final ResponseDecoder decoder;
  private @Nullable Channel channel;
  private @Nullable Watch watch;

  private @Nullable Occupant occupant;
  private boolean opened;
  private long connectNanos;
  private boolean used;
  private boolean reading;
  private boolean releasing;
  private boolean closeNotified;
  private long keptNanos;

  /** Who keeps the connection while nobody uses it. */
  interface Owner {
    /** The connection can be used again; called on its event loop. */
    void free(UpstreamConnection connection);

    /** The connection, which had been opened, is closed; called once, on its event loop. */
    void closed(UpstreamConnection connection);
  }

  /** Who uses the connection. Called on its event loop. */
  interface Occupant {
    /** Takes what was read, and its ownership. */
    void received(Object message);

    /** What could be read for now has been. */
    void readComplete();

    void writabilityChanged();

    /** Something went wrong; the connection is about to be closed. */
    void broken(Throwable cause);

    /** The connection is closed. */
    void closed();

    /** The armed deadline has passed. */
    void expired();
  }

  UpstreamConnection(Owner owner, OriginLimits limits, boolean tls) {
    this.owner = owner;
    this.limits = limits;
    this.tls = tls;
    this.decoder = new ResponseDecoder(limits);
    this.keptNanos = limits.idleTimeout().toNanos();
  }

  void addTo(Channel newChannel, @Nullable SslHandler ssl) {
    channel = newChannel;
    watch = new Watch(newChannel.eventLoop(), this::expired);
    if (ssl != null) {
      newChannel.pipeline().addLast(ssl);
    }
    newChannel.pipeline().addLast(decoder, this);
  }

  Channel channel() {
    Channel set = channel;
    if (set == null) {
      throw new IllegalStateException("connection: no channel yet");
    }
    return set;
  }

  EventLoop loop() {
    return channel().eventLoop();
  }

  OriginLimits limits() {
    return limits;
  }

  /** How long the connection took to be made: a round trip, and the server's backlog. */
  long connectNanos() {
    return connectNanos;
  }

  void connectNanos(long nanos) {
    connectNanos = nanos;
  }

  /** From now on its owner hears of its end. */
  void opened() {
    opened = true;
  }

  /** Whether somebody has used it before. */
  boolean used() {
    return used;
  }

  /** Whether a new occupant can begin. */
  boolean usable() {
    return occupant == null && channel().isActive();
  }

  /** Whether the end of what was read is the server's, not somebody's who cut the line. */
  boolean endsCleanly() {
    return !tls || closeNotified;
  }

  /** The server said how long it keeps idle connections. */
  void keptFor(long nanos) {
    keptNanos = Math.min(limits.idleTimeout().toNanos(), nanos);
  }

  void occupy(Occupant newOccupant) {
    occupant = newOccupant;
    disarm();
  }

  void expectResponse(boolean toHead) {
    decoder.expect(toHead);
  }

  /** From now on the occupant receives bytes as they come; the connection is never used again. */
  void switchToRaw() {
    channel().pipeline().remove(decoder);
  }

  /**
   * The occupant is done.
   *
   * @param reusable whether the next one can begin where this one ended
   */
  void release(boolean reusable) {
    occupant = null;
    used = true;
    disarm();
    if (!reusable) {
      close();
    } else if (reading) {
      releasing = true;
    } else {
      free();
    }
  }

  /** Gives back a connection that was not used after all. */
  void releaseUnused() {
    occupant = null;
    free();
  }

  private void free() {
    if (!channel().isActive() || decoder.holdsBytes()) {
      close();
      return;
    }
    resumeReading();
    if (keptNanos <= 0) {
      close();
      return;
    }
    arm(System.nanoTime() + keptNanos);
    owner.free(this);
  }

  void arm(long deadlineNanos) {
    if (watch != null) {
      watch.arm(deadlineNanos);
    }
  }

  void disarm() {
    if (watch != null) {
      watch.disarm();
    }
  }

  void pauseReading() {
    channel().config().setAutoRead(false);
  }

  void resumeReading() {
    channel().config().setAutoRead(true);
  }

  /** Gives up a connection that may have no channel. On its event loop. */
  void abandon() {
    if (channel != null) {
      close();
    }
  }

  /** On any thread. Idempotent. */
  void close() {
    var _ = channel().close();
  }

  private void expired() {
    if (occupant != null) {
      occupant.expired();
    } else {
      close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    if (occupant != null) {
      occupant.received(message);
    } else {
      // Nothing was asked: whatever it is, the next answer would not be the next question's.
      ReferenceCountUtil.release(message);
      releasing = false;
      close();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (occupant != null) {
      occupant.readComplete();
    } else if (releasing) {
      releasing = false;
      free();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (occupant != null) {
      occupant.writabilityChanged();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslCloseCompletionEvent close && close.isSuccess()) {
      closeNotified = true;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (occupant != null) {
      occupant.broken(cause);
    }
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (watch != null) {
      watch.stop();
    }
    if (occupant != null) {
      Occupant last = occupant;
      occupant = null;
      last.closed();
    }
    if (opened) {
      opened = false;
      owner.closed(this);
    }
  }
}
