package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes, really killed: no acknowledged write of a durable namespace is lost, or left out
 * of a list.
 */
class DurableProcessTest {
  @TempDir Path directory;

  @Test
  @Tag("long")
  @Timeout(240)
  void noAcknowledgedWriteIsLostByKillsAndARestartOfAll() throws Exception {
    List<NodeProcess> nodes = new ArrayList<>();
    try {
      nodes.add(NodeProcess.startDurable(1, directory));
      String seed = nodes.getFirst().address();
      nodes.add(NodeProcess.startDurable(2, directory, seed));
      nodes.add(NodeProcess.startDurable(3, directory, seed));
      for (NodeProcess node : nodes) {
        await("the store is kept by three", () -> keepers(node).equals("3 of 3"));
      }
      List<String> acknowledged = new ArrayList<>();
      acknowledged.addAll(write(nodes.get(0), "a", 60));
      acknowledged.addAll(write(nodes.get(2), "b", 60));
      assertAllThere(nodes.get(1), acknowledged);

      nodes.get(1).kill();
      acknowledged.addAll(write(nodes.get(0), "c", 60));
      assertAllThere(nodes.get(2), acknowledged);

      for (NodeProcess node : List.of(nodes.get(0), nodes.get(2))) {
        node.kill();
      }
      nodes.clear();
      nodes.add(NodeProcess.startDurable(3, directory));
      seed = nodes.getFirst().address();
      nodes.add(NodeProcess.startDurable(1, directory, seed));
      nodes.add(NodeProcess.startDurable(2, directory, seed));
      for (NodeProcess node : nodes) {
        await("the store is whole again", () -> keepers(node).equals("3 of 3"));
      }
      for (NodeProcess node : nodes) {
        assertAllThere(node, acknowledged);
      }
      acknowledged.addAll(write(nodes.get(1), "d", 5));
      assertAllThere(nodes.get(2), acknowledged);
    } finally {
      for (NodeProcess node : nodes) {
        node.kill();
      }
    }
  }

  /** Writes until so many are acknowledged; what was refused meanwhile is tried again. */
  private static List<String> write(NodeProcess node, String prefix, int count) throws Exception {
    List<String> keys = IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    for (String key : keys) {
      await(key + " is written", () -> ask(node, "dput " + key + " of-" + key).equals("done"));
    }
    return keys;
  }

  private static void assertAllThere(NodeProcess node, List<String> keys) {
    await("lists", () -> !ask(node, "dlist").startsWith("?"));
    assertThat(ask(node, "dlist").split(",", -1))
        .as("listed by index, which those that are on the disk come to by no write")
        .isEqualTo(keys.stream().sorted().toArray());
    for (String key : keys) {
      await("answers for " + key, () -> !ask(node, "dget " + key).startsWith("?"));
      assertThat(ask(node, "dget " + key)).isEqualTo("of-" + key);
    }
  }

  private static String keepers(NodeProcess node) {
    return ask(node, "keepers");
  }

  private static String ask(NodeProcess node, String question) {
    try {
      return node.ask(question);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
