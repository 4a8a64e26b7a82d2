package dev.brink.mesh.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.grid.Member;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.link.LinkServer;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.link.TestService;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Placement;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class PeersTest {
  private final Member self = new Member(new UUID(0, 1), "a", Map.of(), true);
  private final String own = self.id().toString();
  private final Placement placement = Placement.create(NodeInfo.of(own));
  private final Peers peers = new Peers(self, placement, new Places(own, placement, 64), Map.of());
  @AutoClose private final EventLoops loops = EventLoops.create(1, "test-io");
  @AutoClose private final Links links = new Links(loops, null, peers);

  private static Member member(int number, InetSocketAddress link) {
    var address =
        new NodeAddress(
            "127.0.0.1:" + link.getPort(),
            "http://127.0.0.1:1",
            "http://127.0.0.1:2",
            1,
            Map.of(),
            Set.of(),
            1,
            List.of());
    return new Member(new UUID(0, number), "n" + number, address.attributes(), false);
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 40_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(2);
    }
  }

  @Test
  void aMemberThatHasLeftIsForgottenOnceItsLinkIsLost() throws Exception {
    peers.manage(links);
    try (var server =
        LinkServer.start(
            loops,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            null,
            new TestService())) {
      Member linked = member(2, server.address());
      String id = linked.id().toString();
      peers.memberJoined(linked);
      until(() -> placement.size() == 2);
      peers.memberLeft(linked, true);
      assertThat(peers.find(id)).as("the grid lost it, the link did not").isPresent();
      peers.memberJoined(linked);
      peers.memberLeft(linked, false);
      until(() -> peers.find(id).isEmpty());
      until(() -> placement.size() == 1);
    }
    Member unreachable = member(3, new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
    peers.memberJoined(unreachable);
    assertThat(peers.find(unreachable.id().toString())).isPresent();
    peers.memberLeft(unreachable, true);
    assertThat(peers.find(unreachable.id().toString())).isEmpty();
    assertThat(peers.nameOf(own)).isEqualTo("a");
  }
}
