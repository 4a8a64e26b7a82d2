package dev.brink.mesh.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.grid.Stamp;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RemovalsTest {
  @Test
  void onlyTheLastAreRemembered() {
    var removals = new Removals();
    for (int i = 0; i <= Removals.MAX; i++) {
      removals.put("t/f" + i, new Stamp(i, 0, new UUID(0, 1)));
    }
    assertThat(removals).hasSize(Removals.MAX).doesNotContainKey("t/f0").containsKey("t/f1");
  }
}
