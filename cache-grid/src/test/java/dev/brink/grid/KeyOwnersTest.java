package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.awaitMembers;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.ignite.cache.affinity.Affinity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyOwnersTest {
  @TempDir Path directory;

  @Test
  void theOwnerOfAKeyIsTheMemberWithItsPrimaryCopy() {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(1);
      KeyValue keys = first.keyValue(Namespace.of("t", "owned"));
      assertThat(keys.owner("0")).as("it is not waited for").isEmpty();
      await("it is known", () -> keys.owner("0").equals(Optional.of(first.self().id())));

      Grid second = grids.start(2, first);
      awaitMembers(2, first, second);
      Affinity<String> affinity =
          requireNonNull(((GridNode) first).engine().session())
              .namespaces()
              .ignite()
              .affinity(KeyValueCaches.MEMORY + KeyValueCaches.RECORDS);
      await(
          "keys have moved",
          () -> affinity.primaryPartitions(affinity.mapKeyToNode("t/owned/0")).length < 64);
      Set<UUID> owners = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        String key = "" + i;
        await("the owner of " + i, () -> keys.owner(key).equals(primary(affinity, key)));
        owners.add(keys.owner(key).orElseThrow());
      }
      assertThat(owners).containsExactlyInAnyOrder(first.self().id(), second.self().id());
    }
  }

  private static Optional<UUID> primary(Affinity<String> affinity, String key) {
    return Optional.of(
        UUID.fromString(affinity.mapKeyToNode("t/owned/" + key).consistentId().toString()));
  }
}
