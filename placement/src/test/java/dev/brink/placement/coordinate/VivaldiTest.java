package dev.brink.placement.coordinate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class VivaldiTest {
  private static final long MS = 1_000_000;

  @Test
  void threeNodesFindTheirPlaces() {
    var nodes = new Vivaldi[] {new Vivaldi("a"), new Vivaldi("b"), new Vivaldi("c")};
    long[][] rtt = {{0, 20 * MS, 100 * MS}, {20 * MS, 0, 90 * MS}, {100 * MS, 90 * MS, 0}};
    for (int round = 0; round < 300; round++) {
      for (int i = 0; i < 3; i++) {
        int peer = (i + 1 + round % 2) % 3;
        nodes[i].measured("p" + peer, nodes[peer].coordinate(), rtt[i][peer]);
      }
    }
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < i; j++) {
        assertThat(nodes[i].coordinate().rttNanos(nodes[j].coordinate()))
            .isCloseTo(rtt[i][j], Percentage.withPercentage(15));
      }
      assertThat(nodes[i].coordinate().error()).isLessThan(0.2);
    }
  }

  @Test
  void oneOutlierOfThreeTeachesNothing() {
    var node = new Vivaldi("a");
    Coordinate there = Coordinate.of(new double[] {0.05, 0, 0, 0, 0, 0, 0, 0}, 0.001, 0.1);
    for (int i = 0; i < 200; i++) {
      node.measured("b", there, 50 * MS);
    }
    long before = node.coordinate().rttNanos(there);
    node.measured("b", there, 5_000 * MS);
    assertThat(node.coordinate().rttNanos(there)).isCloseTo(before, Percentage.withPercentage(5));
  }

  @Test
  void whatMakesNoSenseTeachesNothing() {
    var node = new Vivaldi("a");
    Coordinate before = node.coordinate();
    var nan = new double[] {Double.NaN, 0, 0, 0, 0, 0, 0, 0};
    node.measured("b", Coordinate.of(nan, 0, 0.5), MS);
    node.measured("b", Coordinate.of(new double[8], Double.POSITIVE_INFINITY, 0.5), MS);
    node.measured("b", Coordinate.of(new double[8], 0, -1), MS);
    node.measured("b", Coordinate.of(new double[] {1e9, 0, 0, 0, 0, 0, 0, 0}, 0, 1), MS);
    node.measured("b", Coordinate.origin(), -5);
    node.measured("b", Coordinate.origin(), Long.MAX_VALUE);
    assertThat(node.coordinate()).isSameAs(before);
    assertThatThrownBy(() -> Coordinate.of(new double[3], 0, 0))
        .hasMessage("point: 3 (expected: 8 values)");
  }
}
