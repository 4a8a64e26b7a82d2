package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.Change;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.StoreKey;
import dev.brink.grid.Grid;
import dev.brink.grid.NetworkPreset;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.link.Links;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The looks of a node at whether it hears of every purge. */
class ContactTest {
  @Test
  void aLookThatEndsWithAnErrorIsNotTheLast(@TempDir Path directory) throws Exception {
    var looks = new CountDownLatch(3);
    try (Grid grid =
            Grid.builder()
                .nodeId(new UUID(0, 1))
                .name("node")
                .network(NetworkPreset.LOCAL)
                .workDirectory(directory)
                .start();
        EventLoops loops = EventLoops.create(1, "test-io");
        var links = new Links(loops, null, new Unheard());
        var cache = new EdgeCache("node", links, MemoryStore.ofBytes(1 << 20), false)) {
      var records =
          PurgeRecords.of(cache, grid, new UnrecordedPurges(directory.resolve("unrecorded")));
      try (var contact = new Contact(cache, grid, links, records, true)) {
        cache.untold().known(() -> Set.of("away"));
        var change = new Change("tenant", "kept.example/a", StoreKey.of("a"), true);
        cache.untold().add(change, List.of());
        cache
            .untold()
            .known(
                () -> {
                  looks.countDown();
                  throw new OutOfMemoryError("as a test wants it");
                });
        contact.start();
        assertThat(looks.await(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }
}
