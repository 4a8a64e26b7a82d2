package dev.brink.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
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
      slow.add(1000, 100, 0.5, 0);
    }
    double high = slow.value(0);
    assertThat(high).as("ten times, less what counts as usual").isBetween(7.5, 8.0);
    assertThat(slow.value(3_000_000_000L)).isEqualTo(high);
    assertThat(slow.value(4_000_000_000L)).isBetween(2.2, 2.7);
    assertThat(slow.value(200_000_000_000L)).isEqualTo(1);
  }

  @Test
  void fourFarOffInARowMakeItJump() {
    var slow = new SlowEstimate();
    for (int i = 0; i < 3; i++) {
      slow.add(600 + i, 100, 0.5, 0);
    }
    assertThat(slow.value(0)).isLessThan(1.1);
    slow.add(900, 100, 0.5, 0);
    assertThat(slow.value(0)).as("to the nearest of them").isBetween(4.6, 4.8);
    for (int i = 0; i < 4; i++) {
      slow.add(100, 100, 0.5, 0);
    }
    assertThat(slow.value(0)).as("and back").isEqualTo(1);
  }

  @Test
  void manyThatAreLessFarOffMakeItJumpToo() {
    var slow = new SlowEstimate();
    var random = new Random(5);
    int samples = 0;
    while (slow.value(0) < 2 && samples < 100) {
      slow.add((long) (1e7 * Math.exp(random.nextGaussian())), 1_000_000, 0.8, 0);
      samples++;
    }
    assertThat(samples).as("ten times slower, at a deviation of e").isBetween(4, 12);
  }

  @Test
  void noiseDoesNotMakeANodeSlow() {
    var slow = new SlowEstimate();
    var random = new Random(3);
    for (int i = 0; i < 5000; i++) {
      slow.add((long) (1e6 * Math.exp(0.8 * random.nextGaussian())), 1_000_000, 0.64, 0);
      assertThat(slow.value(0)).isBetween(0.6, 1.6);
    }
  }

  @Test
  void functionsOfWideSpreadTeachLittleAndNeverMakeItJump() {
    var slow = new SlowEstimate();
    var random = new Random(4);
    for (int i = 0; i < 5000; i++) {
      slow.add((long) (1e7 * Math.exp(3 * random.nextGaussian())), 10_000_000, 2.4, 0);
      assertThat(slow.value(0)).isBetween(0.8, 1.25);
    }
  }

  @Test
  void oneHiccupDoesNotMakeANodeSlow() {
    var slow = new SlowEstimate();
    slow.add(Long.MAX_VALUE, 1, 0.5, 0);
    assertThat(slow.value(0)).isEqualTo(1);
    slow.add(0, Long.MAX_VALUE, 0.5, 0);
    assertThat(slow.value(0)).isPositive();
  }

  @Test
  void whatIsLeftOfARunComesFromThoseThatTookLonger() {
    var runs = new RunTimes();
    assertThat(runs.leftNanos(0, 5_000_000)).isEqualTo(5_000_000);
    assertThat(runs.meanNanos(7)).isEqualTo(7);
    assertThat(runs.typicalNanos(7)).isEqualTo(7);
    for (int i = 0; i < 100; i++) {
      runs.add(i % 4 == 0 ? 300_000_000 : 10_000_000);
    }
    assertThat(runs.leftNanos(0, 0)).isEqualTo(10_000_000);
    assertThat(runs.leftNanos(20_000_000, 0)).isEqualTo(280_000_000);
    assertThat(runs.leftNanos(400_000_000, 0)).isEqualTo(200_000_000);
    assertThat(runs.meanNanos(0)).isEqualTo(82_500_000);
    assertThat(runs.typicalNanos(0))
        .as("10^0.75 x 300^0.25 ms")
        .isCloseTo(23_403_473L, Percentage.withPercentage(0.01));
    runs.add(Long.MIN_VALUE);
    runs.add(Long.MAX_VALUE);
    assertThat(runs.leftNanos(0, 0)).isPositive();
  }
}
