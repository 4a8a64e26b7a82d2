package dev.brink.grid;

import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists by index are those that going through all entries gives, and lack no key. */
class KeyIndexTest {
  private static final Namespace NAMESPACE = Namespace.of("default", "indexed");
  private static final long MUCH = 1 << 30;
  private static final int REBUILDS = 150;
  private static final int WRITERS = 4;
  private static final int FILLERS = 5_000;

  /** Of each length in UTF-8, and what sorts otherwise as UTF-16. */
  private static final String[] LETTERS = {"a", "b", "/", "\u00e9", "\uffee", "\ud83d\ude00"};

  @TempDir Path directory;

  @Test
  void aPageByIndexIsThatOfGoingThroughAll() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      Random random = new Random(7);
      TreeSet<String> present = new TreeSet<>(KeyCodec.ORDER);
      KeyValue others = grid.keyValue(Namespace.of("default", "indexed2"));
      for (int i = 0; i < 300; i++) {
        String key = key(random);
        present.add(key);
        get(at(grid).put(key, bytes("v" + i)));
        get(others.put(key, bytes("other")));
      }
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 40; i++) {
          String prefix = i % 3 == 0 ? "" : key(random).substring(0, 1).replace("\ud83d", "a");
          Optional<String> cursor =
              i % 2 == 0 ? Optional.empty() : Optional.of(KeyCodec.cursor(key(random)));
          int limit = 1 + random.nextInt(100);
          indexes(grid).limit(0);
          KeyPage throughAll = get(at(grid).list(prefix, cursor, limit));
          assertThat(indexes(grid).bytes()).isZero();
          indexes(grid).limit(MUCH);
          assertThat(get(at(grid).list(prefix, cursor, limit))).isEqualTo(throughAll);
          assertThat(indexes(grid).bytes()).isPositive();
        }
        for (int i = 0; i < 100; i++) {
          String key = key(random);
          if (present.remove(key)) {
            get(at(grid).delete(key));
          } else {
            present.add(key);
            get(at(grid).put(key, bytes("again")));
          }
        }
        assertThat(list(at(grid))).isEqualTo(List.copyOf(present));
      }
    }
  }

  private static String key(Random random) {
    StringBuilder key = new StringBuilder();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      key.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return key.toString();
  }

  @Test
  void noListLacksAKeyWhileIndexesAreBuiltAndWritersWrite() throws Exception {
    try (Grids grids = new Grids(directory);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Grid grid = grids.start(1);
      for (int i = 0; i < FILLERS; i++) {
        get(at(grid).put("z" + i, bytes("makes the partitions longer")));
      }
      AtomicBoolean over = new AtomicBoolean();
      List<CompletableFuture<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        String prefix = "w" + i + "-";
        writers.add(CompletableFuture.supplyAsync(() -> change(over, at(grid), prefix), threads));
      }
      try {
        for (int i = 0; i < REBUILDS; i++) {
          indexes(grid).limit(MUCH);
          list(at(grid));
          list(at(grid));
        }
      } finally {
        over.set(true);
      }
      for (CompletableFuture<Integer> writer : writers) {
        assertThat(get(writer)).isPositive();
      }
    }
  }

  /** Few keys that come and go all the time: each list has those that are there, and no others. */
  private static int change(AtomicBoolean over, KeyValue at, String prefix) {
    Random random = new Random(prefix.hashCode());
    TreeSet<String> present = new TreeSet<>();
    int lists = 0;
    try {
      while (!over.get()) {
        for (int i = 0; i < 5; i++) {
          String key = prefix + random.nextInt(10, 40);
          if (present.remove(key)) {
            get(at.delete(key));
          } else {
            present.add(key);
            get(at.put(key, bytes("v")));
          }
        }
        assertThat(keys(at, prefix)).as("list %s", lists).isEqualTo(List.copyOf(present));
        lists++;
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return lists;
  }

  @Test
  void aKeyThatIsStoredWhileItsPartitionIsGoneThroughIsListed() {
    Entries entries = new Entries();
    entries.put("t/n/a");
    entries.during = () -> entries.put("t/n/late");
    assertThat(entries.list()).as("built").containsExactly("t/n/a", "t/n/late");
    entries.put("t/n/b");
    assertThat(entries.list()).containsExactly("t/n/a", "t/n/b", "t/n/late");
  }

  @Test
  void aKeyThatIsPutAgainWhileItIsTakenOutIsListed() {
    Entries entries = new Entries();
    entries.put("t/n/a");
    entries.list();
    entries.present.remove("t/n/a");
    entries.missed = () -> entries.put("t/n/a");
    assertThat(entries.list()).as("found at the second look").containsExactly("t/n/a");
    assertThat(entries.list()).containsExactly("t/n/a");
  }

  @Test
  void aPartitionThatComesBackIsGoneThroughAgain() {
    Entries entries = new Entries();
    entries.put("t/n/a");
    assertThat(entries.list()).containsExactly("t/n/a");
    entries.partition = null;
    assertThat(entries.list()).isEmpty();
    entries.present.add("t/n/b");
    entries.partition = "the second time";
    assertThat(entries.list()).containsExactly("t/n/a", "t/n/b");
    entries.present.add("t/n/c");
    entries.partition = "the third time, and no list meanwhile";
    assertThat(entries.list()).containsExactly("t/n/a", "t/n/b", "t/n/c");
  }

  @Test
  void aPageReadsWhatItShows() {
    Entries entries = new Entries();
    for (int i = 1000; i < 3000; i++) {
      entries.put("t/n/" + i);
    }
    entries.list();
    entries.reads = 0;
    List<String> page = new ArrayList<>();
    entries.index.list(
        entries, "t/n/2", "t/n/2499", (key, value) -> page.add(key) && page.size() < 10);
    assertThat(page).hasSize(10).startsWith("t/n/2500").endsWith("t/n/2509");
    assertThat(entries.reads).isEqualTo(10);
  }

  /** What partitions have, all in one object; does things while they are gone through or read. */
  private static final class Entries implements KeyIndex.Partitions {
    private final TreeSet<String> present = new TreeSet<>();
    private final KeyIndex index = new KeyIndex(new KeyIndexes(MUCH), "t/n/");
    private @Nullable Object partition = "the first time";
    private Runnable during = () -> {};
    private Runnable missed = () -> {};
    private int reads;

    void put(String key) {
      present.add(key);
      index.stored(key);
    }

    List<String> list() {
      List<String> keys = new ArrayList<>();
      assertThat(index.list(this, "t/n/", "", (key, value) -> keys.add(key))).isTrue();
      return keys;
    }

    @Override
    public @Nullable Object partition(int number) {
      return partition;
    }

    /** As a cursor, which does not show what comes in where it was. */
    @Override
    public boolean keys(int number, Predicate<String> accept) {
      List<String> shown =
          present.stream()
              .filter(key -> KeyValueCaches.affinity().partition(key) == number)
              .toList();
      if (number == KeyValueCaches.affinity().partition("t/n/late")) {
        during.run();
      }
      return shown.stream().allMatch(accept);
    }

    @Override
    public byte @Nullable [] read(int number, String key) {
      reads++;
      boolean there = present.contains(key);
      if (!there) {
        missed.run();
      }
      return there ? bytes("v") : null;
    }
  }

  @Test
  void whatIsGoneIsTakenOutByWhoLists() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      for (int i = 0; i < 20; i++) {
        get(at(grid).put("k" + i, bytes("v")));
      }
      indexes(grid).limit(MUCH);
      list(at(grid));
      long full = indexes(grid).bytes();
      for (int i = 0; i < 10; i++) {
        get(at(grid).delete("k" + i));
      }
      assertThat(list(at(grid))).hasSize(10);
      assertThat(indexes(grid).bytes()).isLessThan(full);
      for (int i = 0; i < 10; i++) {
        get(at(grid).put("k" + i, bytes("v")));
      }
      assertThat(indexes(grid).bytes()).isEqualTo(full);
      assertThat(list(at(grid))).hasSize(20);
      indexes(grid).limit(MUCH);
      assertThat(indexes(grid).bytes()).as("of no index").isZero();
    }
  }

  @Test
  void aNamespaceThatThereIsNoRoomForIsGoneThrough() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      List<String> keys = IntStream.range(10, 60).mapToObj(i -> "k" + i).toList();
      for (String key : keys) {
        get(at(grid).put(key, bytes("v")));
      }
      indexes(grid).limit(3_000);
      assertThat(list(at(grid))).as("no room to build it").isEqualTo(keys);
      assertThat(indexes(grid).bytes()).isZero();

      for (String key : keys.subList(5, keys.size())) {
        get(at(grid).delete(key));
      }
      indexes(grid).limit(3_000);
      assertThat(list(at(grid))).isEqualTo(keys.subList(0, 5));
      assertThat(indexes(grid).bytes()).isPositive();
      for (String key : keys) {
        get(at(grid).put(key, bytes("v")));
      }
      assertThat(indexes(grid).bytes()).as("dropped when it grew").isZero();
      assertThat(list(at(grid))).isEqualTo(keys);
    }
  }

  private static List<String> list(KeyValue at) throws Exception {
    return keys(at, "");
  }

  private static List<String> keys(KeyValue at, String prefix) throws Exception {
    return get(at.list(prefix, Optional.empty(), KeyValue.MAX_PAGE)).keys().stream()
        .map(KeyInfo::key)
        .toList();
  }

  private static KeyValue at(Grid grid) {
    return grid.keyValue(NAMESPACE).withTimeout(Duration.ofSeconds(30));
  }

  private static KeyIndexes indexes(Grid grid) {
    return KeyIndexes.of(
        requireNonNull(((GridNode) grid).engine().session()).namespaces().ignite());
  }
}
