package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.http.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections to a host that has several addresses. */
class ConnectorTest {
  private static final int TRIES = 10;
  private static final InetAddress SILENT = InetAddress.ofLiteral("127.0.0.2");
  private static final InetAddress REFUSING = InetAddress.ofLiteral("127.0.0.3");
  private static final InetAddress NO_SOCKET = InetAddress.ofLiteral("127.0.0.4");
  private static final InetAddress WELL = InetAddress.ofLiteral("127.0.0.1");

  private final EventLoops loops = EventLoops.create(1, "test-connector");
  private final List<TestUpstream> servers = new ArrayList<>();
  private @Nullable SilentListener silent;
  private TestUpstream server;

  /** On a port that both addresses have free. */
  @BeforeEach
  void start() throws IOException {
    server = upstream();
    for (int left = TRIES; silent == null; left--) {
      try {
        silent = SilentListener.at(SILENT, server.port());
      } catch (BindException e) {
        if (left == 0) {
          throw e;
        }
        server = upstream();
      }
    }
  }

  private TestUpstream upstream() throws IOException {
    TestUpstream started = TestUpstream.start(exchange -> exchange.ok("hello"));
    servers.add(started);
    return started;
  }

  @AfterEach
  void close() {
    if (silent != null) {
      silent.close();
    }
    servers.forEach(TestUpstream::close);
    loops.close();
  }

  @Test
  void anAddressThatDoesNotAnswerDoesNotKeepTheOthersFromBeingTried() throws Exception {
    Addresses addresses = addresses(SILENT, REFUSING, WELL);
    assertThat(open(addresses, Duration.ofSeconds(15))).isEqualTo(WELL);
    assertThat(addresses.all().join()).containsExactly(WELL, REFUSING, SILENT);
    assertThat(open(addresses, Duration.ofSeconds(15))).isEqualTo(WELL);
  }

  @Test
  void whenTimeIsShortEachAddressGetsItsShare() {
    TestOrigins.await(
        "connected in time",
        () -> {
          try {
            return open(addresses(SILENT, WELL), Duration.ofMillis(200)).equals(WELL);
          } catch (Exception e) {
            // A machine that was busy elsewhere for that long: once more.
            return false;
          }
        });
  }

  @Test
  void whenNoneAnswersItFails() {
    Addresses addresses = addresses(REFUSING, SILENT);
    assertThatThrownBy(() -> open(addresses, Duration.ofMillis(200)))
        .hasMessageContaining("too late");
    assertThatThrownBy(() -> open(addresses(REFUSING), Duration.ofSeconds(15)))
        .hasMessageContaining("refused");
  }

  @Test
  void anAddressThatNoSocketCanBeMadeForIsPassedOver() throws Exception {
    assertThat(open(addresses(NO_SOCKET, WELL), Duration.ofSeconds(15))).isEqualTo(WELL);
    assertThatThrownBy(() -> open(addresses(NO_SOCKET), Duration.ofSeconds(15)))
        .hasMessageContaining("create Channel")
        .hasMessageNotContaining("off its loop");
  }

  /** News of a channel that was never made comes from a thread that all share. */
  @Test
  void theNewsThatThereIsNoSocketMayComeLate() throws Exception {
    var release = new CountDownLatch(1);
    GlobalEventExecutor.INSTANCE.execute(() -> awaitUninterruptibly(release));
    try {
      assertThatThrownBy(() -> open(addresses(NO_SOCKET), Duration.ofMillis(50)))
          .hasMessageContaining("too late");
      assertThat(open(addresses(NO_SOCKET, WELL), Duration.ofSeconds(15))).isEqualTo(WELL);
    } finally {
      release.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private InetAddress open(Addresses addresses, Duration timeout) throws Exception {
    ServerAddress address = ServerAddress.parse("http://www.example.org:" + server.port());
    var connector =
        new Connector(
            this::channel, OriginLimits.defaults(), address, null, addresses, Connector.Guard.NONE);
    EventLoop loop = loops.group().next();
    var heard = new Heard(loop);
    connector.open(loop, timeout.toNanos(), heard, heard);
    return heard.address.get(20, TimeUnit.SECONDS);
  }

  private Class<? extends Channel> channel(SocketAddress address) {
    return ((InetSocketAddress) address).getAddress().equals(NO_SOCKET)
        ? Socketless.class
        : loops.clientChannel(address);
  }

  /** As when the process has no file descriptor left. */
  public static final class Socketless extends NioSocketChannel {
    public Socketless() {
      throw new ChannelException("no socket");
    }
  }

  private static Addresses addresses(InetAddress... found) {
    return new Addresses("www.example.org", Runnable::run, host -> found);
  }

  private static final class Heard implements Connector.Callback, UpstreamConnection.Owner {
    final CompletableFuture<InetAddress> address = new CompletableFuture<>();

    private final EventLoop loop;

    Heard(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public void opened(UpstreamConnection connection) {
      address.complete(((InetSocketAddress) connection.channel().remoteAddress()).getAddress());
      connection.close();
    }

    @Override
    public void openFailed(Fault fault, Throwable cause) {
      String where = loop.inEventLoop() ? "" : "off its loop: ";
      address.completeExceptionally(
          new IOException(where + fault + ": " + cause.getMessage(), cause));
    }

    @Override
    public void free(UpstreamConnection connection) {
      connection.close();
    }

    @Override
    public void closed(UpstreamConnection connection) {
      // The test has what it wanted.
    }
  }

  /** A listener whose backlog is full: the machine answers no more connects. */
  private static final class SilentListener implements AutoCloseable {
    private static final int ENOUGH = 16;
    private final ServerSocket listener;
    private final List<SocketChannel> waiting = new ArrayList<>();

    private SilentListener(ServerSocket listener) throws IOException {
      this.listener = listener;
      for (int i = 0; i < ENOUGH; i++) {
        SocketChannel one = SocketChannel.open();
        one.configureBlocking(false);
        waiting.add(one);
        var _ = one.connect(listener.getLocalSocketAddress());
      }
    }

    static SilentListener at(InetAddress address, int port) throws IOException {
      return new SilentListener(new ServerSocket(port, 1, address));
    }

    @Override
    public void close() {
      try {
        for (SocketChannel one : waiting) {
          one.close();
        }
        listener.close();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
