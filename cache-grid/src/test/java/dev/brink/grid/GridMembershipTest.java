package dev.brink.grid;

import static dev.brink.grid.Grids.addresses;
import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.awaitMembers;
import static dev.brink.grid.Grids.awaitState;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static dev.brink.grid.Grids.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridMembershipTest {
  @TempDir Path directory;

  @Test
  void nodesSeeEachOtherWithAttributesAndHearOfArrivalAndGracefulLeave() {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(grids.options(1).attributes(Map.of("link", "127.0.0.1:7400")));
      assertThat(first.membership().members()).containsExactly(first.self());
      assertThat(first.state()).isEqualTo(GridState.CONNECTED);
      Events events = new Events();
      first.listen(events);

      Grid second = grids.start(2, first);
      Grid third = grids.start(3, first);
      awaitMembers(3, first, second, third);
      assertThat(second.membership().find(id(1)))
          .contains(new Member(id(1), "node1", Map.of("link", "127.0.0.1:7400"), false));
      assertThat(third.membership().members())
          .extracting(Member::id)
          .containsExactly(id(1), id(2), id(3));
      assertThat(third.membership().members())
          .filteredOn(Member::self)
          .containsExactly(third.self());

      third.close();
      awaitMembers(2, first, second);
      assertThat(first.missing()).isEmpty();
      events.await("joined node2", "joined node3", "left node3");
      assertThat(events.threads()).containsExactly("brink-grid-events-node1");
      assertThat(third.state()).isEqualTo(GridState.STOPPED);
      third.close();
    }
  }

  @Test
  void aLateListenerHearsOfThosePresent() {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(1);
      Grid second = grids.start(2, first);
      Events events = new Events();
      second.listen(events);
      events.await("joined node1");
    }
  }

  @Test
  void aNodeStartsAloneWhenItsSeedsAreDeadOrSilent() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (Grids grids = new Grids(directory);
        DatagramSocket silent = new DatagramSocket(new InetSocketAddress(loopback, 0))) {
      List<String> seeds =
          List.of(
              "127.0.0.1:1", "127.0.0.1:" + silent.getLocalPort(), "no-such-host.invalid:47500");
      Grid grid = grids.start(grids.options(1).seeds(seeds));
      assertThat(grid.state()).isEqualTo(GridState.CONNECTED);
      get(grid.map("test").put("key", bytes("value")));
    }
  }

  @Test
  void nodesThatStartAtOnceBecomeOneGrid() throws Exception {
    try (Grids grids = new Grids(directory)) {
      int[] ports = new int[3];
      for (int i = 0; i < 3; i++) {
        Ports taken = Ports.take("127.0.0.1", 0, 0);
        taken.beacon().close();
        ports[i] = taken.discovery();
      }
      List<String> seeds = Arrays.stream(ports).mapToObj(port -> "127.0.0.1:" + port).toList();
      List<CompletableFuture<Grid>> starting =
          IntStream.range(0, 3)
              .mapToObj(
                  i -> grids.startAsync(grids.options(i + 1).seeds(seeds).discoveryPort(ports[i])))
              .toList();
      Grid[] all = new Grid[3];
      for (int i = 0; i < 3; i++) {
        all[i] = Grids.started(starting.get(i));
      }
      awaitMembers(3, all);
      awaitState(GridState.CONNECTED, all);
    }
  }

  @Test
  void nodesOfAnotherClusterAreLeftAlone() {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(1);
      Grid other = grids.start(grids.options(2).clusterName("other").seeds(addresses(first)));
      assertThat(other.membership().members()).containsExactly(other.self());
      assertThat(first.membership().members()).containsExactly(first.self());
    }
  }

  @Test
  void aSecondNodeWithTheSameIdIsRefused() {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(1);
      GridBuilder twin =
          grids
              .options(2)
              .nodeId(id(1))
              .seeds(addresses(first))
              .startTimeout(Duration.ofSeconds(20));
      assertThatThrownBy(twin::start)
          .isInstanceOf(GridException.class)
          .hasMessageContaining("nodeId: " + id(1) + " (expected: an id that no other node has");
    }
  }

  @Test
  void aTakenPortIsReported() throws Exception {
    try (Grids grids = new Grids(directory);
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> grids.start(grids.options(1).discoveryPort(taken.getLocalPort())))
          .isInstanceOf(GridException.class)
          .hasMessageContaining(
              "discoveryPort: "
                  + taken.getLocalPort()
                  + " at 127.0.0.1: it is in use (expected: a port that is free)");
    }
  }

  @Test
  void anUnusableKnownMembersFileIsPutAside() throws Exception {
    Path home = Files.createDirectories(directory.resolve("node1"));
    Files.write(home.resolve(MembersFile.NAME), new byte[] {1, 2, 3, 4, 5, 6});
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      assertThat(grid.state()).isEqualTo(GridState.CONNECTED);
      assertThat(home.resolve("members.bad")).hasBinaryContent(new byte[] {1, 2, 3, 4, 5, 6});
    }
  }

  @Test
  void oneThatCannotBePutAsideIsNamed() throws Exception {
    Path home = Files.createDirectories(directory.resolve("node1"));
    Files.createDirectory(home.resolve(MembersFile.NAME));
    Path bad = Files.createDirectories(home.resolve("members.bad"));
    Files.writeString(bad.resolve("kept"), "");
    try (Grids grids = new Grids(directory)) {
      assertThatThrownBy(() -> grids.start(1))
          .isInstanceOf(GridException.class)
          .hasMessageContainingAll("the known members cannot be read", bad.toString());
    }
  }

  @Test
  void closingLeavesNoThreadsAndNoPorts() throws Exception {
    Set<String> before = threads();
    Grid grid = new Grids(directory).options(1).start();
    assertThat(threads()).anyMatch(name -> name.startsWith("brink-grid-control"));
    grid.map("test").listen(new MapEvents());
    grid.close();
    await(
        "threads have ended, left: " + threads(),
        () -> threads().stream().noneMatch(name -> isOurs(name) && !before.contains(name)));
    try (ServerSocket discovery = new ServerSocket();
        ServerSocket communication = new ServerSocket();
        DatagramSocket beacon =
            new DatagramSocket(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), grid.discoveryPort()))) {
      discovery.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), grid.discoveryPort()));
      communication.bind(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), grid.communicationPort()));
      assertThat(beacon.isBound()).isTrue();
    }
  }

  @Test
  void closingFromAListenerDoesNotHang() throws Exception {
    Grid grid = new Grids(directory).options(1).start();
    CountDownLatch closed = new CountDownLatch(1);
    grid.map("test")
        .listen(
            new MapListener() {
              @Override
              public void changed(String key, Entry entry) {
                grid.close();
                closed.countDown();
              }

              @Override
              public void removed(String key, Stamp stamp) {}
            });
    CompletionStage<Stamp> put = grid.map("test").put("key", bytes("value"));
    await("decided", () -> put.toCompletableFuture().isDone());
    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(grid.state()).isEqualTo(GridState.STOPPED);
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .collect(Collectors.toSet());
  }

  private static boolean isOurs(String name) {
    return name.contains("brink") || name.contains("ignite") || name.contains("tcp-disco");
  }
}
