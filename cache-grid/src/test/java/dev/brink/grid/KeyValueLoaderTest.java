package dev.brink.grid;

import static dev.brink.grid.Grids.awaitMembers;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that are made when they are missing, and values that are changed in place. */
class KeyValueLoaderTest {
  @TempDir static Path directory;
  private static Grids grids;
  private static KeyValue here;
  private static KeyValue there;

  private final AtomicInteger loads = new AtomicInteger();

  @BeforeAll
  static void start() {
    grids = new Grids(directory);
    Grid first = grids.start(1);
    Grid second = grids.start(2, first);
    awaitMembers(2, first, second);
    here = first.keyValue(Namespace.of("default", "loaded"));
    there = second.keyValue(Namespace.of("default", "loaded"));
  }

  @AfterAll
  static void stop() {
    grids.close();
  }

  private KeyValueLoader loader(KeyValue values, CompletionStage<byte[]> value) {
    return KeyValueLoader.of(
        values,
        ReadMode.consistent(),
        WriteOptions.none().expiringAfter(Duration.ofHours(1)).withMetadata("loaded"),
        key -> {
          loads.incrementAndGet();
          return value;
        });
  }

  @Test
  void allWhoMissShareOneLoadAndOthersFindItsValue() throws Exception {
    var value = new CompletableFuture<byte[]>();
    KeyValueLoader loader = loader(here, value);
    List<CompletionStage<KeyValueEntry>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(loader.get("shared"));
    }
    value.complete(bytes("made"));
    for (CompletionStage<KeyValueEntry> each : all) {
      assertThat(get(each).text()).isEqualTo("made");
      assertThat(get(each).info()).isEqualTo(get(here.get("shared")).orElseThrow().info());
    }
    assertThat(loads).hasValue(1);
    KeyValueEntry found = get(loader(there, new CompletableFuture<>()).get("shared"));
    assertThat(found.text()).isEqualTo("made");
    assertThat(found.info()).isEqualTo(get(here.get("shared")).orElseThrow().info());
    assertThat(found.info().metadata()).isEqualTo("loaded");
    assertThat(found.info().expires()).isPresent();
  }

  @Test
  void ofTwoNodesThatLoadTheFirstOneWins() throws Exception {
    var slow = new CompletableFuture<byte[]>();
    CompletionStage<KeyValueEntry> late = loader(here, slow).get("both");
    Grids.await("a load", () -> loads.get() == 1);
    assertThat(get(loader(there, done("first")).get("both")).text()).isEqualTo("first");
    slow.complete(bytes("second"));
    assertThat(get(late).text()).isEqualTo("first");
  }

  @Test
  void aLoadThatFailsStoresNothingAndIsTriedAgain() throws Exception {
    var failure = new IllegalArgumentException("no such thing");
    CompletionStage<KeyValueEntry> failed =
        loader(here, CompletableFuture.failedFuture(failure)).get("failing");
    assertThatThrownBy(() -> get(failed)).hasCause(failure);
    KeyValueLoader nothing = loader(here, CompletableFuture.completedFuture(null));
    assertThatThrownBy(() -> get(nothing.get("failing")))
        .hasMessageContaining("load of failing: null (expected: a value, or a failure)");
    assertThat(get(here.get("failing"))).isEmpty();
    assertThat(get(loader(here, done("now")).get("failing")).text()).isEqualTo("now");
    assertThat(loads).hasValue(3);
  }

  @Test
  void aLoadThatThrowsLeavesNothingBehind() throws Exception {
    KeyValueLoader throwing =
        KeyValueLoader.of(
            here,
            ReadMode.consistent(),
            WriteOptions.none(),
            key -> {
              throw new AssertionError("load " + loads.incrementAndGet());
            });
    for (int i = 1; i <= 3; i++) {
      String message = "load " + i;
      assertThatThrownBy(() -> get(throwing.get("thrown")))
          .hasCauseInstanceOf(AssertionError.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void aRefreshReplacesWhatIsThere() throws Exception {
    get(here.put("refreshed", bytes("old")));
    assertThat(get(loader(there, done("new")).refresh("refreshed")).text()).isEqualTo("new");
    assertThat(get(here.get("refreshed")).orElseThrow().text()).isEqualTo("new");
  }

  @Test
  void updatesOfManyAreAllDone() throws Exception {
    List<CompletionStage<Optional<Stamp>>> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add((i % 2 == 0 ? here : there).update("sum", WriteOptions.none(), added(1)));
    }
    for (CompletionStage<Optional<Stamp>> each : all) {
      assertThat(get(each)).isPresent();
    }
    assertThat(get(there.get("sum")).orElseThrow().text()).isEqualTo("10");
  }

  private static java.util.function.Function<Optional<KeyValueEntry>, Optional<byte[]>> added(
      int more) {
    return found ->
        Optional.of(
            bytes(
                Integer.toString(
                    found.map(entry -> Integer.parseInt(entry.text())).orElse(0) + more)));
  }

  @Test
  void anUpdateMayLeaveNothingAndMayFail() throws Exception {
    assertThat(get(here.update("gone", WriteOptions.none(), found -> Optional.empty()))).isEmpty();
    get(here.put("gone", bytes("there")));
    assertThat(get(there.update("gone", WriteOptions.none(), found -> Optional.empty()))).isEmpty();
    assertThat(get(here.get("gone"))).isEmpty();
    CompletionStage<Optional<Stamp>> failed =
        here.update(
            "gone",
            WriteOptions.none(),
            found -> {
              throw new IllegalStateException("not like this");
            });
    assertThatThrownBy(() -> get(failed)).hasMessageContaining("not like this");
  }

  private static CompletionStage<byte[]> done(String value) {
    return CompletableFuture.completedFuture(bytes(value));
  }
}
