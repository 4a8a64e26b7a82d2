package dev.brink.mesh.link;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.brink.mesh.CapturedLog;
import dev.brink.mesh.http.EventLoops;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of connections at the server's end. */
class LinkServerTest {
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;

  /** Of two connections the first one's loop is busy when the server begins to drain. */
  @Test
  void aConnectionThatIsStillOnTheWayToItsLoopIsToldToGoAwayToo() throws Exception {
    var release = new CountDownLatch(1);
    try (EventLoops loops = EventLoops.create(2, "test-io");
        EventLoops others = EventLoops.create(1, "test-peer")) {
      // The server's group takes the first loop, its port the second; connections go to the first.
      loops.group().iterator().next().execute(() -> awaitUninterruptibly(release));
      var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      var heard = new Heard();
      try (LinkServer server = LinkServer.start(loops, loopback, null, new TestService());
          // Closed before the server, whose end waits for the loop.
          var blocked = new Blocked(release);
          var waiting = new Socket(server.address().getAddress(), server.address().getPort());
          var links = new Links(others, null, heard)) {
        waiting.setSoTimeout(20_000);
        links.add("b", server.address());
        assertThat(heard.up.await(30, TimeUnit.SECONDS)).isTrue();
        var _ = server.drain();
        blocked.release().countDown();
        var in = new DataInputStream(waiting.getInputStream());
        while (nextType(in) != GO_AWAY) {
          Thread.onSpinWait();
        }
      } finally {
        release.countDown();
      }
    }
  }

  /** As one does whose process was killed. */
  @Test
  void aPeerThatResetsItsConnectionIsNoWarning() throws Exception {
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (CapturedLog server = CapturedLog.of(LinkServer.class.getName(), Level.DEBUG);
        CapturedLog pipeline = CapturedLog.of("io.netty.channel.DefaultChannelPipeline");
        EventLoops loops = EventLoops.create(1, "test-io");
        LinkServer links = LinkServer.start(loops, loopback, null, new TestService())) {
      var peer = new Socket(links.address().getAddress(), links.address().getPort());
      peer.setSoTimeout(20_000);
      var out = peer.getOutputStream();
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
      out.write(new byte[] {0, 0, 0, SETTINGS, 0, 0, 0, 0, 0});
      var in = new DataInputStream(peer.getInputStream());
      // The server's own, and the one that says that it has had the peer's.
      for (int settings = 0; settings < 2; ) {
        settings += nextType(in) == SETTINGS ? 1 : 0;
      }
      peer.setSoLinger(true, 0);
      peer.close();
      ILoggingEvent line = server.next();
      assertThat(line.getLevel()).isEqualTo(Level.DEBUG);
      assertThat(line.getFormattedMessage()).contains("reset");
      assertThat(server.events()).hasSize(1);
      assertThat(pipeline.events()).noneMatch(other -> other.getThrowableProxy() != null);
    }
  }

  /** As a node does that is told of no certificates: its own log knows no reason. */
  @Test
  void whoDoesNotSpeakTlsIsRefusedWithTheReasonInTheLogOnce() throws Exception {
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    X509Bundle own =
        new CertificateBuilder()
            .subject("CN=own")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    SslContext tls = SslContextBuilder.forServer(own.toKeyManagerFactory()).build();
    try (CapturedLog log = CapturedLog.of(LinkServer.class);
        EventLoops loops = EventLoops.create(1, "test-io")) {
      try (LinkServer links = LinkServer.start(loops, loopback, tls, new TestService())) {
        for (int i = 0; i < 3; i++) {
          try (var peer = new Socket(links.address().getAddress(), links.address().getPort())) {
            peer.setSoTimeout(20_000);
            peer.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
            awaitEnd(peer);
          }
        }
        assertThat(log.next().getLevel()).isEqualTo(Level.WARN);
      }
      assertThat(log.lines())
          .singleElement()
          .asString()
          .matches(
              "TLS: refused the link of 127.0.0.1:[0-9]+: it does not speak TLS"
                  + " \\(expected: a node with tls.certificate, tls.key and tls.ca\\)");
    }
  }

  /** A loop that goes on when this is closed. */
  private record Blocked(CountDownLatch release) implements AutoCloseable {
    @Override
    public void close() {
      release.countDown();
    }
  }

  private static void awaitEnd(Socket peer) throws IOException {
    try {
      var _ = peer.getInputStream().readAllBytes();
    } catch (SocketException _) {
      // Reset, as not all was read that was sent.
    }
  }

  private static int nextType(DataInputStream in) throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    in.skipNBytes(5 + length);
    return type;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
