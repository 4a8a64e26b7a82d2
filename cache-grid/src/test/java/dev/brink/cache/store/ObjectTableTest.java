package dev.brink.cache.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ObjectTableTest {
  private final Slab slab = new Slab(8 << 20);
  private final ObjectTable table = new ObjectTable();

  private MemoryObject object(long key) {
    return MemoryObject.of(new StoreKey(-key, key), new byte[] {1}, new MemoryBody(slab));
  }

  @Test
  void isAMapThroughARandomHistory() {
    Map<Long, MemoryObject> expected = new HashMap<>();
    var random = new SplittableRandom(3);
    for (int i = 0; i < 60_000; i++) {
      long key = random.nextInt(9_000) * 0x9E3779B97F4A7C15L;
      switch (random.nextInt(4)) {
        case 0 -> assertThat(table.remove(key)).isSameAs(expected.remove(key));
        case 1 -> assertThat(table.get(key)).isSameAs(expected.get(key));
        default -> {
          MemoryObject object = object(key);
          assertThat(table.put(object)).isSameAs(expected.put(key, object));
        }
      }
      assertThat(table.size()).isEqualTo(expected.size());
    }
    expected.forEach((key, object) -> assertThat(table.get(key)).isSameAs(object));
    Set<MemoryObject> removed = new HashSet<>();
    table.removeAll(removed::add);
    assertThat(removed).containsExactlyInAnyOrderElementsOf(expected.values());
    assertThat(table.size()).isZero();
  }

  @Test
  void whatIsThereIsFoundWhileTheTableGrows() throws Exception {
    for (long key = 0; key < 500; key++) {
      table.put(object(key * 2_654_435_761L));
    }
    var done = new AtomicBoolean();
    var reader =
        CompletableFuture.supplyAsync(
            () -> {
              long missed = 0;
              var random = new SplittableRandom(5);
              while (!done.get()) {
                missed += table.get(random.nextInt(500) * 2_654_435_761L) == null ? 1 : 0;
              }
              return missed;
            });
    for (int i = 0; i < 100_000; i++) {
      table.put(object(-1L - i));
      if (i % 3 == 0) {
        table.remove(-1L - i / 2);
        table.put(object(i % 500 * 2_654_435_761L));
      }
    }
    done.set(true);
    assertThat(reader.get()).isZero();
  }
}
