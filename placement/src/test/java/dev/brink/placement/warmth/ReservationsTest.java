package dev.brink.placement.warmth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReservationsTest {
  private final Reservations reserved = new Reservations();

  @Test
  void thoseAroundATimeAreCounted() {
    var random = new Random(7);
    Map<String, Long> all = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      String id = "f" + random.nextInt(40);
      if (random.nextInt(3) == 0) {
        assertThat(reserved.remove(id) == null).isEqualTo(all.remove(id) == null);
      } else {
        long at = random.nextLong(-50, 50);
        reserved.put(id, 1, at);
        all.put(id, at);
      }
      long time = random.nextLong(-60, 60);
      long within = random.nextLong(0, 20);
      double most = random.nextInt(12) / 2.0;
      long meeting = all.values().stream().filter(at -> Math.abs(at - time) < within).count();
      assertThat(reserved.fewerThan(most, time, within)).isEqualTo(meeting < most);
    }
  }

  @Test
  void timesMayBeVeryFar() {
    reserved.put("soon", 1, Long.MIN_VALUE + 5);
    reserved.put("late", 1, Long.MAX_VALUE - 5);
    assertThat(reserved.fewerThan(1, Long.MIN_VALUE + 1, 10)).isFalse();
    assertThat(reserved.fewerThan(1, Long.MAX_VALUE - 1, 10)).isFalse();
    assertThat(reserved.fewerThan(1, 0, Long.MAX_VALUE / 2)).isTrue();
    assertThat(reserved.remove("soon")).isEqualTo(new Reservations.Reserved(1, Long.MIN_VALUE + 5));
  }
}
