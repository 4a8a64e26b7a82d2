package dev.brink.mesh.nearest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.grid.Entry;
import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.ClientRttRecord;
import java.net.InetAddress;
import java.net.URI;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NearestIngressTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("203.0.113.9");

  private final FakeMap map = new FakeMap();
  private final ClientRtts own = new ClientRtts();
  private final SharedRtts shared =
      new SharedRtts("a", own, () -> Instant.ofEpochMilli(map.wallMillis));
  private List<IngressNode> healthy =
      List.of(node("a", 0, "eu"), node("b", 80, "us"), node("c", 200, "asia"));
  private final NearestIngress nearest =
      new NearestIngress(
          shared,
          RegionTable.parse(List.of("203.0.113.0/24=asia", "203.0.0.0/16=us")),
          () -> healthy);

  @AfterEach
  void close() {
    shared.close();
  }

  private static IngressNode node(String id, long rttMillis, String region) {
    return new IngressNode(
        id,
        rttMillis == 0,
        region,
        List.of(InetAddress.getLoopbackAddress()),
        IngressUrl.of(URI.create("http://" + id)),
        rttMillis * 1_000_000);
  }

  private List<String> rank(InetAddress client, int most) {
    return nearest.rank(Client.of(client), ingress -> true, most).stream()
        .map(IngressNode::node)
        .toList();
  }

  private void others(String node, long millis) {
    for (int shard = 0; shard < SharedRtts.SHARDS; shard++) {
      shared.changed(
          node + "/" + shard,
          new Entry(
              ClientRttRecord.newBuilder()
                  .addPrefixes(ClientPrefix.of(CLIENT).packed())
                  .addRttMicros((int) (millis * 1_000))
                  .build()
                  .toByteArray(),
              new Stamp(map.wallMillis, 0, new UUID(0, 1))));
    }
  }

  @Test
  void theRegionTableIsBelievedUntilSomebodyHasMeasured() {
    assertThat(rank(CLIENT, 1)).containsExactly("c");
    assertThat(rank(InetAddress.ofLiteral("203.0.7.1"), 1)).containsExactly("b");
    assertThat(rank(InetAddress.ofLiteral("192.0.2.1"), 3)).containsExactly("a", "b", "c");

    own.measured(CLIENT, 9_000_000, System.nanoTime());
    assertThat(rank(CLIENT, 1)).containsExactly("a");
    others("b", 5);
    assertThat(rank(CLIENT, 2)).containsExactly("b", "a");
  }

  @Test
  void nowAndThenOneIsAskedThatMayBeNearer() {
    own.measured(CLIENT, 60_000_000, System.nanoTime());
    Set<String> second = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      List<String> two = rank(CLIENT, 2);
      assertThat(two).hasSize(2).doesNotHaveDuplicates();
      second.add(two.get(1));
    }
    assertThat(second)
        .as("c is 200 ms from here, so at least 140 ms from the client")
        .contains("b");
  }

  @Test
  void aBetterIngressIsOneMeasuredToBeClearlyNearer() {
    Client client = Client.of(CLIENT);
    assertThat(nearest.better(client)).isEmpty();
    others("b", 5);
    assertThat(nearest.better(client)).as("our own way is not known").isEmpty();
    own.measured(CLIENT, 14_000_000, System.nanoTime());
    assertThat(nearest.better(client)).as("not worth it").isEmpty();
    own.measured(CLIENT, 100_000_000, System.nanoTime());
    assertThat(nearest.better(client)).map(IngressNode::node).contains("b");
    assertThat(nearest.better(new Client(CLIENT, 16))).isEmpty();
    healthy = healthy.subList(0, 1);
    assertThat(nearest.better(client)).isEmpty();
  }

  @Test
  void aPrefixIsOfTwentyFourOrFortyEightBits() {
    assertThat(ClientPrefix.of(CLIENT)).hasToString("203.0.113.0/24");
    assertThat(ClientPrefix.of(InetAddress.ofLiteral("2001:db8:5:6::7")))
        .hasToString("2001:db8:5::/48");
    assertThat(new Client(CLIENT, 20).hasPrefix()).isFalse();
  }

  @Test
  void aRegionThatIsNotOneIsNamed() {
    for (String bad :
        List.of("x", "1.2.3.4=eu", "1.2.3.4/33=eu", "1.2.3/24=eu", "1.2.3.4/8=", "::/129=eu")) {
      assertThatThrownBy(() -> RegionTable.parse(List.of(bad)))
          .hasMessageContaining("region: " + bad + " (expected: NETWORK/LENGTH=REGION");
    }
    assertThat(RegionTable.parse(List.of("0.0.0.0/0=all")).regionOf(CLIENT, 32)).isEqualTo("all");
  }
}
