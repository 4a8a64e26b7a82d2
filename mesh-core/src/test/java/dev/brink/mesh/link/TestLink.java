package dev.brink.mesh.link;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.http.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A link to a peer called {@code b}, up before each test, and both its ends. */
final class TestLink implements BeforeEachCallback, AfterEachCallback {
  final EventLoops loops = EventLoops.create(2, "test-io");
  final Heard heard = new Heard();
  final TestService service = new TestService();
  final Links links = new Links(loops, null, heard);
  private @Nullable LinkServer server;

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    server = serve();
    links.add("b", server.address());
    awaitUp();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    links.close();
    if (server != null) {
      server.close();
    }
    loops.close();
  }

  /** The peer's end of the link. */
  LinkServer server() {
    return requireNonNull(server, "server");
  }

  /** One more server of the same service, which the caller closes. */
  LinkServer serve() throws IOException {
    return LinkServer.start(
        loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, service);
  }

  /** The peer is gone, which this end has heard. The address it had. */
  InetSocketAddress stopServer() throws InterruptedException {
    InetSocketAddress address = server().address();
    heard.up = new CountDownLatch(1);
    server().close();
    assertThat(heard.down.await(30, TimeUnit.SECONDS)).isTrue();
    return address;
  }

  /** The peer is back at that address, and the link is up. */
  void startServer(InetSocketAddress address) throws Exception {
    server = LinkServer.start(loops, address, null, service);
    awaitUp();
  }

  void awaitUp() throws InterruptedException {
    assertThat(heard.up.await(30, TimeUnit.SECONDS)).isTrue();
  }
}
