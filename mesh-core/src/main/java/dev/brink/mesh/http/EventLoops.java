package dev.brink.mesh.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The threads that do a node's socket I/O, and the kinds of channel that run on them: epoll where
 * the machine has it, NIO else. One instance is meant to be shared by servers, links and clients,
 * so that a request that is answered on this machine stays on one thread. Thread-safe.
 */
public final class EventLoops implements AutoCloseable {
  private final EventLoopGroup group;
  private final boolean epoll;
  private final int threads;

  private EventLoops(int threads, String name, boolean epoll) {
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.threads = threads;
    this.epoll = epoll;
    this.group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  /** One thread per core, called {@code brink-io}. */
  public static EventLoops create() {
    return create(Runtime.getRuntime().availableProcessors(), "brink-io");
  }

  /**
   * Threads of a name of their own.
   *
   * @param threads at least 1
   * @param name what the threads' names begin with
   */
  public static EventLoops create(int threads, String name) {
    return new EventLoops(checked(threads), name, Epoll.isAvailable());
  }

  /** On NIO even where epoll is available. */
  static EventLoops nio(int threads, String name) {
    return new EventLoops(checked(threads), name, false);
  }

  private static int checked(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: >= 1)");
    }
    return threads;
  }

  public EventLoopGroup group() {
    return group;
  }

  public int threads() {
    return threads;
  }

  /** {@code epoll} or {@code nio}. */
  public String transport() {
    return epoll ? "epoll" : "nio";
  }

  /**
   * The kind of channel that listens at an address.
   *
   * @throws IllegalArgumentException unless it is an IP or a Unix domain socket address
   */
  public Class<? extends ServerChannel> serverChannel(SocketAddress address) {
    return switch (address) {
      case InetSocketAddress ignored ->
          epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
      case UnixDomainSocketAddress ignored ->
          epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
      default -> throw unknown(address);
    };
  }

  /**
   * The kind of channel that connects to an address.
   *
   * @throws IllegalArgumentException unless it is an IP or a Unix domain socket address
   */
  public Class<? extends DuplexChannel> clientChannel(SocketAddress address) {
    return switch (address) {
      case InetSocketAddress ignored -> epoll ? EpollSocketChannel.class : NioSocketChannel.class;
      case UnixDomainSocketAddress ignored ->
          epoll ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class;
      default -> throw unknown(address);
    };
  }

  private static IllegalArgumentException unknown(SocketAddress address) {
    return new IllegalArgumentException(
        "address: " + address + " (expected: an IP or a Unix domain socket address)");
  }

  /** Ends the threads once their channels are closed; the stage completes when all have ended. */
  public CompletionStage<Void> shutdown() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    group
        .shutdownGracefully(0, 5, TimeUnit.SECONDS)
        .addListener(
            future -> {
              if (future.isSuccess()) {
                done.complete(null);
              } else {
                done.completeExceptionally(future.cause());
              }
            });
    return done;
  }

  /** Ends the threads and waits for that. Not to be called on one of them. */
  @Override
  public void close() {
    shutdown().toCompletableFuture().join();
  }
}
