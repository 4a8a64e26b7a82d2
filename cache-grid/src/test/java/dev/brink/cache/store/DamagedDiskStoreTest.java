package dev.brink.cache.store;

import static dev.brink.cache.store.DiskStoreTest.body;
import static dev.brink.cache.store.DiskStoreTest.files;
import static dev.brink.cache.store.DiskStoreTest.get;
import static dev.brink.cache.store.DiskStoreTest.key;
import static dev.brink.cache.store.DiskStoreTest.load;
import static dev.brink.cache.store.DiskStoreTest.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store on disk makes of files that are torn, damaged or gone. */
class DamagedDiskStoreTest {
  private static final int SEGMENT_BYTES = 1 << 20;

  @TempDir Path directory;

  private DiskStore open() throws IOException {
    return DiskStore.open(directory, DiskStoreTest.CAPACITY);
  }

  @Test
  void neverHandsOutDamagedBytes() throws IOException {
    try (DiskStore store = open()) {
      put(store, 1, 150_000);
      put(store, 2, 1_000);
    }
    Path data = files(directory, ".data").getFirst();
    try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 100_000);
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), channel.size() - 500);
    }
    try (DiskStore store = open()) {
      try (StoredObject damaged = load(store, 1)) {
        assertThatThrownBy(() -> damaged.load(99_000, 1_000).toCompletableFuture().join())
            .hasMessageContaining("damaged");
        damaged.load(0, 1_000).toCompletableFuture().join().release();
      }
      assertThat(get(store, 2)).isNull();
      assertThat(store.load(key(2))).isNull();
    }
  }

  @Test
  void aTornEndCostsOnlyWhatWasTorn() throws IOException {
    try (DiskStore store = open()) {
      for (int i = 0; i < 10; i++) {
        put(store, i, 5_000);
      }
    }
    Path index = files(directory, ".index").getFirst();
    try (FileChannel channel = FileChannel.open(index, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 7);
    }
    Path data = files(directory, ".data").getFirst();
    try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 5_100);
    }
    try (DiskStore store = open()) {
      assertThat(store.stats().objects()).isEqualTo(8);
      assertThat(get(store, 7)).isEqualTo(body(7, 5_000));
      put(store, 10, 5_000);
    }
    try (DiskStore store = open()) {
      assertThat(store.stats().objects()).isEqualTo(9);
      assertThat(get(store, 10)).isEqualTo(body(10, 5_000));
    }
  }

  /** Each number is put three times, into three segments: the last is the one to be served. */
  private void putThrice() throws IOException {
    for (int bytes = 1_000; bytes <= 3_000; bytes += 1_000) {
      try (DiskStore store = open()) {
        put(store, 1, bytes);
        put(store, 2, bytes);
        put(store, 3, bytes);
        // Hardly anything more has room in the segment.
        put(store, 4, 500_000);
        put(store, 5, 500_000);
        put(store, 6, SEGMENT_BYTES - 1_000_000 - 3 * bytes - 1_000);
      }
    }
    assertThat(files(directory, ".index")).hasSize(3);
  }

  @Test
  void damageInAnIndexDoesNotBringBackWhatWasReplaced() throws IOException {
    putThrice();
    try (FileChannel channel =
        FileChannel.open(files(directory, ".index").getLast(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), Segment.ENTRY_BYTES + 10);
    }
    try (DiskStore store = open()) {
      assertThat(get(store, 1)).isNull();
      assertThat(get(store, 2)).isNull();
      assertThat(get(store, 3)).isEqualTo(body(3, 3_000));
    }
  }

  @Test
  void aLostIndexDoesNotBringBackWhatWasReplaced() throws IOException {
    putThrice();
    Files.delete(files(directory, ".index").getLast());
    try (DiskStore store = open()) {
      assertThat(store.stats().objects()).isZero();
      put(store, 1, 5_000);
    }
    try (DiskStore store = open()) {
      assertThat(get(store, 1)).isEqualTo(body(1, 5_000));
      put(store, 2, 5_000);
      put(store, 3, 5_000);
    }
  }

  @Test
  void aLostSegmentDoesNotBringBackWhatWasReplaced() throws IOException {
    putThrice();
    try (DiskStore store = open()) {
      put(store, 1, 4_000);
    }
    Files.delete(files(directory, ".index").get(2));
    Files.delete(files(directory, ".data").get(2));
    try (DiskStore store = open()) {
      assertThat(get(store, 1)).isEqualTo(body(1, 4_000));
      assertThat(get(store, 2)).isNull();
      assertThat(get(store, 3)).isNull();
    }
  }

  @Test
  void lostDataDoesNotBringBackWhatWasReplaced() throws IOException {
    putThrice();
    try (FileChannel channel =
        FileChannel.open(files(directory, ".data").getLast(), StandardOpenOption.WRITE)) {
      channel.truncate(0);
    }
    try (DiskStore store = open()) {
      assertThat(store.stats().objects()).isZero();
    }
  }

  @Test
  void nothingIsAddedBehindWhatIsTorn() throws IOException {
    for (String suffix : List.of(".index", ".data")) {
      try (DiskStore store = open()) {
        put(store, 1, 1_000);
        put(store, 2, 1_000);
      }
      Path torn = files(directory, suffix).getLast();
      try (FileChannel channel = FileChannel.open(torn, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() - 5);
      }
      int before = files(directory, suffix).size();
      try (DiskStore store = open()) {
        put(store, 3, 500_000);
      }
      assertThat(files(directory, suffix)).hasSize(before + 1);
      try (DiskStore store = open()) {
        assertThat(get(store, 1)).isEqualTo(body(1, 1_000));
        assertThat(get(store, 2)).isNull();
        assertThat(get(store, 3)).isEqualTo(body(3, 500_000));
        store.clear();
      }
    }
  }
}
