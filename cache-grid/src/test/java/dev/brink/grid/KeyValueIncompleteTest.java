package dev.brink.grid;

import static dev.brink.grid.Grids.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A value whose chunks are not all there any more. */
class KeyValueIncompleteTest {
  @TempDir Path directory;

  @Test
  void itsReadFailsAtOnceUntilItIsReplaced() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      KeyValue at =
          grid.keyValue(Namespace.of("default", "parts")).withTimeout(Duration.ofSeconds(20));
      get(at.put("key", Values.random(600_000)));
      StoreCaches caches = requireNonNull(new MemoryPlace(((GridNode) grid).engine()).caches());
      StoredValue stored = StoredValue.decode("key", caches.records().get("default/parts/key"));
      assertThat(caches.chunks().remove(requireNonNull(stored.blob()).id() + "/1")).isTrue();
      assertThatThrownBy(() -> get(at.get("key")))
          .hasMessageContaining("the value of key is not whole");
      get(at.put("key", Values.random(500_000)));
      assertThat(get(at.get("key")).orElseThrow().value()).isEqualTo(Values.random(500_000));
    }
  }

  @Test
  void allChunksOfOneThatCouldNotBeStoredAreCollected() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      KeyValue at = grid.keyValue(Namespace.of("default", "failed"));
      get(at.put("key", Values.random(6 * KeyValueBlobs.CHUNK_BYTES)));
      StoreCaches caches = requireNonNull(new MemoryPlace(((GridNode) grid).engine()).caches());
      StoredValue stored = StoredValue.decode("key", caches.records().get("default/failed/key"));
      UUID blob = requireNonNull(stored.blob()).id();
      for (int missing : new int[] {0, 2, 3, 4}) {
        assertThat(caches.chunks().remove(blob + "/" + missing)).isTrue();
      }
      assertThat(KeyValueBlobs.remove(caches, blob)).isEqualTo(2);
      assertThat(caches.chunks().size()).isZero();
      assertThat(caches.blobs().size()).isZero();
    }
  }
}
