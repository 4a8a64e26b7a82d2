package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is to end when the heap grows, at a heap of 1,000 bytes and times that the test says. */
class HeapBlameTest {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private final HeapBlame blame = new HeapBlame(1_000);

  @Test
  void growthThatPutsTheHeapAtRiskIsDangerAndSoIsAFullHeap() {
    assertThat(blame.isDanger(250, 300)).isFalse();
    assertThat(blame.isDanger(251, 300)).isTrue();
    assertThat(blame.isDanger(100, 750)).isFalse();
    assertThat(blame.isDanger(100, 751)).isTrue();
  }

  @Test
  void theOneThatAllocatedMostIsFirst() {
    assertThat(blame.isFirst("small", 100, 0)).isTrue();
    assertThat(blame.isFirst("large", 200, 0)).isTrue();
    assertThat(blame.isFirst("small", 150, 0)).isFalse();
    blame.clear("large");
    assertThat(blame.isFirst("small", 150, 0)).isTrue();
  }

  @Test
  void oneThatIsNotLookedAtAnyMoreIsNotWaitedFor() {
    assertThat(blame.isFirst("gone", 500, 0)).isTrue();
    assertThat(blame.isFirst("small", 100, 2_000 * MS)).isFalse();
    assertThat(blame.isFirst("small", 100, 2_001 * MS)).isTrue();
  }

  @Test
  void threeThatGrewTogetherAnswerForAThirdEach() {
    for (String turn : new String[] {"a", "b", "c"}) {
      boolean _ = blame.isFirst(turn, 200, 0);
    }
    blame.ends("a", 200, 600, 700, 0);
    assertThat(blame.remainingBytes(700, 0)).isEqualTo(500);
    blame.ends("b", 200, 400, 700, 0);
    assertThat(blame.remainingBytes(700, 0)).isEqualTo(300);
    blame.ends("c", 200, 200, 700, 0);
    assertThat(blame.remainingBytes(700, 0)).isEqualTo(100);
  }

  @Test
  void nobodyAnswersForMoreThanItAllocated() {
    boolean _ = blame.isFirst("only", 100, 0);
    blame.ends("only", 100, 600, 700, 0);
    assertThat(blame.remainingBytes(700, 0)).isEqualTo(600);
  }

  @Test
  void whatIsGivenBackNoLongerCountsAsToCome() {
    boolean _ = blame.isFirst("only", 400, 0);
    blame.ends("only", 400, 300, 500, 0);
    assertThat(blame.remainingBytes(500, 1)).isEqualTo(200);
    assertThat(blame.remainingBytes(300, 1)).isEqualTo(200);
    assertThat(blame.remainingBytes(200, 1)).isEqualTo(200);
    assertThat(blame.remainingBytes(150, 1)).isEqualTo(150);
  }

  @Test
  void whatDoesNotComeIsNotWaitedForForLong() {
    boolean _ = blame.isFirst("only", 400, 0);
    blame.ends("only", 400, 300, 500, 0);
    assertThat(blame.settledAfter(0, 2_999 * MS)).isFalse();
    assertThat(blame.remainingBytes(500, 3_000 * MS)).isEqualTo(500);
    assertThat(blame.settledAfter(0, 3_000 * MS)).isTrue();
    assertThat(blame.settledAfter(3_000 * MS, 3_001 * MS)).isFalse();
  }

  @Test
  void aHeapThatIsAllButFullWaitsForAMomentOnly() {
    assertThat(blame.isAllButFull(850, 0)).isFalse();
    assertThat(blame.isAllButFull(851, 0)).isTrue();
    boolean _ = blame.isFirst("only", 400, 0);
    blame.ends("only", 400, 300, 900, 0);
    assertThat(blame.isAllButFull(900, 19 * MS)).isFalse();
    assertThat(blame.isAllButFull(900, 20 * MS)).isTrue();
  }
}
