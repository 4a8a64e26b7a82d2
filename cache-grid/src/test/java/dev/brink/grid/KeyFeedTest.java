package dev.brink.grid;

import static dev.brink.grid.Grids.at;
import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.ignite.Ignition;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.continuous.GridContinuousProcessor;
import org.apache.ignite.spi.systemview.view.ContinuousQueryView;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watches of a namespace that share what they hear, on three members. */
class KeyFeedTest {
  @TempDir static Path directory;
  private static Grids grids;
  private static Grid first;
  private static Grid second;
  private static Grid third;

  private final List<KeyWatch> open = new ArrayList<>();

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

  @AfterEach
  void end() throws Exception {
    for (KeyWatch watch : open) {
      watch.close();
      get(watch.ended());
    }
    awaitQueries(0);
  }

  @Test
  void twoHundredWatchesOfANamespaceAreOneQuery() throws Exception {
    List<Heard> each = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      var heard = new Heard();
      watch("many", "%03d/".formatted(i), heard);
      each.add(heard);
    }
    var all = new Heard();
    watch("many", "", all);
    awaitQueries(1);
    KeyValue there = at(second, "many");
    List<CompletionStage<?>> writes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      writes.add(there.put("%03d/key".formatted(i), bytes("v")));
    }
    writes.add(there.put("key", bytes("v")));
    writes.add(at(second, "many2").put("000/other", bytes("v")));
    for (CompletionStage<?> write : writes) {
      get(write);
    }
    await("all is heard", () -> all.changes().size() == 201);
    for (int i = 0; i < 200; i++) {
      Heard heard = each.get(i);
      String own = "+%03d/key".formatted(i);
      await(own + " is heard", () -> !heard.changes().isEmpty());
      assertThat(heard.changes()).containsExactly(own);
      assertThat(heard.gaps()).isZero();
    }
  }

  @Test
  void eachNamespaceHasItsOwn() throws Exception {
    var one = new Heard();
    var another = new Heard();
    watch("one", "", one);
    watch("another", "", another);
    awaitQueries(2);
    get(at(second, "one").put("a", bytes("v")));
    get(at(second, "another").put("b", bytes("v")));
    await("both are heard", () -> one.changes().size() + another.changes().size() == 2);
    assertThat(one.changes()).containsExactly("+a");
    assertThat(another.changes()).containsExactly("+b");
  }

  @Test
  void theLastWatchEndsTheQueryAndTheNextBeginsIt() throws Exception {
    for (int round = 0; round < 3; round++) {
      KeyWatch one = watch("last", "", new Heard());
      var heard = new Heard();
      KeyWatch another = watch("last", "", heard);
      one.close();
      get(one.ended());
      awaitQueries(1);
      get(at(second, "last").put("key" + round, bytes("v")));
      await("the other hears", () -> !heard.changes().isEmpty());
      assertThat(heard.changes()).containsExactly("+key" + round);
      another.close();
      get(another.ended());
      awaitQueries(0);
    }
  }

  @Test
  void oneThatJoinsHearsWhatComesAfterwardsAlone() throws Exception {
    var early = new Heard();
    watch("join", "", early);
    get(at(second, "join").put("before", bytes("v")));
    await("the first hears", () -> early.changes().contains("+before"));
    var late = new Heard();
    KeyWatch joined = at(first, "join").watch("", late);
    open.add(joined);
    assertThat(joined.begun().toCompletableFuture()).as("as the query runs").isCompleted();
    get(at(second, "join").put("after", bytes("v")));
    get(at(third, "join").delete("before"));
    await("all is heard", () -> late.changes().containsAll(Set.of("+after", "-before")));
    assertThat(late.changes()).containsExactlyInAnyOrder("+after", "-before");
  }

  @Test
  void noWatchThatJoinsOrLeavesLosesWhatAnotherHears() throws Exception {
    var heard = new Heard();
    watch("churn", "", heard);
    KeyValue there = at(second, "churn");
    List<CompletionStage<?>> writes = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      var joined = new Heard();
      KeyWatch watch = at(first, "churn").watch("", joined);
      get(watch.begun());
      String key = "key" + i;
      writes.add(there.put(key, bytes("v")));
      if (i % 10 == 0) {
        await("it hears " + key, () -> joined.changes().contains("+" + key));
      }
      watch.close();
    }
    for (CompletionStage<?> write : writes) {
      get(write);
    }
    await("all is heard", () -> heard.changes().size() == 300);
    assertThat(heard.gaps()).isZero();
  }

  @Test
  void whatCannotBeUnderstoodIsMissedByThoseWhomItConcerns() throws Exception {
    var concerned = new Heard();
    var other = new Heard();
    watch("broken", "a", concerned);
    watch("broken", "b", other);
    StoreCaches caches = requireNonNull(new MemoryPlace(((GridNode) second).engine()).caches());
    caches.records().put("default/broken/a", new byte[] {1});
    await("it is missed", () -> concerned.gaps() == 1);
    get(at(second, "broken").put("b", bytes("v")));
    await("the others go on", () -> other.changes().contains("+b"));
    assertThat(other.gaps()).isZero();
    caches.records().remove("default/broken/a");
    await("as does this one", () -> concerned.changes().contains("-a"));
  }

  /** A watch at the first node that has begun. */
  private KeyWatch watch(String namespace, String prefix, KeyListener listener) throws Exception {
    KeyWatch watch = at(first, namespace).watch(prefix, listener);
    open.add(watch);
    get(watch.begun());
    return watch;
  }

  /** What the members themselves say. */
  private static void awaitQueries(int expected) {
    for (Grid grid : List.of(first, second, third)) {
      await(grid.self().name() + " answers queries: " + expected, () -> queries(grid) == expected);
    }
  }

  private static int queries(Grid grid) {
    IgniteEx ignite = (IgniteEx) Ignition.ignite("brink-" + ((GridNode) grid).engine().sessionId());
    int queries = 0;
    for (Object row :
        requireNonNull(ignite.context().systemView().view(GridContinuousProcessor.CQ_SYS_VIEW))) {
      var query = (ContinuousQueryView) row;
      if (query.isQuery() && query.cacheName().endsWith(KeyValueCaches.RECORDS)) {
        queries++;
      }
    }
    return queries;
  }
}
