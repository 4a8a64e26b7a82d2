package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Limits without anything that runs: time is what the test says. */
class InvocationLimitsTest {
  private static final long MILLI = 1_000_000;

  private final LimitCounts counts = new LimitCounts();
  private final InvocationLimits limits =
      new InvocationLimits(
          new FunctionLimits(
              Duration.ofMillis(50), Duration.ofMillis(200), 64L << 20, 1_000, 1_000, 3, 1),
          counts,
          null);

  @Test
  void processorTimeIsThatOfAllTurns() {
    limits.begin(0, Long.MAX_VALUE);
    assertThat(limits.over(50 * MILLI, 0, 1)).isNull();
    limits.charge(30 * MILLI, 10);
    assertThat(limits.cpuNanosLeft()).isEqualTo(20 * MILLI);
    assertThat(limits.over(20 * MILLI, 0, 1)).isNull();
    assertThat(code(limits.over(20 * MILLI + 1, 0, 1))).isEqualTo(Code.CPU_LIMIT);
    assertThat(limits.chargeElsewhere(20 * MILLI)).isNull();
    assertThat(code(limits.chargeElsewhere(1))).isEqualTo(Code.CPU_LIMIT);
    assertThat(limits.cpuNanosLeft()).isZero();
    assertThat(limits.allocatedBytes()).isEqualTo(10);
  }

  @Test
  void wallTimeEndsWithTheLimitOrTheCallersPatience() {
    limits.begin(0, 1_000 * MILLI);
    assertThat(limits.over(0, 0, 200 * MILLI)).isNull();
    assertThat(code(limits.over(0, 0, 200 * MILLI + 1))).isEqualTo(Code.WALL_LIMIT);
    limits.begin(0, 100 * MILLI);
    assertThat(code(limits.over(0, 0, 100 * MILLI + 1))).isEqualTo(Code.WALL_LIMIT);
    limits.outlive(900 * MILLI);
    assertThat(limits.over(0, 0, 900 * MILLI)).isNull();
  }

  @Test
  void anInvocationThatOutlivesItsLimitBeginsAnewWithEachThingToDo() {
    limits.begin(0, Long.MAX_VALUE);
    limits.charge(40 * MILLI, 0);
    limits.outlive(Long.MAX_VALUE);
    assertThat(limits.cpuNanosLeft()).isEqualTo(50 * MILLI);
    limits.charge(40 * MILLI, 0);
    assertThat(limits.cpuNanosLeft()).isEqualTo(10 * MILLI);
    for (int i = 0; i < 4; i++) {
      assertThat(limits.takeSubrequest()).isEqualTo(i < 3);
    }
    limits.renew();
    assertThat(limits.cpuNanosLeft()).isEqualTo(50 * MILLI);
    assertThat(limits.cpuNanos()).isEqualTo(80 * MILLI);
    assertThat(limits.refusal()).isNull();
    assertThat(limits.takeSubrequest()).isTrue();
    assertThat(limits.subrequests()).isEqualTo(4);
  }

  @Test
  void windingUpHasAMomentOfItsOwnAndNoMore() {
    var ample =
        new InvocationLimits(
            new FunctionLimits(
                Duration.ofMillis(500), Duration.ofMillis(200), 64L << 20, 1_000, 1_000, 3, 1),
            counts,
            null);
    ample.begin(System.nanoTime(), Long.MAX_VALUE);
    ample.charge(300 * MILLI, 0);
    ample.windUp();
    assertThat(ample.cpuNanosLeft()).as("enough").isEqualTo(200 * MILLI);
    ample.charge(400 * MILLI, 0);
    ample.windUp();
    ample.windUp();
    assertThat(ample.cpuNanosLeft()).isEqualTo(100 * MILLI);
    limits.begin(System.nanoTime() - 1_000 * MILLI, Long.MAX_VALUE);
    limits.charge(60 * MILLI, 0);
    assertThat(limits.endNanos() - System.nanoTime()).isNegative();
    limits.windUp();
    assertThat(limits.cpuNanosLeft()).as("never more than the limit").isEqualTo(50 * MILLI);
    assertThat(limits.endNanos() - System.nanoTime()).isLessThanOrEqualTo(100 * MILLI);
  }

  @Test
  void whatItMayNotHaveIsRefusedAndCountedOnce() {
    assertThat(limits.refusal()).isNull();
    for (int i = 0; i < 3; i++) {
      assertThat(limits.takeSubrequest()).isTrue();
    }
    assertThat(limits.takeSubrequest()).isFalse();
    assertThat(limits.takeSubrequest()).isFalse();
    assertThat(limits.subrequests()).isEqualTo(3);
    assertThat(code(limits.refusal())).isEqualTo(Code.SUBREQUEST_LIMIT);
    assertThat(counts.of(Limit.SUBREQUESTS)).isEqualTo(1);

    for (int i = 0; i < InvocationLimits.MAX_PENDING; i++) {
      assertThat(limits.takePending()).isTrue();
    }
    assertThat(limits.takePending()).isFalse();
    assertThat(code(limits.refusal())).isEqualTo(Code.PENDING_LIMIT);
    limits.givePending();
    assertThat(limits.takePending()).isTrue();
    assertThat(counts.of(Limit.PENDING)).isEqualTo(1);
  }

  @Test
  void whatItPrintsIsCutOnce() {
    assertThat(limits.log().take(LogRoom.MAX_CHARS - 1)).isEqualTo((64 << 10) - 1);
    assertThat(counts.of(Limit.LOG)).isZero();
    assertThat(limits.log().take(10)).isEqualTo(1);
    assertThat(limits.log().take(10)).isZero();
    assertThat(limits.log().take(Integer.MAX_VALUE)).isZero();
    assertThat(counts.of(Limit.LOG)).isEqualTo(1);
  }

  private static Code code(@Nullable FunctionException why) {
    return Objects.requireNonNull(why, "why").code();
  }
}
