package dev.brink.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.http.EventLoops;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Links that come and go. */
class LinksTest {
  private static final int PATIENCE_MILLIS = 20_000;

  private final EventLoops loops = EventLoops.create(2, "test-io");
  private final Heard heard = new Heard();
  private final Links links = new Links(loops, null, heard);

  @AfterEach
  void close() {
    links.close();
    loops.close();
  }

  /** A port that accepts and says nothing. */
  private static ServerSocket silent() throws Exception {
    var listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    listener.setSoTimeout(PATIENCE_MILLIS);
    return listener;
  }

  private static InetSocketAddress addressOf(ServerSocket listener) {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  @Test
  void aPeerThatAcceptsButNeverSpeaksIsTriedAgain() throws Exception {
    try (ServerSocket listener = silent()) {
      links.add("b", addressOf(listener));
      try (Socket first = listener.accept();
          Socket second = listener.accept()) {
        assertThat(first.getPort()).isNotEqualTo(second.getPort());
        assertThat(heard.events).isEmpty();
      }
    }
  }

  @Test
  void aLinkThatIsStillBeingMadeEndsWithItsPeer() throws Exception {
    try (ServerSocket listener = silent()) {
      links.add("b", addressOf(listener));
      try (Socket made = listener.accept()) {
        made.setSoTimeout(PATIENCE_MILLIS);
        links.remove("b", true);
        made.getInputStream().transferTo(OutputStream.nullOutputStream());
        assertThat(links.has("b")).isFalse();
      }
    }
  }

  @Test
  void nothingIsAddedAfterTheEnd() throws Exception {
    links.close();
    try (ServerSocket listener = silent()) {
      links.add("b", addressOf(listener));
      assertThat(links.has("b")).isFalse();
    }
  }

  /** The peer's end and the news of it come at the same time, in every order. */
  @Test
  void aForgottenPeerIsNotDialledForEver() throws Exception {
    for (int i = 0; i < 200; i++) {
      heard.up = new CountDownLatch(1);
      var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      LinkServer server = LinkServer.start(loops, loopback, null, new TestService());
      links.add("b", server.address());
      assertThat(heard.up.await(30, TimeUnit.SECONDS)).isTrue();
      Thread ends = Thread.startVirtualThread(server::close);
      while (links.up().contains("b") && i % 2 == 0) {
        Thread.onSpinWait();
      }
      links.remove("b", false);
      ends.join();
      await(() -> !links.has("b"));
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time").isLessThan(end);
      LockSupport.parkNanos(200_000);
    }
  }
}
