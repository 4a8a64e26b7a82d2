package dev.brink.grid;

import static dev.brink.grid.Grids.awaitMembers;
import static dev.brink.grid.Grids.awaitState;
import static dev.brink.grid.Grids.awaitText;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static dev.brink.grid.Grids.id;
import static dev.brink.grid.Grids.text;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.grid.GridUnavailableException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ignite.Ignition;
import org.apache.ignite.failure.FailureContext;
import org.apache.ignite.failure.FailureType;
import org.apache.ignite.internal.IgniteEx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridRecoveryTest {
  @TempDir Path directory;

  @Test
  void aFailedIgniteIsRestartedInPlaceWhileReadsGoOn() throws Exception {
    try (Grids grids = Grids.joined(directory, 2)) {
      Grid first = grids.member(1);
      Grid second = grids.member(2);
      get(first.map("test").put("key", bytes("before")));
      awaitText("before", "test", "key", second);
      Events events = new Events();
      second.listen(events);
      MapEvents mapEvents = new MapEvents();
      second.map("test").listen(mapEvents);
      mapEvents.await("key=before");

      CountDownLatch goOn = fail(second);
      awaitState(GridState.RESTARTING, second);
      assertThat(text(second, "test", "key")).isEqualTo("before");
      assertThat(second.membership().members()).hasSize(2);
      assertThatThrownBy(() -> get(second.map("test").put("key", bytes("refused"))))
          .cause()
          .isInstanceOfSatisfying(
              GridUnavailableException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(Reason.RESTARTING);
                assertThat(e.retryable()).isTrue();
              });
      get(first.map("test").put("key", bytes("meanwhile")));

      goOn.countDown();
      awaitState(GridState.CONNECTED, second);
      awaitMembers(2, first, second);
      awaitText("meanwhile", "test", "key", second);
      mapEvents.await("key=before", "key=meanwhile");
      get(second.map("test").put("key", bytes("after")));
      awaitText("after", "test", "key", first, second);
      assertThat(events.heard())
          .containsSubsequence(
              "joined node1", "CONNECTED to RESTARTING", "RESTARTING to CONNECTED");
      mapEvents.await("key=before", "key=meanwhile", "key=after");
    }
  }

  @Test
  void aLoneNodeBringsItsRecordsOverARestart() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      for (int i = 0; i < 300; i++) {
        get(grid.map("test").put("key" + i, bytes("value")));
      }
      get(grid.map("test").remove("key0"));
      CountDownLatch goOn = fail(grid);
      awaitState(GridState.RESTARTING, grid);
      goOn.countDown();
      awaitState(GridState.CONNECTED, grid);
      Grid second = grids.start(2, grid);
      Grids.await("all are there", () -> second.map("test").entries().size() == 299);
      assertThat(text(second, "test", "key0")).isEqualTo("none");
    }
  }

  @Test
  void separateGridsBecomeOneAndTheSmallerSideYields() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Ports later = Ports.take("127.0.0.1", 0, 0);
      later.beacon().close();
      Grid second = grids.start(grids.options(2).seeds(List.of("127.0.0.1:" + later.discovery())));
      Grid third = grids.start(3, second);
      awaitMembers(2, second, third);
      Events ofThird = new Events();
      third.listen(ofThird);

      get(second.map("test").put("shared", bytes("older")));
      get(second.map("test").put("theirs", bytes("2")));
      get(second.map("test").put("removed", bytes("older")));
      Grid first = startAlone(grids, later.discovery(), second, third);
      Events ofFirst = new Events();
      first.listen(ofFirst);
      untilTaken(() -> first.map("test").put("shared", bytes("newer")));
      untilTaken(() -> first.map("test").put("ours", bytes("1")));
      untilTaken(() -> first.map("test").remove("removed"));

      awaitMembers(3, first, second, third);
      awaitText("newer", "test", "shared", first, second, third);
      awaitText("1", "test", "ours", first, second, third);
      awaitText("2", "test", "theirs", first, second, third);
      awaitText("none", "test", "removed", first, second, third);
      awaitState(GridState.CONNECTED, first, second, third);
      assertThat(ofFirst.heard()).anyMatch(event -> event.contains("RESTARTING"));
      assertThat(ofThird.heard()).doesNotContain("CONNECTED to RESTARTING");
    }
  }

  /**
   * Starts node 1 where the others look for one. When they ask it while it starts it joins them at
   * once; then it is started again, knowing nobody.
   */
  private Grid startAlone(Grids grids, int port, Grid... others) {
    for (int i = 0; i < 20; i++) {
      Path nobodyKnown = directory.resolve("alone" + i);
      Grid grid = grids.start(grids.options(1).workDirectory(nobodyKnown).discoveryPort(port));
      if (grid.membership().members().size() == 1) {
        return grid;
      }
      grid.close();
      awaitMembers(others.length, others);
    }
    throw new AssertionError("it always joined at once");
  }

  @Test
  void ofTwoEqualSidesTheOneWithTheGreaterLowestIdYields() {
    try (Grids grids = new Grids(directory)) {
      Ports later = Ports.take("127.0.0.1", 0, 0);
      later.beacon().close();
      Grid first = grids.start(grids.options(1).seeds(List.of("127.0.0.1:" + later.discovery())));
      Events ofFirst = new Events();
      first.listen(ofFirst);
      Grid second = grids.start(grids.options(2).discoveryPort(later.discovery()));
      awaitMembers(2, first, second);
      assertThat(ofFirst.heard()).doesNotContain("CONNECTED to RESTARTING");
    }
  }

  @Test
  void theKnownMembersAreRememberedOverARestartAndNeedAMajority() throws Exception {
    try (Grids grids = Grids.joined(directory, 3)) {
      Grid first = grids.member(1);
      Grid second = grids.member(2);
      Grid third = grids.member(3);
      Grids.await(
          "all are known", () -> file(second).contains("node1") && file(second).contains("node3"));
      second.close();
      first.close();
      third.close();

      Grid again = grids.start(2);
      assertThat(again.state()).isEqualTo(GridState.MINORITY);
      assertThat(again.missing()).extracting(Member::name).containsExactly("node1", "node3");
      assertThatThrownBy(() -> get(again.map("test").put("key", bytes("value"))))
          .cause()
          .isInstanceOfSatisfying(
              GridUnavailableException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.MINORITY))
          .hasMessageContaining("1 of 3 known members present");
      assertThat(again.forget(id(9))).isFalse();
      assertThat(again.forget(id(2))).isFalse();
      assertThat(again.forget(id(1))).isTrue();
      assertThat(again.forget(id(3))).isTrue();
      awaitState(GridState.CONNECTED, again);
      get(again.map("test").put("key", bytes("value")));
      assertThat(again.missing()).isEmpty();
    }
  }

  @Test
  void oldTombstonesAreDropped() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(grids.options(1).retention(Duration.ofSeconds(1)));
      Grid second =
          grids.start(
              grids.options(2).retention(Duration.ofSeconds(1)).seeds(Grids.addresses(first)));
      get(first.map("test").put("stays", bytes("value")));
      get(first.map("test").put("goes", bytes("value")));
      get(second.map("test").remove("goes"));
      for (Grid grid : List.of(first, second)) {
        Grids.await("no tombstone is left", () -> !stored(grid).contains("test/goes"));
        assertThat(stored(grid)).contains("test/stays");
      }
      awaitText("none", "test", "goes", first, second);
    }
  }

  private static Set<String> stored(Grid grid) {
    Set<String> keys = new HashSet<>();
    IgniteSession session = requireNonNull(((GridNode) grid).engine().session());
    session.scan((key, bytes) -> keys.add(key));
    return keys;
  }

  private String file(Grid grid) {
    try {
      return new String(
          Files.readAllBytes(directory.resolve(grid.self().name()).resolve(MembersFile.NAME)),
          StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** Writes until that is not refused because the grid restarts. */
  private static void untilTaken(Supplier<CompletionStage<?>> write) throws Exception {
    while (true) {
      try {
        get(write.get());
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof GridUnavailableException refused)
            || refused.reason() != Reason.RESTARTING) {
          throw e;
        }
        Thread.sleep(5);
      }
    }
  }

  /**
   * Has Ignite meet a failure that it cannot go on from. It is stopped, but started again only when
   * the latch that this returns is counted down.
   */
  private static CountDownLatch fail(Grid grid) {
    CountDownLatch failed = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Engine engine = ((GridNode) grid).engine();
    engine.onControl(() -> await(failed));
    String instance = "brink-" + engine.sessionId();
    IgniteEx ignite = (IgniteEx) Ignition.ignite(instance);
    ignite
        .context()
        .failure()
        .process(
            new FailureContext(FailureType.CRITICAL_ERROR, new IllegalStateException("injected")));
    // Behind the stop, which the failure has asked for, and before the start.
    engine.onControl(() -> await(goOn));
    failed.countDown();
    return goOn;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(40, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
