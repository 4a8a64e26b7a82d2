package dev.brink.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bars of docs/cache-policy.md, on the traces that come with Caffeine's simulator. */
@Tag("long")
class TraceBarsTest {
  @Test
  @Timeout(900)
  void neverFarBehindTheBestAndAPointAheadOnHalfOfTheRows() {
    List<TraceMain.Row> rows =
        TraceMain.traces().stream()
            .flatMap(trace -> TraceMain.rows(trace, Goal.OBJECT_HITS).stream())
            .toList();

    assertThat(rows).hasSize(15);
    assertThat(rows)
        .allSatisfy(row -> assertThat(row.ahead()).as("%s", row).isGreaterThan(-0.3))
        .allSatisfy(row -> assertThat(row.brink() - row.lru()).as("%s", row).isGreaterThan(-1));
    assertThat(rows.stream().filter(row -> row.ahead() >= 1)).hasSizeGreaterThanOrEqualTo(8);
  }
}
