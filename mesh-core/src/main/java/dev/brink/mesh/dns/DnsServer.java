package dev.brink.mesh.dns;

import dev.brink.mesh.http.BindFailure;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.nearest.NearestIngress;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An authoritative responder for one zone, over UDP and TCP at one address. It answers with the
 * ingresses nearest to the client, by EDNS client subnet (RFC 7871) where the resolver sends it,
 * and never for other zones. Answers over UDP are at most 1,232 bytes and bounded in rate by the
 * asker's network. Thread-safe.
 */
public final class DnsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);
  private static final int MAX_MESSAGE_BYTES = 4_096;
  private static final long TCP_IDLE_SECONDS = 10;
  private static final int RECEIVE_BYTES = 2_048;

  private final Channel datagrams;
  private final Channel listener;
  private final ChannelGroup connections;

  private DnsServer(Channel datagrams, Channel listener, ChannelGroup connections) {
    this.datagrams = datagrams;
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * Binds both sockets; blocks until they are.
   *
   * @param address port 0 picks one that is free for both
   * @param perSecond datagrams a network is answered a second
   * @throws IOException when one cannot be bound
   */
  public static DnsServer start(
      EventLoops loops,
      InetSocketAddress address,
      DnsZone zone,
      NearestIngress nearest,
      int perSecond,
      DnsCounts counts)
      throws IOException {
    var authority =
        new Authority(
            zone, nearest, (int) TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()));
    ChannelGroup connections = new DefaultChannelGroup(loops.group().next(), true);
    Channel listener =
        bound(
            "TCP",
            address,
            new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel(address))
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new TcpInitializer(authority, counts, connections))
                .bind(address));
    var same = (InetSocketAddress) listener.localAddress();
    try {
      var rate = new ResponseRate(perSecond, System.nanoTime());
      Channel datagrams =
          bound(
              "UDP",
              same,
              new Bootstrap()
                  .group(loops.group())
                  .channel(loops.datagramChannel())
                  .option(
                      ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
                  .handler(new UdpInitializer(authority, rate, counts))
                  .bind(same));
      return new DnsServer(datagrams, listener, connections);
    } catch (IOException e) {
      listener.close().awaitUninterruptibly();
      throw e;
    }
  }

  private static Channel bound(String protocol, InetSocketAddress address, ChannelFuture binding)
      throws IOException {
    binding.awaitUninterruptibly();
    if (!binding.isSuccess()) {
      throw BindFailure.of("dns.port (" + protocol + ")", address, binding.cause());
    }
    return binding.channel();
  }

  /** Where it listens, with both protocols. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Closes both sockets and every connection. Blocks until they are closed. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    datagrams.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }

  private static final class UdpInitializer extends ChannelInitializer<Channel> {
    private final Authority authority;
    private final ResponseRate rate;
    private final DnsCounts counts;

    UdpInitializer(Authority authority, ResponseRate rate, DnsCounts counts) {
      this.authority = authority;
      this.rate = rate;
      this.counts = counts;
    }

    @Override
    protected void initChannel(Channel channel) {
      channel
          .pipeline()
          .addLast(
              new DatagramFilter(rate, counts),
              new DatagramDnsQueryDecoder(),
              new DatagramDnsResponseEncoder(),
              new Datagrams(authority, counts));
    }
  }

  private static final class Datagrams extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    private final Authority authority;
    private final DnsCounts counts;

    Datagrams(Authority authority, DnsCounts counts) {
      this.authority = authority;
      this.counts = counts;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
      InetSocketAddress here = query.recipient();
      InetSocketAddress asker = query.sender();
      var response = new DatagramDnsResponse(here, asker, query.id());
      authority.answer(query, asker.getAddress(), true, response);
      counts.answered(response.code());
      var _ = ctx.writeAndFlush(response);
    }

    /** One bad packet says nothing about the next one. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      counts.dropped();
      LOG.debug("a datagram that cannot be read: {}", cause.toString());
    }
  }

  private static final class TcpInitializer extends ChannelInitializer<Channel> {
    private final Authority authority;
    private final DnsCounts counts;
    private final ChannelGroup connections;
    private final TcpPlaces places = new TcpPlaces();

    TcpInitializer(Authority authority, DnsCounts counts, ChannelGroup connections) {
      this.authority = authority;
      this.counts = counts;
      this.connections = connections;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (!(channel.remoteAddress() instanceof InetSocketAddress client)) {
        // Gone already.
        channel.unsafe().closeForcibly();
        return;
      }
      if (places.take(channel, client.getAddress())) {
        counts.dropped();
      }
      connections.add(channel);
      channel
          .pipeline()
          .addLast(
              new ReadTimeoutHandler(TCP_IDLE_SECONDS, TimeUnit.SECONDS),
              new TcpDnsQueryDecoder(DnsRecordDecoder.DEFAULT, MAX_MESSAGE_BYTES),
              new TcpDnsResponseEncoder(),
              new Stream(authority, counts, places));
    }
  }

  private static final class Stream extends SimpleChannelInboundHandler<DnsQuery> {
    private final Authority authority;
    private final DnsCounts counts;
    private final TcpPlaces places;

    Stream(Authority authority, DnsCounts counts, TcpPlaces places) {
      this.places = places;
      this.authority = authority;
      this.counts = counts;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DnsQuery query) {
      places.asked(ctx.channel());
      var response = new DefaultDnsResponse(query.id());
      var sender = (InetSocketAddress) ctx.channel().remoteAddress();
      authority.answer(query, sender.getAddress(), false, response);
      counts.answered(response.code());
      var _ = ctx.writeAndFlush(response);
      if (!ctx.channel().isWritable()) {
        var _ = ctx.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      counts.dropped();
      LOG.debug("{}: connection closed: {}", ctx.channel().remoteAddress(), cause.toString());
      var _ = ctx.close();
    }
  }
}
