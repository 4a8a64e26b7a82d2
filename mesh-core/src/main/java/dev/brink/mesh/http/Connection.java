package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's connection as its event loop's clock sees it. Used on that event loop. */
abstract class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /** So long an idle connection lives on while draining, for the request that is on its way. */
  static final long IDLE_GRACE_NANOS = 200_000_000L;

  private static final InetSocketAddress UNKNOWN = new InetSocketAddress(0);

  /** Its place in the {@link ServerLoop}'s list. */
  int slot = -1;

  private final ServerLoop loop;
  private final Channel channel;
  private final String scheme;
  private final InetSocketAddress remoteAddress;
  private final String clientAddress;

  private Object writing = this;
  private long writingProgress;
  private long writingSince;

  Connection(ServerLoop loop, Channel channel, String scheme) {
    this.loop = loop;
    this.channel = channel;
    this.scheme = scheme;
    this.remoteAddress = addressOf(channel);
    this.clientAddress = NetUtil.toAddressString(remoteAddress.getAddress());
  }

  /** The client's address; that of nobody when the connection has none or is gone. */
  static InetSocketAddress addressOf(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress address ? address : UNKNOWN;
  }

  final ServerLoop loop() {
    return loop;
  }

  final HttpLimits limits() {
    return loop.server().limits();
  }

  final Channel channel() {
    return channel;
  }

  /** The client's IP address in text. */
  final String clientAddress() {
    return clientAddress;
  }

  final String scheme() {
    return scheme;
  }

  final InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  /** Looks for what takes too long. */
  abstract void tick(long now);

  /** Tells the client that the connection will end soon. */
  abstract void drain();

  /** Closes when no request is under way; if one is, takes no more and closes after it. */
  abstract void closeIfIdle();

  /** Closes at once; what was not sent is not sent. */
  final void abort() {
    if (channel.isActive()) {
      // The client must not take the end of the connection for the end of a response.
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    channel.unsafe().close(channel.voidPromise());
  }

  /** Whether the socket has not yet taken all that was flushed. */
  final boolean hasUnsent() {
    return unsent() != null;
  }

  private @Nullable Object unsent() {
    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    return out == null ? null : out.current();
  }

  /** Aborts if what is there to send has not moved for too long. */
  @SuppressWarnings("ReferenceEquality") // whether it is still the same message
  final boolean abortedStalled(long now) {
    Object current = unsent();
    if (current == null) {
      writing = this;
      return false;
    }
    long progress = current instanceof ByteBuf buffer ? buffer.readerIndex() : 0;
    if (current != writing || progress != writingProgress) {
      writing = current;
      writingProgress = progress;
      writingSince = now;
      return false;
    }
    if (now - writingSince < limits().writeTimeout().toNanos()) {
      return false;
    }
    abort();
    return true;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    loop.add(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
    loop.remove(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("{}: connection broke", remoteAddress, cause);
    } else {
      LOG.warn("{}: connection closed after an error", remoteAddress, cause);
    }
    abort();
  }
}
