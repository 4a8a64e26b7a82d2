package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.grid.GridUnavailableException.Reason;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A durable store whose port somebody else has. */
class DurableStartTest {
  private static final String HOST = LoneSettings.HOST;

  private final Ports ports = Ports.take(HOST, 0, 0);
  private final Ports durablePorts = Ports.take(HOST, 0, 0);

  @TempDir Path directory;

  DurableStartTest() {
    ports.beacon().close();
    durablePorts.beacon().close();
  }

  @Test
  void aPortThatStaysTakenIsNamedAndNotWaitedForWithoutEnd() throws Exception {
    try (ServerSocket other = taken(durablePorts.discovery());
        DurableStore store = start(Duration.ofMillis(200))) {
      Grids.await("it is given up", () -> reason(store) == Reason.STOPPED);
      GridUnavailableException refusal = store.refusal();
      assertThat(refusal)
          .hasMessage(
              "the durable store cannot start: durableDiscoveryPort: "
                  + other.getLocalPort()
                  + " at 127.0.0.1: it is in use (expected: a port that is free)");
    }
  }

  @Test
  void aPortThatIsTakenAtTheStartIsTheDurableOne() throws Exception {
    try (ServerSocket other = taken(durablePorts.discovery())) {
      GridBuilder options =
          Grid.builder().durable(true).durableDiscoveryPort(durablePorts.discovery());
      assertThatThrownBy(() -> DurableNamespaces.ports(options))
          .isInstanceOf(PortTakenException.class)
          .hasMessageStartingWith("durableDiscoveryPort: " + other.getLocalPort() + " at ");
    }
  }

  @Test
  void aCommunicationPortThatStaysTakenEndsTheStart() throws Exception {
    try (ServerSocket other = taken(durablePorts.communication())) {
      GridBuilder options =
          Grid.builder()
              .durable(true)
              .durableDiscoveryPort(durablePorts.discovery())
              .durableCommunicationPort(durablePorts.communication())
              .startTimeout(Duration.ofSeconds(1));
      assertThatThrownBy(() -> DurableNamespaces.ports(options))
          .isInstanceOfSatisfying(
              PortTakenException.class,
              taken ->
                  assertThat(taken.message("grid.durable-communication-port"))
                      .isEqualTo(
                          "grid.durable-communication-port: "
                              + other.getLocalPort()
                              + " at 127.0.0.1: it is in use (expected: a port that is free)"))
          .hasMessageStartingWith("durableCommunicationPort: ");
    }
  }

  @Test
  void aStoreThatWaitsForRoomSaysSo() {
    var free = new AtomicLong();
    var room = new DiskRoom(directory, 1, free::get);
    room.failed();
    try (DurableStore store = start(Duration.ofSeconds(10), room)) {
      assertThat(store.refusal())
          .hasMessage("the durable store waits for room on its disk")
          .returns(Reason.RESTARTING, GridUnavailableException::reason);
      free.set(1);
      Grids.await("it starts", () -> !room.isWaitedFor());
      Grids.await("it can be used", () -> store.refusal() == null);
    }
  }

  /** They are bound later: a store that finds its port with another part waits for it in vain. */
  @Test
  void portsThatAreNotBoundYetAreNotFoundTwice() {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Ports more = Ports.take(HOST, 0, 0);
      more.beacon().close();
      found.add(more.discovery());
      found.add(more.communication());
    }
    assertThat(found).doesNotHaveDuplicates();
  }

  private static @Nullable Reason reason(DurableStore store) {
    GridUnavailableException refusal = store.refusal();
    return refusal == null ? null : refusal.reason();
  }

  private static ServerSocket taken(int port) throws Exception {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }

  private DurableStore start(Duration startTimeout) {
    return start(startTimeout, new DiskRoom(directory, 0));
  }

  /** In a grid that is there, with this node alone. */
  private DurableStore start(Duration startTimeout, DiskRoom room) {
    UUID self = LoneSettings.SELF;
    var discovery = new HostPort(HOST, ports.discovery());
    var durable = new HostPort(HOST, durablePorts.discovery());
    IgniteSettings settings = LoneSettings.of(ports, NetworkPreset.LOCAL, directory, durable);
    var member = new Member(self, "node1", Map.of(), true);
    var status =
        new Status(
            new Publisher("node1"), new Peer(self, member, discovery, durable, 1), _ -> true);
    status.state(GridState.CONNECTED, "alone");
    var store =
        new DurableStore(
            new DurableSettings(
                settings, durablePorts.discovery(), durablePorts.communication(), 64L << 20),
            durable,
            status,
            Duration.ofDays(1),
            startTimeout,
            room,
            _ -> {});
    store.start();
    return store;
  }
}
