package dev.brink.mesh.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.proto.NetworkCoordinate;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.NodeStatus;
import dev.brink.placement.Placement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What nodes tell each other of where they lie. */
class PlacesTest {
  private static final long MS = 1_000_000;
  private static final List<String> NODES = List.of("a", "b", "c");
  private static final long[][] RTT = {{0, 20, 100}, {20, 0, 90}, {100, 90, 0}};

  private final Placement placement = Placement.create(NodeInfo.of("a"));
  private final Places places = new Places("a", placement, 64);

  private static NetworkCoordinate at(int values, double first, double height, double error) {
    return NetworkCoordinate.newBuilder()
        .addPoint((float) first)
        .addAllPoint(Collections.nCopies(values - 1, 0f))
        .setHeight((float) height)
        .setError((float) error)
        .build();
  }

  @Test
  void nodesThatTellEachOtherFindTheirPlaces() {
    List<Placement> placements = new ArrayList<>();
    List<Places> all = new ArrayList<>();
    for (String node : NODES) {
      var one = Placement.create(NodeInfo.of(node));
      NODES.stream().filter(peer -> !peer.equals(node)).map(NodeInfo::of).forEach(one::nodeUp);
      placements.add(one);
      all.add(new Places(node, one, 64));
    }
    for (int round = 0; round < 300; round++) {
      for (int i = 0; i < NODES.size(); i++) {
        for (int j = 0; j < NODES.size(); j++) {
          if (j != i) {
            all.get(i).heard(NODES.get(j), all.get(j).told());
            all.get(i).measured(NODES.get(j), RTT[i][j] * MS);
          }
        }
        all.get(i).publish();
      }
    }
    for (NodeStatus status : placements.getFirst().nodes(0)) {
      if (!status.local()) {
        assertThat(status.rttAgeNanos()).as("placement was told of no measurement").isEqualTo(-1);
        assertThat(status.rttNanos())
            .isCloseTo(
                RTT[0][NODES.indexOf(status.info().id())] * MS, Percentage.withPercentage(20));
      }
    }
  }

  @Test
  void whatMakesNoSenseIsIgnored() {
    NetworkCoordinate sane = at(8, 0.05, 0.001, 0.2);
    places.heard("b", sane);
    var before = places.of("b");
    for (NetworkCoordinate wrong :
        List.of(
            NetworkCoordinate.getDefaultInstance(),
            at(7, 0.05, 0.001, 0.2),
            at(9, 0.05, 0.001, 0.2),
            at(2_000, 0.05, 0.001, 0.2),
            at(8, Double.NaN, 0.001, 0.2),
            at(8, Double.POSITIVE_INFINITY, 0.001, 0.2),
            at(8, 1e9, 0.001, 0.2),
            at(8, 0.05, -1, 0.2),
            at(8, 0.05, Double.NaN, 0.2),
            at(8, 0.05, 0.001, -0.2),
            at(8, 0.05, 0.001, 40))) {
      places.heard("b", wrong);
      assertThat(places.of("b")).isSameAs(before);
    }
    places.forget("b");
    assertThat(places.of("b")).isNotSameAs(before);
  }

  @Test
  void aCoordinateIsToldAnewOnlyOnceItHasMoved() {
    places.heard("b", at(8, 0.05, 0.001, 0.2));
    NetworkCoordinate first = places.told();
    places.publish();
    assertThat(places.told()).isSameAs(first);
    for (int i = 0; i < 200; i++) {
      places.measured("b", 50 * MS);
    }
    assertThat(places.told()).as("until it is published").isSameAs(first);
    places.publish();
    NetworkCoordinate second = places.told();
    assertThat(second).isNotEqualTo(first);
    IntStream.range(0, 5).forEach(i -> places.measured("b", 50 * MS));
    places.publish();
    assertThat(places.told()).as("hardly moved").isSameAs(second);
  }

  @Test
  void ofAPeerThatDidNotSayWhereItIsNothingIsLearned() {
    var before = places.own();
    places.measured("b", 50 * MS);
    assertThat(places.own()).isSameAs(before);
  }
}
