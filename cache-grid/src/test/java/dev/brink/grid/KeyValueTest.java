package dev.brink.grid;

import static dev.brink.grid.Grids.at;
import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.grid.KeyValueWrite.Check;
import dev.brink.grid.KeyValueWrite.Delete;
import dev.brink.grid.KeyValueWrite.Increment;
import dev.brink.grid.KeyValueWrite.Put;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueTest {
  @TempDir static Path directory;
  private static Grids grids;
  private static Grid first;
  private static Grid second;
  private static Grid third;

  @BeforeAll
  static void start() {
    grids = Grids.joined(directory, 3);
    first = grids.member(1);
    second = grids.member(2);
    third = grids.member(3);
  }

  @AfterAll
  static void stop() {
    grids.close();
  }

  @Test
  void whatOneNodeWritesEveryNodeReads() throws Exception {
    KeyValue at = at(first, "shared");
    Stamp version = get(at.put("key", bytes("välue"), WriteOptions.none().withMetadata("{}")));
    for (Grid grid : List.of(first, second, third)) {
      KeyValueEntry entry = get(at(grid, "shared").get("key")).orElseThrow();
      assertThat(entry.text()).isEqualTo("välue");
      assertThat(entry.version()).isEqualTo(version);
      assertThat(entry.info()).isEqualTo(new KeyInfo("key", version, "{}", 0, 6));
      assertThat(Values.read(entry)).isEqualTo(bytes("välue"));
    }
    assertThat(get(at(second, "shared").delete("key"))).isTrue();
    assertThat(get(at(third, "shared").delete("key"))).isFalse();
    assertThat(get(at.get("key"))).isEmpty();
  }

  @Test
  void namespacesAndTenantsShareNothing() throws Exception {
    get(first.keyValue(Namespace.of("one", "a")).put("key", bytes("1")));
    get(first.keyValue(Namespace.of("one", "ab")).put("key", bytes("2")));
    get(first.keyValue(Namespace.of("two", "a")).put("key", bytes("3")));
    assertThat(get(second.keyValue(Namespace.of("one", "a")).get("key")).orElseThrow().text())
        .isEqualTo("1");
    assertThat(keys(second.keyValue(Namespace.of("one", "a")), "")).containsExactly("key");
    assertThat(get(second.keyValue(Namespace.of("two", "ab")).get("key"))).isEmpty();
  }

  @Test
  void anEmptyValueIsNotNoValue() throws Exception {
    get(at(first, "empty").put("key", new byte[0]));
    assertThat(get(at(second, "empty").get("key")).orElseThrow().value()).isEmpty();
    get(at(first, "empty").put("streamed", Values.publisher(new byte[0]), WriteOptions.none()));
    assertThat(get(at(second, "empty").get("streamed")).orElseThrow().value()).isEmpty();
  }

  @Test
  void valuesExpireToTheMillisecond() throws Exception {
    KeyValue at = at(first, "expiry");
    get(at.put("past", bytes("v"), WriteOptions.none().expiringAt(Instant.now().minusSeconds(1))));
    assertThat(get(at.get("past"))).isEmpty();
    get(at.put("kept", bytes("v"), WriteOptions.none().expiringAfter(Duration.ofMillis(300))));
    get(at.put("kept", bytes("w")));
    Instant before = Instant.now();
    get(at.put("soon", bytes("v"), WriteOptions.none().expiringAfter(Duration.ofSeconds(8))));
    Instant after = Instant.now();
    KeyValueEntry soon = get(at.get("soon")).orElseThrow();
    Instant expires = soon.info().expires().orElseThrow();
    assertThat(expires)
        .isBetween(before.plusSeconds(8).minusMillis(1), after.plusSeconds(8).plusMillis(1));
    await("it is gone", () -> Instant.now().isAfter(expires));
    assertThat(get(at(second, "expiry").get("soon"))).isEmpty();
    assertThat(get(at.get("soon", ReadMode.within(Duration.ofHours(1))))).isEmpty();
    assertThat(keys(at(third, "expiry"), "")).containsExactly("kept");
    assertThat(get(at.compareAndSet("soon", Optional.empty(), bytes("x"), WriteOptions.none())))
        .isPresent();
    assertThat(get(at.get("kept")).orElseThrow().text()).isEqualTo("w");
  }

  @Test
  void compareAndSetLetsOneOfManyWin() throws Exception {
    KeyValue at = at(first, "cas");
    Stamp version =
        get(at.compareAndSet("key", Optional.empty(), bytes("0"), WriteOptions.none()))
            .orElseThrow();
    assertThat(get(at.compareAndSet("key", Optional.empty(), bytes("1"), WriteOptions.none())))
        .isEmpty();
    List<CompletionStage<Optional<Stamp>>> tries = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Grid grid = List.of(first, second, third).get(i % 3);
      tries.add(
          at(grid, "cas")
              .compareAndSet("key", Optional.of(version), bytes("by " + i), WriteOptions.none()));
    }
    List<Optional<Stamp>> outcomes = new ArrayList<>();
    for (CompletionStage<Optional<Stamp>> one : tries) {
      outcomes.add(get(one));
    }
    assertThat(outcomes.stream().filter(Optional::isPresent)).hasSize(1);
    assertThat(get(at.get("key")).orElseThrow().version())
        .isEqualTo(outcomes.stream().flatMap(Optional::stream).findFirst().orElseThrow());
  }

  @Test
  void countersCountFromAllNodes() throws Exception {
    List<CompletionStage<Long>> sums = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Grid grid = List.of(first, second, third).get(i % 3);
      sums.add(at(grid, "count").increment("n", i % 2 == 0 ? 3 : -1, WriteOptions.none()));
    }
    for (CompletionStage<Long> sum : sums) {
      get(sum);
    }
    assertThat(get(at(first, "count").get("n")).orElseThrow().text()).isEqualTo("60");
    get(at(first, "count").put("text", bytes("x")));
    assertThatThrownBy(() -> get(at(second, "count").increment("text", 1, WriteOptions.none())))
        .hasCauseInstanceOf(NotACounterException.class);
    get(at(first, "count").put("most", bytes(Long.toString(Long.MAX_VALUE))));
    assertThatThrownBy(() -> get(at(second, "count").increment("most", 1, WriteOptions.none())))
        .hasCauseInstanceOf(NotACounterException.class);
  }

  @Test
  void anAtomicWriteIsAllOrNothing() throws Exception {
    KeyValue at = at(first, "atomic");
    Stamp a = get(at.put("a", bytes("1")));
    Stamp version =
        get(at.atomic(
                List.of(
                    new Check("a", Optional.of(a)),
                    new Check("b", Optional.empty()),
                    new Delete("a"),
                    new Put("b", Values.random(100_000), WriteOptions.none()),
                    new Increment("n", 5))))
            .orElseThrow();
    assertThat(get(at(second, "atomic").get("a"))).isEmpty();
    assertThat(get(at(second, "atomic").get("b")).orElseThrow().value()).hasSize(100_000);
    assertThat(get(at(third, "atomic").get("n")).orElseThrow().version()).isEqualTo(version);
    assertThat(
            get(
                at.atomic(
                    List.of(
                        new Put("c", bytes("x"), WriteOptions.none()),
                        new Check("a", Optional.of(a))))))
        .isEmpty();
    assertThat(get(at.get("c"))).isEmpty();
    assertThatThrownBy(() -> at.atomic(List.of(new Delete("x"), new Increment("x", 1))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void transfersBetweenKeysKeepTheirSum() throws Exception {
    KeyValue at = at(first, "sum");
    get(at.put("a", bytes("100")));
    get(at.put("b", bytes("100")));
    List<CompletionStage<Optional<Stamp>>> transfers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      KeyValue by = at(List.of(first, second, third).get(i % 3), "sum");
      String from = i % 2 == 0 ? "a" : "b";
      String to = i % 2 == 0 ? "b" : "a";
      transfers.add(by.atomic(List.of(new Increment(from, -7), new Increment(to, 7))));
    }
    for (CompletionStage<Optional<Stamp>> transfer : transfers) {
      assertThat(get(transfer)).isPresent();
    }
    assertThat(
            Integer.parseInt(get(at.get("a")).orElseThrow().text())
                + Integer.parseInt(get(at.get("b")).orElseThrow().text()))
        .isEqualTo(200);
  }

  @Test
  void keysAreListedInOrderPageByPage() throws Exception {
    KeyValue at = at(first, "list");
    List<String> all = IntStream.range(0, 250).mapToObj("k%03d"::formatted).toList();
    for (String key : all) {
      get(at.put(key, bytes("v"), WriteOptions.none().withMetadata("of " + key)));
    }
    get(at.put("other", bytes("v")));
    get(at.put("\uff5e", bytes("v")));
    get(at.put("\ud83d\ude00", bytes("v")));
    List<String> listed = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    int pages = 0;
    do {
      KeyPage page = get(at(second, "list").list("k", cursor, 100));
      page.keys().forEach(info -> listed.add(info.key()));
      assertThat(page.keys()).allMatch(info -> info.metadata().equals("of " + info.key()));
      cursor = page.cursor();
      pages++;
    } while (cursor.isPresent());
    assertThat(listed).isEqualTo(all);
    assertThat(pages).isEqualTo(3);
    assertThat(keys(at, "")).endsWith("other", "\uff5e", "\ud83d\ude00");
    assertThat(keys(at, "nothing")).isEmpty();
    assertThatThrownBy(() -> at.list("", Optional.of("?"), 10))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aWatchHearsOfChangesFromEveryNode() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    KeyListener listener =
        new KeyListener() {
          @Override
          public void changed(String key, Stamp version) {
            heard.add("+" + key);
          }

          @Override
          public void removed(String key) {
            heard.add("-" + key);
          }

          @Override
          public void missed() {
            heard.add("?");
          }
        };
    try (KeyWatch watch = at(third, "watch").watch("a", listener)) {
      await(
          "it has begun",
          () -> {
            get2(at(first, "watch").put("a0", bytes("v")));
            return !heard.isEmpty();
          });
      get(at(first, "watch").put("a1", bytes("v")));
      get(at(first, "watch").put("b1", bytes("v")));
      get(
          at(second, "watch")
              .put("a2", bytes("v"), WriteOptions.none().expiringAfter(Duration.ofSeconds(8))));
      // Of what comes faster than it is taken only the last is told.
      await("the new ones are heard", () -> heard.containsAll(List.of("+a1", "+a2")));
      get(at(second, "watch").delete("a1"));
      await("all is heard", () -> heard.containsAll(List.of("+a1", "+a2", "-a1", "-a2")));
      assertThat(heard).doesNotContain("+b1", "?");
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void whatIsOutOfBoundsIsRefusedAtOnce() {
    KeyValue at = at(first, "bounds");
    for (String key : List.of("", "x".repeat(513), "ä".repeat(257), "\ud800")) {
      assertThatThrownBy(() -> at.get(key)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> WriteOptions.none().withMetadata("x".repeat(1025)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> at.list("", Optional.empty(), 1001))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Namespace.of("a/b", "c"))
        .hasMessageContaining("tenant: a/b (expected:");
    assertThatThrownBy(() -> at.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> first.keyValue(Namespace.durable("a", "b")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void callsAreCounted() throws Exception {
    KeyValueStats before = third.keyValueStats();
    KeyValue at = at(third, "stats");
    get(at.put("k", bytes("v")));
    get(at.get("k"));
    get(at.get("k", ReadMode.within(Duration.ofHours(1))));
    get(at.list("", Optional.empty(), 1));
    KeyValueStats after = third.keyValueStats();
    assertThat(after.reads() - before.reads()).isEqualTo(2);
    assertThat(after.localReads() - before.localReads()).isEqualTo(1);
    assertThat(after.writes() - before.writes()).isEqualTo(1);
    assertThat(after.lists() - before.lists()).isEqualTo(1);
    assertThat(after.usedBytes()).isPositive();
    assertThat(after.indexBytes()).isPositive();
  }

  private static List<String> keys(KeyValue at, String prefix) throws Exception {
    return get(at.list(prefix, Optional.empty(), KeyValue.MAX_PAGE)).keys().stream()
        .map(KeyInfo::key)
        .toList();
  }

  private static <T> T get2(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
