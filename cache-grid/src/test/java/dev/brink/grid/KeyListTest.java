package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.awaitMembers;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.grid.GridUnavailableException.Reason;
import dev.brink.grid.wire.ListAnswer;
import dev.brink.grid.wire.ListQuestion;
import dev.brink.grid.wire.PartitionView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.configuration.CacheConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of keys while partitions move, or are nobody's. */
class KeyListTest {
  private static final Namespace NAMESPACE = Namespace.of("default", "listed");
  private static final int KEYS = 400;
  private static final int MOVES = 3;

  @TempDir Path directory;

  @Test
  void noListLacksAKeyOrHasADeletedOneWhileMembersComeAndGo() throws Exception {
    try (Grids grids = new Grids(directory);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Grid first = grids.start(1);
      Grid second = grids.start(2, first);
      awaitMembers(2, first, second);
      List<String> all = IntStream.range(0, KEYS).mapToObj("k%03d"::formatted).toList();
      for (String key : all) {
        get(at(first).put(key, bytes("v")));
      }
      AtomicBoolean over = new AtomicBoolean();
      List<CompletableFuture<Integer>> lists = new ArrayList<>();
      for (Grid grid : List.of(first, second)) {
        lists.add(
            CompletableFuture.supplyAsync(() -> listUntil(over, at(grid), "k", all), threads));
      }
      lists.add(CompletableFuture.supplyAsync(() -> change(over, at(first), at(second)), threads));
      try {
        for (int i = 0; i < MOVES; i++) {
          Grid third = grids.start(3, first);
          await("it has keys", () -> primaryOfSome(first, third));
          third.close();
          await("others have them", () -> !primaryOfSome(first, third));
        }
      } finally {
        over.set(true);
      }
      for (CompletableFuture<Integer> listed : lists) {
        assertThat(get(listed)).isPositive();
      }
    }
  }

  private static int listUntil(AtomicBoolean over, KeyValue at, String prefix, List<String> all) {
    int lists = 0;
    while (!over.get()) {
      assertThat(list(at, prefix)).as("list %s", lists).isEqualTo(all);
      lists++;
    }
    return lists;
  }

  /** Each list has what was put before it, through another member, and not what was deleted. */
  private static int change(AtomicBoolean over, KeyValue writer, KeyValue reader) {
    int changes = 0;
    TreeSet<String> present = new TreeSet<>();
    while (!over.get()) {
      String key = "c%02d".formatted(changes % 50);
      try {
        if (present.add(key)) {
          get(writer.put(key, bytes("v")));
        } else {
          present.remove(key);
          get(writer.delete(key));
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      assertThat(list(reader, "c")).as("list %s", changes).isEqualTo(List.copyOf(present));
      changes++;
    }
    return changes;
  }

  private static List<String> list(KeyValue at, String prefix) {
    try {
      return get(at.list(prefix, Optional.empty(), KeyValue.MAX_PAGE)).keys().stream()
          .map(KeyInfo::key)
          .toList();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean primaryOfSome(Grid grid, Grid other) {
    Affinity<String> affinity =
        ignite(grid).affinity(KeyValueCaches.MEMORY + KeyValueCaches.RECORDS);
    return affinity
        .mapPartitionsToNodes(IntStream.range(0, affinity.partitions()).boxed().toList())
        .values()
        .stream()
        .anyMatch(node -> node.consistentId().toString().equals(other.self().id().toString()));
  }

  @Test
  void aListOfWhichAPartitionIsLostFails() {
    try (Grids grids = Grids.joined(directory, 2)) {
      Grid first = grids.member(1);
      Grid second = grids.member(2);
      StoreCaches caches = fragile(ignite(first));
      for (int i = 0; i < KEYS; i++) {
        caches.records().put("of/fragile/" + i, record());
      }
      assertThat(page(caches)).hasSize(KEYS);
      second.close();
      assertThatThrownBy(() -> page(caches))
          .isInstanceOfSatisfying(
              GridUnavailableException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.MINORITY));
    }
  }

  /** Caches that lose what a member has when it leaves. */
  private static StoreCaches fragile(Ignite ignite) {
    String name = "fragile";
    List<CacheConfiguration<?, ?>> caches =
        Arrays.asList(
            KeyValueCaches.configurations(name, PartitionLossPolicy.READ_WRITE_SAFE, null));
    caches.forEach(cache -> cache.setDataRegionName(KeyValueCaches.MEMORY).setBackups(0));
    ignite.createCaches(new ArrayList<>(caches));
    return StoreCaches.of(ignite, name);
  }

  private static byte[] record() {
    return new StoredValue(new Stamp(1, 0, Grids.id(1)), "", 0, bytes("v"), null).encode();
  }

  private static List<KeyInfo> page(StoreCaches caches) {
    return KeyLister.page(
            caches,
            "of/fragile/",
            "",
            Optional.empty(),
            KeyValue.MAX_PAGE,
            System.currentTimeMillis(),
            Deadline.in(Duration.ofSeconds(30)))
        .keys();
  }

  @Test
  void aMemberListsByTheViewOfTheQuestionOnly() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      get(at(grid).put("key", bytes("v")));
      Ignite ignite = ignite(grid);
      PartitionView view = KeyListTask.view(ignite);
      ListQuestion.Builder question =
          ListQuestion.newBuilder()
              .setCache(KeyValueCaches.MEMORY + KeyValueCaches.RECORDS)
              .setPrefix(NAMESPACE.prefix())
              .setLimit(2);

      for (ListQuestion asked : List.of(question.build(), question.setView(view).build())) {
        ListAnswer answer = ask(ignite, asked);
        assertThat(answer.getKeysCount()).isOne();
        assertThat(BitSet.valueOf(answer.getPartitions().toByteArray()).cardinality())
            .isEqualTo(KeyValueCaches.affinity().partitions());
      }
      PartitionView older = view.toBuilder().setTopology(view.getTopology() - 1).build();
      assertThat(ask(ignite, question.setView(older).build()))
          .as("by an older view than the member's")
          .isEqualTo(ListAnswer.getDefaultInstance());
      PartitionView later = view.toBuilder().setMinor(view.getMinor() + 1).build();
      ListAnswer answer = ask(ignite, question.setView(later).build());
      assertThat(answer.getKeysCount()).isZero();
      assertThat(answer.hasPartitions()).as("the member holds nobody up").isTrue();
      assertThat(answer.getPartitions().isEmpty()).isTrue();
    }
  }

  private static ListAnswer ask(Ignite ignite, ListQuestion question) throws Exception {
    return ListAnswer.parseFrom(ignite.compute().call(new KeyListTask(question.toByteArray())));
  }

  private static KeyValue at(Grid grid) {
    return grid.keyValue(NAMESPACE).withTimeout(Duration.ofSeconds(30));
  }

  private static Ignite ignite(Grid grid) {
    return requireNonNull(((GridNode) grid).engine().session()).namespaces().ignite();
  }
}
