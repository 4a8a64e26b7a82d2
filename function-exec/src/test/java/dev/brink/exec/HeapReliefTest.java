package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.HeapRelief.Due;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * When instances go for want of memory, at a heap of 1,000 bytes, of which 850 may be held and 920
 * are dangerous, and collections and times that the test says.
 */
class HeapReliefTest {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final HeapRelief relief = new HeapRelief(1_000, HeapMark.SHORT.percent(), 500, 0);

  /** No collection since the last look, and none that was let go is there. */
  private boolean look(long heldBytes) {
    return relief.look(heldBytes, 0, () -> false, 0);
  }

  @Test
  void whatMayBeHeldIsNotLookedInto() {
    assertThat(look(850)).isFalse();
    assertThat(look(851)).isTrue();
  }

  @Test
  void whatCameOnTopIsExpectedOnceMore() {
    assertThat(relief.look(700, 1, () -> false, 0)).isTrue();
    assertThat(relief.collected(700, 0)).isEqualTo(new Due(700, false, true));
    assertThat(relief.look(700, 1, () -> false, 0)).isTrue();
    assertThat(relief.look(700, 2, () -> false, 0)).isFalse();
  }

  @Test
  void twiceAsManyGoEachTimeUntilThereIsRoom() {
    for (int atOnce : new int[] {1, 2, 4, 8, 16, 32, 64, 64}) {
      assertThat(relief.atOnce()).isEqualTo(atOnce);
      relief.letGo(0);
    }
    assertThat(look(850)).isFalse();
    assertThat(relief.atOnce()).isEqualTo(1);
  }

  @Test
  void whatACollectionFreesIsNotLookedIntoAgainForTenMinutes() {
    relief.letGo(0);
    assertThat(look(900)).isTrue();
    assertThat(relief.collected(850, 0)).isEqualTo(new Due(0, false, false));
    assertThat(relief.atOnce()).isEqualTo(1);
    assertThat(relief.look(920, 0, () -> false, 10 * MINUTE - 1)).isFalse();
    assertThat(relief.look(920, 0, () -> false, 10 * MINUTE)).isTrue();
  }

  @Test
  void dangerIsLookedIntoAtOnce() {
    assertThat(look(900)).isTrue();
    assertThat(relief.collected(850, 0).letGo()).isFalse();
    assertThat(look(921)).isTrue();
  }

  @Test
  void thoseThatWereLetGoEndOnlyWhereItIsDangerous() {
    assertThat(look(920)).isTrue();
    assertThat(relief.collected(920, 0)).isEqualTo(new Due(920, false, true));
    assertThat(look(921)).isTrue();
    assertThat(relief.collected(921, 0)).isEqualTo(new Due(921, true, true));
  }

  @Test
  void withoutACollectionOfItsOwnItActsInDangerOnlyAndAfterTwoOfTheJvm() {
    relief.letGo(5);
    assertThat(look(920)).isTrue();
    assertThat(relief.notCollected(7)).isEqualTo(new Due(0, false, false));
    assertThat(look(921)).isTrue();
    assertThat(relief.notCollected(6)).isEqualTo(new Due(0, false, false));
    assertThat(relief.notCollected(7)).isEqualTo(new Due(921, true, true));
  }

  @Test
  void eightRoundsThatFreedNextToNothingAreInVain() {
    for (int i = 0; i < 8; i++) {
      assertThat(relief.begin(880)).isTrue();
    }
    assertThat(relief.begin(860)).isFalse();
  }

  @Test
  void eightThatFreedSomeAreNot() {
    for (int i = 0; i < 8; i++) {
      assertThat(relief.begin(880)).isTrue();
    }
    for (int i = 0; i < 8; i++) {
      assertThat(relief.begin(859)).isTrue();
    }
    assertThat(relief.begin(859)).isFalse();
  }

  @Test
  void whatIsHeldByNobodyCountsOnceItHasGrownByATwentieth() {
    relief.letGo(0);
    relief.giveUp(860);
    assertThat(relief.atOnce()).isEqualTo(1);
    assertThat(look(910)).isFalse();
    assertThat(look(911)).isTrue();
    assertThat(relief.collected(910, 0)).isEqualTo(new Due(910, false, false));
    assertThat(relief.collected(911, 0)).isEqualTo(new Due(911, false, true));
  }

  @Test
  void orOnceItIsDangerous() {
    relief.giveUp(900);
    assertThat(look(920)).isFalse();
    assertThat(look(921)).isTrue();
    relief.giveUp(921);
    assertThat(look(971)).isFalse();
    assertThat(look(972)).isTrue();
  }

  @Test
  void whereItIsHopelessThoseThatWereLetGoStillEnd() {
    relief.giveUp(930);
    assertThat(relief.look(940, 0, () -> false, 0)).isFalse();
    assertThat(relief.look(940, 0, () -> true, 0)).isTrue();
    assertThat(relief.collected(940, 0)).isEqualTo(new Due(940, true, false));
  }

  @Test
  void roomMakesItForgetThatItGaveUp() {
    relief.giveUp(860);
    assertThat(look(900)).isFalse();
    assertThat(look(850)).isFalse();
    assertThat(look(900)).isTrue();
  }

  @Test
  void itWaitsTwiceForWhatMayTurnOutToBeUsedByNobody() {
    assertThat(relief.postpone()).isTrue();
    assertThat(relief.postpone()).isTrue();
    assertThat(relief.postpone()).isFalse();
    relief.giveUp(860);
    assertThat(relief.postpone()).isTrue();
  }
}
