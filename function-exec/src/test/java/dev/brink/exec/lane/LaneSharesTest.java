package dev.brink.exec.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LaneSharesTest {
  @Test
  void anInstancePaysOnceCallsHaveMissedWhatItTakesToMake() {
    var shares = new LaneShares(2, true);
    shares.made(0, millis(300));
    assertThat(shares.missed(1, millis(100))).isFalse();
    assertThat(shares.missed(1, millis(100))).isFalse();
    assertThat(shares.missed(0, millis(100))).as("of another lane").isFalse();
    assertThat(shares.missed(1, millis(100))).isTrue();

    shares.made(1, millis(100));
    assertThat(shares.makingNanos()).isEqualTo(millis(200));
    assertThat(shares.missed(1, millis(150))).as("counted from its making").isFalse();
  }

  @Test
  void nothingIsKnownBeforeTheFirst() {
    var shares = new LaneShares(1, true);
    assertThat(shares.makingNanos()).isEqualTo(LaneShares.USUAL_NANOS);
    assertThat(shares.missed(0, LaneShares.USUAL_NANOS)).isTrue();
  }

  @Test
  void oneThatServesOneCallNeverPaysForOthers() {
    assertThat(new LaneShares(1, false).missed(0, Long.MAX_VALUE)).isFalse();
  }

  @Test
  void oneIsKeptAfterTenUses() {
    var shares = new LaneShares(2, true);
    for (int i = 0; i < 9; i++) {
      shares.used(1);
    }
    assertThat(shares.pays(1)).isFalse();
    shares.used(1);
    assertThat(shares.pays(1)).isTrue();
    assertThat(shares.pays(0)).isFalse();
  }

  private static long millis(int count) {
    return Duration.ofMillis(count).toNanos();
  }
}
