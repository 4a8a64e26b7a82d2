package dev.brink.placement.warmth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WarmthPolicyTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MINUTE = 60 * SECOND;

  /** A cold start is worth an hour of holding. */
  private static final WarmthSignals SIGNALS = new WarmthSignals(60 * MINUTE, SECOND, 0.2);

  private final WarmthSettings settings = WarmthSettings.defaults();
  private long now = -7 * MINUTE; // nanoTime may be negative

  @Test
  void aFixedWindowHoldsForTenMinutes() {
    WarmthPolicy policy = WarmthPolicyKind.FIXED_WINDOW.create(settings);
    policy.idle(now, SIGNALS);
    assertThat(policy.hold(now)).isEqualTo(new Hold(true, now + 10 * MINUTE));
    assertThat(policy.hold(now + 10 * MINUTE - 1).held()).isTrue();
    assertThat(policy.hold(now + 10 * MINUTE)).isEqualTo(new Hold(false, Long.MAX_VALUE));
  }

  @Test
  void aClockworkCallerIsExpectedJustBeforeItComes() {
    WarmthPolicy policy = WarmthPolicyKind.LEARNED_COST.create(settings);
    calls(policy, 20, 30 * MINUTE);
    policy.idle(now, SIGNALS);
    assertThat(policy.hold(now).held()).isFalse();
    assertThat(policy.hold(now + 29 * MINUTE).held()).isFalse();
    assertThat(policy.hold(now + 30 * MINUTE - SECOND).held()).isTrue();
    assertThat(policy.hold(now + 30 * MINUTE).held()).isTrue();
    assertThat(policy.hold(now + 40 * MINUTE).held()).isFalse();
  }

  @Test
  void twoHabitsAreCoveredAsFarAsTheyAreWorthIt() {
    WarmthPolicy policy = WarmthPolicyKind.LEARNED_COST.create(settings);
    for (int i = 0; i < 16; i++) {
      calls(policy, 3, 40 * SECOND);
      calls(policy, 1, 200 * MINUTE);
    }
    policy.idle(now, SIGNALS);
    Hold hold = policy.hold(now);
    assertThat(hold.held()).isTrue();
    assertThat(hold.untilNanos() - now).isBetween(40 * SECOND, 20 * MINUTE);
  }

  @Test
  void whatIsNotWorthHoldingIsNotHeld() {
    WarmthPolicy policy = WarmthPolicyKind.LEARNED_COST.create(settings);
    var dear = new WarmthSignals(SECOND, 0, 0.2);
    for (int i = 0; i < 20; i++) {
      policy.idle(now, dear);
      now += (3 + i) * MINUTE;
      policy.busy(now);
    }
    policy.idle(now, dear);
    assertThat(policy.hold(now)).isEqualTo(new Hold(false, Long.MAX_VALUE));
  }

  @Test
  void onlyTheLast64IdleTimesCount() {
    WarmthPolicy policy = WarmthPolicyKind.LEARNED_COST.create(settings);
    calls(policy, 200, 100 * MINUTE);
    calls(policy, 64, 5 * MINUTE);
    policy.idle(now, SIGNALS);
    assertThat(policy.hold(now + 5 * MINUTE).held()).isTrue();
    assertThat(policy.hold(now + 100 * MINUTE).held()).isFalse();
  }

  @Test
  void theHistogramCoversItsPercentilesWithTheirMargin() {
    WarmthPolicy policy = WarmthPolicyKind.HYBRID_HISTOGRAM.create(settings);
    policy.idle(now, SIGNALS);
    assertThat(policy.hold(now).untilNanos() - now).isEqualTo(240 * MINUTE);
    now += 20 * MINUTE;
    policy.busy(now);
    calls(policy, 99, 20 * MINUTE);
    policy.idle(now, SIGNALS);
    assertThat(policy.hold(now)).isEqualTo(new Hold(false, now + 18 * MINUTE - SECOND));
    assertThat(policy.hold(now + 18 * MINUTE).untilNanos() - now).isEqualTo(24 * MINUTE);
  }

  @Test
  void idleTimesBeyondTheHistogramAreForecast() {
    WarmthPolicy policy = WarmthPolicyKind.HYBRID_HISTOGRAM.create(settings);
    calls(policy, 10, 300 * MINUTE);
    policy.idle(now, SIGNALS);
    assertThat(policy.hold(now).held()).isFalse();
    assertThat(policy.hold(now + 254 * MINUTE).held()).isFalse();
    assertThat(policy.hold(now + 300 * MINUTE).held()).isTrue();
    assertThat(policy.hold(now + 346 * MINUTE).held()).isFalse();
  }

  @Test
  void qLearningLetsGoOfWhatIsNeverCalledInTime() {
    WarmthPolicy policy = WarmthPolicyKind.Q_LEARNING.create(settings);
    var dear = new WarmthSignals(2 * MINUTE, 0, 0.2);
    var meter = new HoldMeter(policy);
    long held = 0;
    for (int i = 0; i < 400; i++) {
      held = meter.heldNanos();
      meter.idle(now, dear);
      now += 60 * MINUTE;
      meter.busy(now);
    }
    assertThat(meter.heldNanos() - held).isLessThan(20 * MINUTE);
  }

  @Test
  void qLearningHoldsWhatIsCalledAllTheTime() {
    var meter = new HoldMeter(WarmthPolicyKind.Q_LEARNING.create(settings));
    long cold = 0;
    for (int i = 0; i < 2_000; i++) {
      cold = i == 1_000 ? meter.coldStarts() : cold;
      meter.idle(now, SIGNALS);
      now += 3 * MINUTE;
      meter.busy(now);
    }
    assertThat(meter.coldStarts() - cold).isLessThan(150);
  }

  @ParameterizedTest
  @EnumSource
  void aMeterAddsUpWhatAPolicyHoldsHoweverOftenItIsAsked(WarmthPolicyKind kind) {
    var seldom = new HoldMeter(kind.create(settings));
    var often = new HoldMeter(kind.create(settings));
    for (int i = 0; i < 100; i++) {
      seldom.idle(now, SIGNALS);
      often.idle(now, SIGNALS);
      long end = now + (1 + i * 37 % 50) * MINUTE;
      for (long at = now; at < end; at += 17 * SECOND) {
        often.advance(at);
      }
      now = end;
      assertThat(often.busy(now)).isEqualTo(seldom.busy(now));
    }
    assertThat(often.heldNanos()).isEqualTo(seldom.heldNanos()).isPositive();
    assertThat(often.coldStarts()).isEqualTo(seldom.coldStarts());
  }

  @Test
  void aColdStartIsWorthLessTheFullerTheMemory() {
    long free = ColdPrice.DEFAULT.worthNanos(SECOND, 125_000_000, 0);
    assertThat(free).isEqualTo(60 * MINUTE);
    assertThat(ColdPrice.DEFAULT.worthNanos(SECOND, 125_000_000, 0.5)).isEqualTo(free);
    assertThat(ColdPrice.DEFAULT.worthNanos(SECOND, 125_000_000, 1)).isEqualTo(free / 256);
    assertThat(ColdPrice.DEFAULT.worthNanos(2 * SECOND, 250_000_000, 0)).isEqualTo(free);
    assertThat(ColdPrice.DEFAULT.worthNanos(Long.MAX_VALUE, 0, 0)).isPositive();
  }

  private void calls(WarmthPolicy policy, int count, long gapNanos) {
    for (int i = 0; i < count; i++) {
      policy.idle(now, SIGNALS);
      now += gapNanos;
      policy.busy(now);
    }
  }
}
