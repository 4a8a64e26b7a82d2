package dev.brink.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineTest {
  private final List<String> asleep = new ArrayList<>();
  private final List<String> deciding = new ArrayList<>();
  private final Engine engine =
      new Engine(10, 0, 0, slots -> List.of(new Told(slots, asleep), new Told(slots, deciding)));

  @Test
  void whatIsTriedOutMovesNothingButWhatDecides() {
    for (int key = 1; key <= 10; key++) {
      assertThat(engine.admit(key, 1, 1, key, _ -> {})).isTrue();
    }
    asleep.clear();
    deciding.clear();

    assertThat(engine.tryOut(11, 1, 1, 11)).isTrue();
    assertThat(asleep).isEmpty();
    assertThat(deciding).containsExactly("added 11", "victim", "removed 11");
    assertThat(engine.find(11)).isEqualTo(Slots.NONE);
    assertThat(engine.slots().count()).isEqualTo(10);
    assertThat(engine.slots().totalBytes()).isEqualTo(10);

    deciding.clear();
    assertThat(engine.admit(11, 1, 1, 12, _ -> {})).isTrue();
    assertThat(asleep).containsExactly("added 11", "removed 1");
    assertThat(deciding).containsExactly("added 11", "victim", "removed 1");
  }

  /** Writes down what it is told, and gives up what has been there for longest. */
  private static final class Told implements Rule {
    private final Slots slots;
    private final List<String> told;
    private final List<Integer> order = new ArrayList<>();

    Told(Slots slots, List<String> told) {
      this.slots = slots;
      this.told = told;
    }

    @Override
    public void resize(int count) {}

    @Override
    public void added(int slot, int evictionsSince) {
      told.add("added " + slots.key(slot));
      order.add(slot);
    }

    @Override
    public void used(int slot) {}

    @Override
    public void resized(int slot, long difference) {}

    @Override
    public void removed(int slot) {
      told.add("removed " + slots.key(slot));
      boolean _ = order.remove(/* element */ (Integer) slot);
    }

    @Override
    public int victim(int incoming) {
      told.add("victim");
      return order.getFirst();
    }
  }
}
