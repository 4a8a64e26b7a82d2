package dev.brink.mesh.http;

import dev.brink.exec.lane.LaneCompanion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that do a node's socket I/O, and the kinds of channel that run on them: epoll where
 * the machine has it, NIO else. One instance is meant to be shared by servers, links and clients,
 * so that a request that is answered on this machine stays on one thread. Thread-safe.
 */
public final class EventLoops implements AutoCloseable {
  private final EventLoopGroup group;
  private final boolean epoll;
  private final int threads;

  private EventLoops(EventLoopGroup group, int threads, boolean epoll) {
    this.group = group;
    this.threads = threads;
    this.epoll = epoll;
  }

  private static EventLoops start(int threads, String name, boolean epoll) {
    checked(threads);
    var group =
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io(epoll));
    return new EventLoops(group, threads, epoll);
  }

  private static IoHandlerFactory io(boolean epoll) {
    return epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
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
    return start(threads, name, Epoll.isAvailable());
  }

  /**
   * Loops that a runtime's lanes can run, so that a request and the function that answers it share
   * a thread: see {@link #companions}. Until a lane comes, and while its guest runs for long, a
   * loop has a thread of its own, called {@code brink-io}.
   *
   * @param threads at least 1
   */
  public static EventLoops movable(int threads) {
    boolean epoll = Epoll.isAvailable();
    return new EventLoops(new MovableLoops(checked(threads), io(epoll)), threads, epoll);
  }

  private static final class MovableLoops extends MultiThreadIoEventLoopGroup {
    private static final ThreadFactory UNUSED = new DefaultThreadFactory("brink-io", true);

    MovableLoops(int threads, IoHandlerFactory io) {
      super(threads, UNUSED, io, new AtomicInteger());
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory io, Object... args) {
      int number = ((AtomicInteger) args[0]).incrementAndGet();
      return MovableEventLoop.start(this, "brink-io-" + number, io);
    }
  }

  /** The loops for a runtime's lanes to run; none unless they are {@link #movable}. */
  public List<LaneCompanion> companions() {
    List<LaneCompanion> companions = new ArrayList<>();
    for (EventExecutor loop : group) {
      if (loop instanceof LaneCompanion companion) {
        companions.add(companion);
      }
    }
    return companions;
  }

  /** On NIO even where epoll is available. */
  static EventLoops nio(int threads, String name) {
    return start(threads, name, false);
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

  /** The kind of channel for datagrams. */
  public Class<? extends DatagramChannel> datagramChannel() {
    return epoll ? EpollDatagramChannel.class : NioDatagramChannel.class;
  }

  private static IllegalArgumentException unknown(SocketAddress address) {
    return new IllegalArgumentException(
        "address: " + address + " (expected: an IP or a Unix domain socket address)");
  }

  /** Completes when each loop has done what it had been given by now. */
  CompletionStage<Void> caughtUp() {
    List<CompletableFuture<Void>> done = new ArrayList<>();
    for (EventExecutor loop : group) {
      CompletableFuture<Void> reached = new CompletableFuture<>();
      try {
        loop.execute(() -> reached.complete(null));
      } catch (RejectedExecutionException e) {
        // It has ended: nothing is left there.
        reached.complete(null);
      }
      done.add(reached);
    }
    return CompletableFuture.allOf(done.toArray(CompletableFuture<?>[]::new));
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
