package dev.brink.grid;

import static dev.brink.grid.Grids.awaitMembers;
import static dev.brink.grid.Grids.awaitText;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static dev.brink.grid.Grids.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.grid.GridUnavailableException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedMapTest {
  @TempDir static Path directory;

  private static Grids grids;
  private static Grid a;
  private static Grid b;
  private static Grid c;

  @BeforeAll
  static void start() {
    grids = new Grids(directory);
    a = grids.start(1);
    b = grids.start(2, a);
    c = grids.start(3, a);
    awaitMembers(3, a, b, c);
  }

  @AfterAll
  static void stop() {
    grids.close();
  }

  @Test
  void aValuePutAtOneNodeAppearsAtAll() throws Exception {
    MapEvents atB = new MapEvents();
    b.map("put").listen(atB);
    Stamp first = get(a.map("put").put("key", bytes("one")));
    assertThat(text(a, "put", "key")).isEqualTo("one");
    awaitText("one", "put", "key", b, c);
    atB.await("key=one"); // what changes before it is told is told as it is then
    Stamp second = get(b.map("put").put("key", bytes("two")));
    awaitText("two", "put", "key", a, b, c);
    assertThat(second.isAfter(first)).isTrue();
    assertThat(second.node()).isEqualTo(b.self().id());
    atB.await("key=one", "key=two");
    assertThat(c.map("put").entries())
        .containsExactly(Map.entry("key", new Entry(bytes("two"), second)));
  }

  @Test
  void callsOfOneNodeTakeEffectInTheirOrder() throws Exception {
    MapEvents atC = new MapEvents();
    c.map("order").listen(atC);
    List<CompletionStage<Stamp>> puts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      puts.add(a.map("order").put("key", bytes("%03d".formatted(i))));
    }
    for (CompletionStage<Stamp> put : puts) {
      get(put);
    }
    awaitText("199", "order", "key", a, b, c);
    Grids.await(
        "the last is told",
        () -> !atC.heard().isEmpty() && atC.heard().getLast().equals("key=199"));
    assertThat(atC.heard()).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aRemovedKeyIsGoneEverywhereAndItsTombstoneBeatsOlderValues() throws Exception {
    MapEvents atB = new MapEvents();
    b.map("remove").listen(atB);
    Stamp put = get(a.map("remove").put("key", bytes("value")));
    awaitText("value", "remove", "key", b);
    atB.await("key=value");
    get(c.map("remove").remove("key"));
    awaitText("none", "remove", "key", a, b, c);
    atB.await("key=value", "key removed");
    assertThat(get(a.map("remove").merge("key", new Entry(bytes("old"), put)))).isFalse();
    assertThat(a.map("remove").entries()).isEmpty();
    get(a.map("remove").put("key", bytes("again")));
    awaitText("again", "remove", "key", a, b, c);
  }

  @Test
  void concurrentPutsConvergeToTheGreatestStamp() throws Exception {
    for (int round = 0; round < 20; round++) {
      String key = "key" + round;
      List<CompletionStage<Stamp>> puts = new ArrayList<>();
      for (Grid grid : List.of(a, b, c)) {
        for (int i = 0; i < 5; i++) {
          puts.add(grid.map("race").put(key, bytes(grid.self().name() + i)));
        }
      }
      Stamp greatest = get(puts.getFirst());
      for (CompletionStage<Stamp> put : puts) {
        Stamp stamp = get(put);
        greatest = stamp.isAfter(greatest) ? stamp : greatest;
      }
      for (Grid grid : List.of(a, b, c)) {
        Stamp expected = greatest;
        Grids.await(
            grid.self().name() + " has " + expected,
            () -> grid.map("race").get(key).map(Entry::stamp).equals(Optional.of(expected)));
      }
    }
  }

  @Test
  void mergeTakesWhatIsNewerOnly() throws Exception {
    Stamp old = new Stamp(1000, 0, Grids.id(9));
    assertThat(get(a.map("merge").merge("key", new Entry(bytes("old"), old)))).isTrue();
    awaitText("old", "merge", "key", a, b, c);
    Entry newer = new Entry(bytes("newer"), new Stamp(1000, 1, Grids.id(1)));
    assertThat(get(b.map("merge").merge("key", newer))).isTrue();
    assertThat(get(c.map("merge").merge("key", new Entry(bytes("old"), old)))).isFalse();
    assertThat(get(c.map("merge").merge("key", newer))).isFalse();
    awaitText("newer", "merge", "key", a, b, c);
  }

  @Test
  void aStampFromAClockFarAheadIsMergedAndNotFollowed() throws Exception {
    long aheadMillis = System.currentTimeMillis() + 3_600_000;
    Entry ahead = new Entry(bytes("ahead"), new Stamp(aheadMillis, 0, Grids.id(9)));
    assertThat(get(a.map("drift").merge("key", ahead))).isTrue();
    awaitText("ahead", "drift", "key", a, b, c);
    assertThat(a.clock().now().wallMillis()).isLessThan(aheadMillis);

    assertThat(get(b.map("drift").put("key", bytes("later"))).isAfter(ahead.stamp())).isTrue();
    awaitText("later", "drift", "key", a, b, c);
  }

  @Test
  void aNodeThatJoinsHasAllEntriesAtOnceAndTellsThemFirst() throws Exception {
    List<CompletionStage<Stamp>> puts = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      puts.add(a.map("join").put("key" + i, bytes("value" + i)));
    }
    for (CompletionStage<Stamp> put : puts) {
      get(put);
    }
    try (Grid late = grids.options(4).seeds(Grids.addresses(b)).start()) {
      assertThat(late.map("join").entries()).hasSize(500);
      MapEvents events = new MapEvents();
      late.map("join").listen(events);
      Grids.await("all are told", () -> events.heard().size() == 500);
      get(late.map("join").put("last", bytes("value")));
      Grids.await("the last is told", () -> events.heard().size() == 501);
      assertThat(events.heard()).doesNotHaveDuplicates().endsWith("last=value");
    }
    awaitMembers(3, a, b, c);
  }

  @Test
  void aListenerThatThrowsDisturbsNobody() throws Exception {
    b.map("throws")
        .listen(
            new MapListener() {
              @Override
              public void changed(String key, Entry entry) {
                throw new IllegalStateException("this listener always fails; the log says so");
              }

              @Override
              public void removed(String key, Stamp stamp) {}
            });
    MapEvents events = new MapEvents();
    b.map("throws").listen(events);
    get(a.map("throws").put("key", bytes("value")));
    events.await("key=value");
  }

  @Test
  void valuesOfSomeMegabytesAreCarried() throws Exception {
    byte[] large = new byte[Mirror.MAX_VALUE_BYTES];
    Arrays.fill(large, (byte) 7);
    get(a.map("large").put("key", large));
    Grids.await("c has it", () -> c.map("large").get("key").isPresent());
    assertThat(c.map("large").get("key").orElseThrow().value()).isEqualTo(large);
    get(a.map("large").remove("key"));
    assertThatThrownBy(() -> a.map("large").put("key", new byte[Mirror.MAX_VALUE_BYTES + 1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("value.length: 8388609 (expected: 0 to 8388608)");
  }

  @Test
  void keysAndNamesAreChecked() {
    assertThatThrownBy(() -> a.map("Upper"))
        .hasMessage("map: Upper (expected: 1 to 64 characters of a-z 0-9 - . _)");
    assertThatThrownBy(() -> a.map("@members")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> a.map("checks").put("", new byte[0]))
        .hasMessage("key: 0 characters (expected: 1 to 1024)");
    assertThat(a.map("checks")).isSameAs(a.map("checks"));
    assertThat(a.map("checks").name()).isEqualTo("checks");
  }

  @Test
  void fullMapsRefuseValuesButNotRemovals() throws Exception {
    try (Grids own = new Grids(directory.resolve("full"))) {
      Grid small = own.start(own.options(1).dataRegionBytes(16L << 20).clusterName("full"));
      get(small.map("full").put("first", new byte[6 << 20]));
      assertThat(Grids.refusal(small.map("full").put("second", new byte[6 << 20])))
          .isEqualTo(Reason.FULL);
      get(small.map("full").remove("first"));
      get(small.map("full").put("second", new byte[6 << 20]));
    }
  }
}
