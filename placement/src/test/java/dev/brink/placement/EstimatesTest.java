package dev.brink.placement;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class EstimatesTest {

  @Test
  void aMeanIsPlainFirstAndMovesLater() {
    var mean = new MeanEstimate();
    assertThat(mean.nanosOr(42)).isEqualTo(42);
    mean.add(100);
    mean.add(200);
    assertThat(mean.nanosOr(42)).isEqualTo(150);
    for (int i = 0; i < 200; i++) {
      mean.add(1_000_000_000);
    }
    assertThat(mean.nanosOr(0)).isCloseTo(1_000_000_000L, Percentage.withPercentage(0.1));
    assertThat(mean.count()).isEqualTo(202);
  }

  @Test
  void aMeanOfZerosIsZeroAndNotThePrior() {
    var mean = new MeanEstimate();
    mean.add(0);
    assertThat(mean.nanosOr(42)).isZero();
  }

  @Test
  void decayHalvesAndNeverGrows() {
    assertThat(Decay.left(8, 0, 10)).isEqualTo(8);
    assertThat(Decay.left(8, -5, 10)).isEqualTo(8);
    assertThat(Decay.left(8, 10, 10)).isEqualTo(4);
    assertThat(Decay.left(8, 15, 10)).isEqualTo(3);
    assertThat(Decay.left(8, 30, 10)).isEqualTo(1);
    assertThat(Decay.left(8, Long.MAX_VALUE, 10)).isZero();
    double last = 8;
    for (int t = 1; t < 1000; t++) {
      double left = Decay.left(8, t, 10);
      assertThat(left).isLessThanOrEqualTo(last);
      last = left;
    }
  }

  @Test
  void slownessFollowsAndFadesWithoutNews() {
    var slow = new SlowEstimate();
    for (int i = 0; i < 20; i++) {
      slow.add(1000, 100, 0);
    }
    double high = slow.value(0);
    assertThat(high).isBetween(6.0, 7.0);
    assertThat(slow.value(1_000_000_000L)).isEqualTo(high);
    assertThat(slow.value(3_000_000_000L)).isCloseTo(1 + (high - 1) / 2, Offset.offset(1e-9));
    assertThat(slow.value(200_000_000_000L)).isEqualTo(1);
  }

  @Test
  void oneHiccupDoesNotMakeANodeSlow() {
    var slow = new SlowEstimate();
    slow.add(Long.MAX_VALUE, 1, 0);
    assertThat(slow.value(0)).isCloseTo(1.45, Offset.offset(1e-9));
    slow.add(0, Long.MAX_VALUE, 0);
    assertThat(slow.value(0)).isPositive();
  }
}
