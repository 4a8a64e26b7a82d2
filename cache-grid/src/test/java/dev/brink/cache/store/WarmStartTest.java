package dev.brink.cache.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A store that is opened again knows what it has, without having read any of it. */
@EnabledOnOs(OS.LINUX)
class WarmStartTest {
  private static final int TOGETHER = 32;

  @TempDir private Path directory;

  @Test
  void opensWithoutReadingBodies() throws Exception {
    reopen(2_000, 16 << 10);
  }

  @Test
  @Tag("long")
  void opensTwoHundredThousandObjectsWithoutReadingBodies() throws Exception {
    reopen(200_000, 8 << 10);
  }

  private void reopen(int objects, int bytes) throws Exception {
    long capacity = 2L * objects * (bytes + 200);
    try (DiskStore store = DiskStore.open(directory, capacity)) {
      byte[] body = new byte[bytes];
      new SplittableRandom(1).nextBytes(body);
      for (int i = 0; i < objects; i++) {
        Draft draft = store.draft(StoreKey.of("n" + i), bytes);
        assertThat(draft.append(Unpooled.copiedBuffer(body))).isTrue();
        draft.commit("head".getBytes(US_ASCII), Worth.UNKNOWN).close();
        if (i % TOGETHER == 0) {
          awaitObjects(store, i + 1);
        }
      }
      awaitObjects(store, objects);
    }
    long before = bytesRead();
    long began = System.nanoTime();
    try (DiskStore store = DiskStore.open(directory, capacity)) {
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      long read = bytesRead() - before;
      long known = store.stats().objects();
      System.out.printf(
          "%d objects known after %d ms, %d bytes read%n", known, took.toMillis(), read);
      assertThat(known).isEqualTo(objects);
      assertThat(read).as("bytes read").isLessThan(64 * known + (1 << 20));
    }
  }

  /** What waits to be written has a bound, so that not all can be put at once. */
  private static void awaitObjects(DiskStore store, long objects) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (store.stats().objects() < objects) {
      assertThat(System.nanoTime()).as("nothing is written").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** By this process, from anywhere. */
  private static long bytesRead() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/io")).stream()
        .filter(line -> line.startsWith("rchar:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
