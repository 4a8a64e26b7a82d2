package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All members stop at once, as when their machine sleeps. */
@Tag("long")
class GridFreezeTest {
  private static final int ROUNDS = 5;

  @TempDir Path directory;

  @Test
  @Timeout(300) // each failure in a row waits longer before Ignite is started again
  void allTakeWritesAgainAfterAllWereFrozenForLongerThanTheyArePatient() throws Exception {
    try (NodeProcess first = NodeProcess.start(NetworkPreset.LOCAL, 1, directory);
        NodeProcess second = NodeProcess.start(NetworkPreset.LOCAL, 2, directory, first.address());
        NodeProcess third = NodeProcess.start(NetworkPreset.LOCAL, 3, directory, first.address())) {
      List<NodeProcess> all = List.of(first, second, third);
      awaitWhole(all);
      for (int round = 0; round < ROUNDS; round++) {
        for (NodeProcess node : all) {
          node.freeze();
        }
        Thread.sleep(NetworkPreset.LOCAL.failureDetection().multipliedBy(8).dividedBy(5));
        for (NodeProcess node : all) {
          node.thaw();
        }
        for (NodeProcess node : all) {
          String value = "round" + round;
          Grids.await("writes in " + value, () -> put(node, value).equals("done"));
        }
        awaitWhole(all);
        assertThat(first.value("key")).isEqualTo("round" + round);
      }
    }
  }

  private static void awaitWhole(List<NodeProcess> all) {
    for (NodeProcess node : all) {
      Grids.await("sees all", () -> members(node) == all.size());
    }
  }

  private static String put(NodeProcess node, String value) {
    try {
      return node.put("key", value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int members(NodeProcess node) {
    try {
      return node.members();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
