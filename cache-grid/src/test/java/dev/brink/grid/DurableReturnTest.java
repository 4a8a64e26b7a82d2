package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionTopology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Durable stores of which all nodes were stopped, and not all come back as they were. */
@Timeout(240)
class DurableReturnTest {
  private static final List<String> KEYS = IntStream.range(0, 50).mapToObj(i -> "key" + i).toList();

  @TempDir Path directory;

  @Test
  void oneThatIsGoneForGoodIsForgotten() throws Exception {
    write(2);
    try (Grids grids = new Grids(directory)) {
      Grid second = start(grids, 2);
      await("it says who is missing", () -> second.missingKeepers().equals(Set.of(Grids.id(1))));
      assertThat(second.durableReady()).isFalse();

      assertThat(second.forget(Grids.id(3))).isFalse();
      assertThat(second.forget(Grids.id(1))).isTrue();

      awaitKeepers("1 of 1", second);
      assertAllThere(second);
      get(durable(second).put("new", bytes("value")));
      assertThat(second.missingKeepers()).isEmpty();
    }
  }

  @Test
  void oneMayComeLateWithAnEmptyDirectory() throws Exception {
    write(3);
    delete(directory.resolve("node3"));
    try (Grids grids = new Grids(directory)) {
      Grid second = start(grids, 2);
      Grid first = start(grids, 1, second);
      awaitKeepers("2 of 3", first, second);
      assertAllThere(second);

      Grid third = start(grids, 3, second);
      awaitKeepers("3 of 3", first, second, third);
      awaitCopies();
      first.close();
      awaitKeepers("2 of 3", second, third);
      assertAllThere(third);
    }
  }

  @Test
  void oneMayBeReplacedByAnother() throws Exception {
    write(3);
    try (Grids grids = new Grids(directory)) {
      Grid third = start(grids, 3);
      Grid second = start(grids, 2, third);
      awaitKeepers("2 of 3", second, third);
      Grid other = start(grids, 4, third);
      awaitKeepers("3 of 4", second, third, other);
      assertThat(second.forget(Grids.id(1))).isTrue();
      awaitKeepers("3 of 3", second, third, other);
      assertAllThere(other);
    }
  }

  /** Acknowledged by so many nodes, which are stopped then, the first first. */
  private void write(int nodes) throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid first = start(grids, 1);
      Grid[] all =
          IntStream.rangeClosed(1, nodes)
              .mapToObj(n -> n == 1 ? first : start(grids, n, first))
              .toArray(Grid[]::new);
      awaitKeepers(nodes + " of " + nodes, all);
      for (String key : KEYS) {
        get(durable(first).put(key, bytes("of " + key)));
      }
      awaitCopies();
      for (Grid grid : all) {
        grid.close();
      }
    }
  }

  private static void assertAllThere(Grid grid) throws Exception {
    for (String key : KEYS) {
      assertThat(get(durable(grid).get(key)).orElseThrow().text()).isEqualTo("of " + key);
    }
  }

  private static Grid start(Grids grids, int n, Grid... seeds) {
    return grids.start(grids.options(n).durable(true).seeds(Grids.addresses(seeds)));
  }

  private static void awaitKeepers(String expected, Grid... grids) {
    for (Grid grid : grids) {
      await(
          grid.self().name() + ": the store is kept by " + expected,
          () -> ((GridNode) grid).keepers().equals(expected));
    }
  }

  /** Until a new keeper has its part, only the others have it whole. */
  private static void awaitCopies() {
    await(
        "each partition is on two members",
        () ->
            Ignition.allGrids().stream()
                .filter(ignite -> ignite.name().startsWith("brink-durable-"))
                .allMatch(DurableReturnTest::isCopied));
  }

  private static boolean isCopied(Ignite ignite) {
    GridDhtPartitionTopology partitions =
        ((IgniteEx) ignite)
            .cachex(DurableSettings.STORE + KeyValueCaches.RECORDS)
            .context()
            .topology();
    return IntStream.range(0, partitions.partitions())
        .allMatch(partition -> partitions.owners(partition).size() == 2);
  }

  private static KeyValue durable(Grid grid) {
    return grid.keyValue(Namespace.durable("default", "test"));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
