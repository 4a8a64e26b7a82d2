package dev.brink.mesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronScheduleTest {
  /** 2026-11-27 is a Friday. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          * * * * *            | 2026-11-27T12:34:00Z | true
          */5 * * * *          | 2026-11-27T12:35:00Z | true
          */5 * * * *          | 2026-11-27T12:34:00Z | false
          3/20 * * * *         | 2026-11-27T12:43:00Z | true
          0 9-17/4 * * mon-fri | 2026-11-27T13:00:00Z | true
          0 9-17/4 * * mon-fri | 2026-11-28T13:00:00Z | false
          0 0,12 1,27 NOV *    | 2026-11-27T12:00:00Z | true
          0 0,12 1,27 NOV *    | 2026-10-27T12:00:00Z | false
          0 12 1 * 5           | 2026-11-27T12:00:00Z | true
          0 12 1 * 5           | 2026-12-01T12:00:00Z | true
          0 12 1 * 5           | 2026-12-02T12:00:00Z | false
          0 12 */2 * FRI       | 2026-11-27T12:00:00Z | true
          0 12 */2 * FRI       | 2026-12-04T12:00:00Z | false
          0 12 * * 0           | 2026-11-29T12:00:00Z | true
          0 12 * * 7           | 2026-11-29T12:00:00Z | true
          0 12 * * SUN,SAT     | 2026-11-29T12:00:00Z | true
          59 23 31 12 *        | 2026-12-31T23:59:00Z | true
          """)
  void matches(String expression, Instant minute, boolean matches) {
    assertThat(CronSchedule.parse(expression).matches(minute)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "1, * * * *",
        "x * * * *",
        "* * * SUN *",
        "-1 * * * *",
        "@daily"
      })
  void refuses(String expression) {
    assertThatThrownBy(() -> CronSchedule.parse(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "schedule: "
                + expression
                + " (expected: minute hour day month weekday, as in crontab)");
  }
}
