package dev.brink.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.CapturedLog;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.proto.LoadBeat;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A link that meets the same error each time it is up. */
class LinkErrorsTest {
  private final CapturedLog log = CapturedLog.of(LinkConnection.class);
  private final EventLoops loops = EventLoops.create(2, "test-io");
  private final Failing failing = new Failing();
  private final Links links = new Links(loops, null, failing);
  private LinkServer server;

  @BeforeEach
  void link() throws Exception {
    server =
        LinkServer.start(
            loops,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            null,
            new TestService());
    links.add("b", server.address());
  }

  @AfterEach
  void close() {
    links.close();
    server.close();
    loops.close();
    log.close();
  }

  @Test
  void tellsOfItOnce() throws Exception {
    assertThat(failing.downs.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(log.lines()).hasSize(1);
  }

  private static final class Failing implements LinkListener {
    final CountDownLatch downs = new CountDownLatch(3);

    @Override
    public boolean pings(String node) {
      throw new IllegalStateException("test");
    }

    @Override
    public void up(String node) {}

    @Override
    public void down(String node) {
      downs.countDown();
    }

    @Override
    public void load(String node, LoadBeat load) {}

    @Override
    public void transferred(String node, long bytes, long nanos) {}

    @Override
    public void rtt(String node, long nanos) {}
  }
}
