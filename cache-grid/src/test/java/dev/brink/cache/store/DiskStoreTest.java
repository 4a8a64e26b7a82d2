package dev.brink.cache.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStoreTest {
  static final long CAPACITY = 16 << 20;

  @TempDir Path directory;

  private DiskStore open() throws IOException {
    return DiskStore.open(directory, CAPACITY);
  }

  static void put(Store store, int number, int bytes) {
    Draft draft = store.draft(key(number), bytes);
    assertThat(draft.append(Unpooled.wrappedBuffer(body(number, bytes)))).isTrue();
    draft.commit(("head " + number).getBytes(US_ASCII), Worth.UNKNOWN).close();
  }

  static StoreKey key(int number) {
    return StoreKey.of("object " + number);
  }

  static byte[] body(int number, int bytes) {
    byte[] body = new byte[bytes];
    new Random(number).nextBytes(body);
    return body;
  }

  /** The body of an object, from wherever it is; null when there is none. */
  static byte @Nullable [] get(Store store, int number) {
    StoredObject there = store.find(key(number));
    var loading = there == null ? store.load(key(number)) : null;
    try (StoredObject object = loading == null ? there : loading.toCompletableFuture().join()) {
      if (object == null) {
        return null;
      }
      assertThat(US_ASCII.decode(object.head()).toString()).isEqualTo("head " + number);
      ByteBuf all = Unpooled.buffer();
      while (all.readableBytes() < object.bodyLength()) {
        ByteBuf part = object.load(all.readableBytes(), 50_000).toCompletableFuture().join();
        all.writeBytes(part);
        part.release();
      }
      byte[] body = new byte[all.readableBytes()];
      all.readBytes(body);
      return body;
    }
  }

  /** What a store has in its directory of one kind, the oldest first. */
  static List<Path> files(Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @Test
  void givesBackWhatItTookAlsoAfterARestart() throws IOException {
    int[] sizes = {0, 1, 1_000, 65_536, 65_537, 300_000};
    try (DiskStore store = open()) {
      for (int i = 0; i < sizes.length; i++) {
        put(store, i, sizes[i]);
        assertThat(get(store, i)).isEqualTo(body(i, sizes[i]));
      }
      store.written().join();
      assertThat(store.find(key(2))).isNull();
      assertThat(get(store, 5)).isEqualTo(body(5, sizes[5]));
    }
    try (DiskStore store = open()) {
      assertThat(store.stats().objects()).isEqualTo(sizes.length);
      for (int i = 0; i < sizes.length; i++) {
        assertThat(get(store, i)).isEqualTo(body(i, sizes[i]));
      }
      assertThat(get(store, 99)).isNull();
    }
  }

  @Test
  void whatIsRemovedStaysRemoved() throws IOException {
    try (DiskStore store = open()) {
      put(store, 1, 100);
      put(store, 2, 100);
      store.written().join();
      store.remove(key(1));
      assertThat(get(store, 1)).isNull();
      put(store, 3, 100);
      store.remove(key(3));
      assertThat(get(store, 3)).isNull();
    }
    try (DiskStore store = open()) {
      assertThat(get(store, 1)).isNull();
      assertThat(get(store, 2)).isNotNull();
      assertThat(get(store, 3)).isNull();
      store.clear();
      assertThat(get(store, 2)).isNull();
    }
    try (DiskStore store = open()) {
      assertThat(store.stats().objects()).isZero();
    }
  }

  @Test
  void anotherHeadKeepsTheBody() throws Exception {
    try (DiskStore store = open()) {
      put(store, 1, 200_000);
      store.written().join();
      try (StoredObject before = load(store, 1)) {
        assertThat(store.replaceHead(before, "head 1".getBytes(US_ASCII), Worth.UNKNOWN)).isTrue();
        store.written().join();
        assertThat(store.replaceHead(before, "late".getBytes(US_ASCII), Worth.UNKNOWN)).isFalse();
      }
      assertThat(get(store, 1)).isEqualTo(body(1, 200_000));
    }
  }

  @Test
  void anotherHeadIsKeptThoughItsRoomIsThatOfTheObjectItself() throws Exception {
    int large = 300_000;
    try (DiskStore store = open()) {
      put(store, 1, large);
      put(store, 0, large);
      store.written().join();
      load(store, 1).close();
      try (StoredObject before = load(store, 0)) {
        for (int i = 2; store.stats().bytes() + large <= CAPACITY - CAPACITY / 16; i++) {
          put(store, i, 10_000);
          store.written().join();
        }
        assertThat(store.replaceHead(before, "head 0".getBytes(US_ASCII), Worth.UNKNOWN)).isTrue();
        store.written().join();
      }
      assertThat(store.stats().evictions()).as("the oldest segment has gone").isPositive();
      assertThat(get(store, 0)).isEqualTo(body(0, large));
    }
  }

  static StoredObject load(DiskStore store, int number) {
    var loading = store.load(key(number));
    return Objects.requireNonNull(
        Objects.requireNonNull(loading, "loading").toCompletableFuture().join(), "loaded");
  }

  @Test
  void staysWithinItsBoundAndKeepsWhatIsUsed() throws IOException {
    try (DiskStore store = open()) {
      put(store, 0, 10_000);
      store.written().join();
      for (int i = 1; i < 300; i++) {
        put(store, i, 100_000);
        store.written().join();
        assertThat(store.stats().bytes()).isLessThanOrEqualTo(CAPACITY);
        assertThat(get(store, 0)).isEqualTo(body(0, 10_000));
      }
      assertThat(get(store, 1)).isNull();
      assertThat(get(store, 299)).isEqualTo(body(299, 100_000));
      assertThat(store.stats().evictions()).isGreaterThan(100);
    }
  }

  @Test
  void aFullDiskCostsOnlyWhatDoesNotFit() throws IOException {
    var full = new AtomicBoolean();
    Segment.Writing writing =
        (channel, bytes, position) -> {
          int limit = bytes.limit();
          if (full.get()) {
            bytes.limit(bytes.position() + bytes.remaining() / 2);
          }
          for (long at = position; bytes.hasRemaining(); ) {
            at += channel.write(bytes, at);
          }
          if (full.get()) {
            bytes.limit(limit);
            throw new IOException("No space left on device");
          }
        };
    try (DiskStore store = DiskStore.open(directory, CAPACITY, writing)) {
      put(store, 1, 70_000);
      store.written().join();
      full.set(true);
      put(store, 2, 70_000);
      store.written().join();
      assertThat(get(store, 1)).isEqualTo(body(1, 70_000));
      assertThat(get(store, 2)).isNull();
      assertThat(store.stats().rejections()).isEqualTo(1);
      full.set(false);
      put(store, 3, 70_000);
      store.written().join();
      assertThat(get(store, 3)).isEqualTo(body(3, 70_000));
    }
    try (DiskStore store = open()) {
      assertThat(get(store, 1)).isEqualTo(body(1, 70_000));
      assertThat(get(store, 2)).isNull();
      assertThat(get(store, 3)).isEqualTo(body(3, 70_000));
    }
  }

  @Test
  void whatCouldNotBeKeptDoesNotBringBackWhatWasThereBefore() throws IOException {
    var mayWrite = new Semaphore(1);
    var full = new AtomicBoolean();
    Segment.Writing writing =
        (channel, bytes, position) -> {
          mayWrite.acquireUninterruptibly();
          mayWrite.release();
          if (full.getAndSet(false)) {
            throw new IOException("No space left on device");
          }
          for (long at = position; bytes.hasRemaining(); ) {
            at += channel.write(bytes, at);
          }
        };
    try (DiskStore store = DiskStore.open(directory, CAPACITY, writing)) {
      put(store, 0, 1_000);
      put(store, 1, 1_000);
      store.written().join();
      full.set(true);
      put(store, 0, 2_000);
      store.written().join();
      mayWrite.acquireUninterruptibly();
      for (int i = 2; store.stats().rejections() == 1; i++) {
        put(store, i, 400_000);
      }
      put(store, 1, 400_000);
      assertThat(store.stats().rejections()).isEqualTo(3);
      mayWrite.release();
      store.written().join();
      assertThat(get(store, 0)).isNull();
      assertThat(get(store, 1)).isNull();
      assertThat(get(store, 2)).isEqualTo(body(2, 400_000));
    }
    try (DiskStore store = open()) {
      assertThat(get(store, 0)).isNull();
      assertThat(get(store, 1)).isNull();
    }
  }

  @Test
  void startsThatWriteNothingLeaveNoFiles() throws IOException {
    for (int i = 0; i < 5; i++) {
      open().close();
    }
    assertThat(files(directory, ".index")).hasSize(1);
    try (DiskStore store = open()) {
      put(store, 1, 1_000);
    }
    open().close();
    open().close();
    assertThat(files(directory, ".index")).hasSize(1);
    try (DiskStore store = open()) {
      assertThat(get(store, 1)).isEqualTo(body(1, 1_000));
    }
  }

  @Test
  void startsThatWriteLittleShareASegment() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (DiskStore store = open()) {
        put(store, i, 1_000);
        put(store, 50, 1_000 + i);
        store.remove(key(i / 2));
      }
    }
    assertThat(files(directory, ".index")).hasSize(1);
    try (DiskStore store = open()) {
      assertThat(store.stats().objects()).isEqualTo(11);
      assertThat(get(store, 50)).isEqualTo(body(50, 1_019));
      assertThat(get(store, 9)).isNull();
      assertThat(get(store, 10)).isEqualTo(body(10, 1_000));
    }
  }

  @Test
  void isUsedByOneAtATime() throws IOException {
    try (DiskStore store = open()) {
      assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("in use");
      assertThat(store.stats().objects()).isZero();
    }
    open().close();
  }

  /** A process that writes objects and says which are written, until it is killed. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      try (DiskStore store = DiskStore.open(Path.of(arguments[0]), CAPACITY)) {
        for (int i = 0; i < 800; i++) {
          put(store, i, 1_000 + i * 37 % 20_000);
          store.written().join();
          System.out.println(i);
        }
        System.in.read();
      }
    }
  }

  @Test
  void survivesKillMinus9() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<Integer> written = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII))) {
      while (written.size() < 500) {
        String line = out.readLine();
        assertThat(line).as("after %d objects", written.size()).isNotNull();
        if (line.matches("\\d+")) {
          written.add(Integer.valueOf(line));
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    try (DiskStore store = open()) {
      for (int i : written) {
        assertThat(get(store, i)).as("object %d", i).isEqualTo(body(i, 1_000 + i * 37 % 20_000));
      }
    }
  }

  @Test
  void memoryIsRefilledFromDisk() throws IOException {
    DiskStore disk = open();
    try (TieredStore store = TieredStore.of(MemoryStore.ofBytes(1 << 20), disk)) {
      for (int i = 0; i < 100; i++) {
        put(store, i, 20_000);
      }
      // Together they are more than may wait to be written.
      disk.written().join();
      put(store, 100, 400_000);
    }
    try (TieredStore store = TieredStore.of(MemoryStore.ofBytes(1 << 20), open())) {
      assertThat(store.find(key(1))).isNull();
      assertThat(get(store, 1)).isEqualTo(body(1, 20_000));
      Objects.requireNonNull(store.find(key(1)), "in memory").close();
      assertThat(get(store, 100)).isEqualTo(body(100, 400_000));
      store.remove(key(1));
      assertThat(get(store, 1)).isNull();
    }
  }
}
