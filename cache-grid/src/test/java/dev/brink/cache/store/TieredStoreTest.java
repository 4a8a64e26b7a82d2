package dev.brink.cache.store;

import static dev.brink.cache.store.DiskStoreTest.get;
import static dev.brink.cache.store.DiskStoreTest.key;
import static dev.brink.cache.store.DiskStoreTest.put;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in one tier never hides what has happened in the other. */
class TieredStoreTest {
  private static final int ROUNDS = 300;

  @TempDir Path directory;

  private final MemoryStore memory = MemoryStore.ofBytes(1 << 20);
  private DiskStore disk;
  @AutoClose private TieredStore store;

  @BeforeEach
  void open() throws IOException {
    disk = DiskStore.open(directory, 64 << 20);
    store = TieredStore.of(memory, disk);
  }

  private void onDiskOnly(int number) {
    put(store, number, 3);
    disk.written().join();
    memory.clear();
  }

  private static void close(@Nullable CompletionStage<@Nullable StoredObject> loading) {
    StoredObject loaded = loading == null ? null : loading.toCompletableFuture().join();
    if (loaded != null) {
      loaded.close();
    }
  }

  @Test
  void whatIsRemovedWhileItIsLoadedIsNotBroughtBack() {
    for (int i = 0; i < ROUNDS; i++) {
      onDiskOnly(i);
      var loading = store.load(key(i));
      store.remove(key(i));
      close(loading);
      assertThat(get(store, i)).as("object %d", i).isNull();
    }
  }

  @Test
  void allThatIsClearedWhileItIsLoadedIsGone() {
    for (int i = 0; i < ROUNDS; i++) {
      onDiskOnly(i);
      var loading = store.load(key(i));
      store.clear();
      close(loading);
      assertThat(get(store, i)).as("object %d", i).isNull();
    }
  }

  @Test
  void whatIsReplacedWhileItIsLoadedStaysReplaced() {
    for (int i = 0; i < ROUNDS; i++) {
      onDiskOnly(i);
      var loading = store.load(key(i));
      put(store, i, 4);
      memory.remove(key(i));
      close(loading);
      assertThat(get(store, i)).as("object %d", i).hasSize(4);
    }
  }

  @Test
  void whatIsRemovedWhileItsHeadIsReplacedIsNotBroughtBack() throws Exception {
    try (var removing = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < 10 * ROUNDS; i++) {
        int number = i;
        put(store, number, 3);
        try (StoredObject present = requireNonNull(store.find(key(number)))) {
          Future<?> removed = removing.submit(() -> store.remove(key(number)));
          for (int spin = i % 100; spin > 0; spin--) {
            Thread.onSpinWait();
          }
          var _ = store.replaceHead(present, ("head " + i).getBytes(US_ASCII), Worth.UNKNOWN);
          removed.get();
        }
        assertThat(get(store, number)).as("object %d", i).isNull();
      }
    }
  }

  @Test
  void whatIsTooLargeForMemoryTakesThePlaceOfWhatIsThere() {
    put(store, 1, 5);
    put(store, 1, 500_000);
    assertThat(get(store, 1)).hasSize(500_000);
    disk.written().join();
    assertThat(get(store, 1)).hasSize(500_000);
  }

  @Test
  void whatMemoryIsTooSmallForIsServedFromDisk() throws IOException {
    DiskStore below = DiskStore.open(directory.resolve("other"), 16 << 20);
    try (TieredStore small = TieredStore.of(MemoryStore.ofBytes(64 << 10), below)) {
      put(small, 1, 20_000);
      below.written().join();
      assertThat(get(small, 1)).hasSize(20_000);
    }
  }
}
