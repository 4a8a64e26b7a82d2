package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What happens in a full table while its older half is summed up. */
class PurgeTableTest {
  private static final int ROUNDS = 100_000;
  private static final int NAMES = 8;

  private final PurgeTable table = new PurgeTable(16);
  private final AtomicLong clock = new AtomicLong();
  private final AtomicBoolean over = new AtomicBoolean();

  private void add(String tag, boolean soft, long stamp) {
    var _ = table.add(new Purge(Purge.Scope.TAG, "", tag, soft, stamp));
  }

  private interface Closing extends AutoCloseable {
    @Override
    void close();
  }

  @Test
  void aPurgeThatComesMeanwhileIsNotLost() {
    try (var others = Executors.newSingleThreadExecutor();
        var _ = (Closing) () -> over.set(true)) {
      others.execute(
          () -> {
            for (int i = 0; !over.get(); i++) {
              add("soft" + i, true, clock.incrementAndGet());
            }
          });
      long[] stamps = new long[NAMES];
      for (int i = 0; i < ROUNDS; i++) {
        int name = i % NAMES;
        if (i >= NAMES) {
          assertThat(table.of("", "", "", List.of("hard" + name), stamps[name]))
              .as("round %d", i)
              .isEqualTo(PurgeTable.Standing.HARD);
        }
        stamps[name] = clock.incrementAndGet();
        add("hard" + name, false, stamps[name]);
      }
    }
  }
}
