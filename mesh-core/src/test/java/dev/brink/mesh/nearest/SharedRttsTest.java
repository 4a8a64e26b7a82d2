package dev.brink.mesh.nearest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.brink.mesh.proto.ClientRttRecord;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedRttsTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("203.0.113.9");
  private static final ClientPrefix PREFIX = ClientPrefix.of(CLIENT);

  private final FakeMap map = new FakeMap();
  private final ClientRtts measuredByA = new ClientRtts();
  private final SharedRtts a =
      new SharedRtts("a", measuredByA, () -> Instant.ofEpochMilli(map.wallMillis));
  private final SharedRtts b =
      new SharedRtts("b", new ClientRtts(), () -> Instant.ofEpochMilli(map.wallMillis));

  @AfterEach
  void close() {
    a.close();
    b.close();
  }

  private void measure(String client, long millis) {
    measuredByA.measured(InetAddress.ofLiteral(client), millis * 1_000_000, System.nanoTime());
  }

  @Test
  void anotherNodeKnowsWhatOneMeasured() {
    map.listen(b);
    measure("203.0.113.9", 30);
    measure("2001:db8:1:2::3", 70);
    a.round(map);

    assertThat(b.rttNanos("a", PREFIX, System.nanoTime())).isEqualTo(30_000_000);
    assertThat(
            b.rttNanos(
                "a",
                ClientPrefix.of(InetAddress.ofLiteral("2001:db8:1:ffff::9")),
                System.nanoTime()))
        .isEqualTo(70_000_000);
    assertThat(b.rttNanos("a", ClientPrefix.of(InetAddress.ofLiteral("203.0.114.9")), 0))
        .isEqualTo(-1);
    assertThat(b.rttNanos("c", PREFIX, 0)).isEqualTo(-1);
    assertThat(a.rttNanos("a", PREFIX, System.nanoTime())).isEqualTo(30_000_000);
  }

  @Test
  void aRoundThatMeetsAnErrorIsNotTheLast() {
    try (var c =
        new SharedRtts(
            "c",
            measuredByA,
            () -> {
              throw new OutOfMemoryError("of a test");
            })) {
      measure("203.0.113.9", 30);
      assertThatCode(() -> c.round(map)).doesNotThrowAnyException();
    }
  }

  @Test
  void whatIsTheSameButForNoiseIsNotWrittenAgain() {
    measure("203.0.113.9", 100);
    a.round(map);
    measure("203.0.113.9", 110);
    a.round(map);
    assertThat(map.puts).isEqualTo(1);

    measure("203.0.113.9", 300);
    a.round(map);
    assertThat(map.puts).isEqualTo(2);
  }

  @Test
  void aRoundWritesFewRecordsAndTheNextTheRest() {
    map.listen(b);
    for (int i = 0; i < 256; i++) {
      measure("198.51." + i + ".1", 20);
    }
    a.round(map);
    assertThat(map.puts).isEqualTo(SharedRtts.SHARDS_PER_ROUND);
    for (int i = 1; i < SharedRtts.SHARDS / SharedRtts.SHARDS_PER_ROUND; i++) {
      a.round(map);
    }
    for (int i = 0; i < 256; i++) {
      InetAddress client = InetAddress.ofLiteral("198.51." + i + ".200");
      assertThat(b.rttNanos("a", ClientPrefix.of(client), 0)).isEqualTo(20_000_000);
    }
  }

  @Test
  void whatNobodyRenewsExpires() {
    map.listen(b);
    measure("203.0.113.9", 30);
    a.round(map);
    map.wallMillis += Duration.ofMinutes(121).toMillis();
    assertThat(b.rttNanos("a", PREFIX, 0)).isEqualTo(-1);

    map.wallMillis += Duration.ofHours(24).toMillis();
    assertThat(b.nodes()).isEqualTo(1);
    b.round(map);
    assertThat(map.entries).isEmpty();
    assertThat(b.nodes()).as("nothing is kept of a node without records").isZero();
  }

  @Test
  void whatIsStillTrueIsRenewed() {
    measure("203.0.113.9", 30);
    a.round(map);
    map.wallMillis += Duration.ofMinutes(31).toMillis();
    a.round(map);
    assertThat(map.puts).isEqualTo(2);
  }

  @Test
  void recordsThatMakeNoSenseChangeNothing() {
    map.listen(b);
    map.put("a/3", new byte[] {1, 2, 3});
    map.put("a/3", ClientRttRecord.newBuilder().addPrefixes(1).build().toByteArray());
    map.put("a/64", ClientRttRecord.newBuilder().build().toByteArray());
    map.put("nothing", ClientRttRecord.newBuilder().build().toByteArray());
    map.remove("nothing");

    assertThat(b.rttNanos("a", PREFIX, 0)).isEqualTo(-1);
  }

  @Test
  void keepsABoundedNumberOfNetworks() {
    for (int i = 0; i < ClientRtts.MAX_PREFIXES + 10; i++) {
      measuredByA.measured(
          InetAddress.ofLiteral("10." + (i >> 8) + "." + (i & 255) + ".1"), 1_000_000, i);
    }
    assertThat(measuredByA.size()).isLessThanOrEqualTo(ClientRtts.MAX_PREFIXES);
    assertThat(measuredByA.rttNanos(ClientPrefix.of(InetAddress.ofLiteral("10.0.0.1")), 0))
        .as("the oldest")
        .isEqualTo(-1);
    assertThat(measuredByA.rttNanos(ClientPrefix.of(InetAddress.ofLiteral("10.32.9.1")), 0))
        .as("the newest")
        .isEqualTo(1_000_000);
  }

  @Test
  void averagesAndForgets() {
    measuredByA.measured(CLIENT, 100, 0);
    measuredByA.measured(CLIENT, 200, 1);
    measuredByA.measured(CLIENT, -1, 2);
    measuredByA.measured(CLIENT, Long.MAX_VALUE, 2);
    assertThat(measuredByA.rttNanos(PREFIX, 3)).isEqualTo(130);
    assertThat(measuredByA.rttNanos(PREFIX, 2 + ClientRtts.KEEP_NANOS)).isEqualTo(-1);
  }
}
