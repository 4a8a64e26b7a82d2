package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.grid.GridUnavailableException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Puts and deletes that fail, before or after they are done. */
class PlainWriteTest {
  private static final Set<String> WRITES = Set.of("put", "getAndPut", "getAndRemove");

  @TempDir static Path directory;
  private static Grids grids;
  private static Grid grid;

  private final AtomicInteger writes = new AtomicInteger();
  private volatile FaultyPlace.Fault firstWrite = (method, call) -> call.run();
  private KeyValueEngine engine;
  private KeyValue at;
  private KeyValue other;

  @BeforeAll
  static void start() {
    grids = new Grids(directory);
    grid = grids.start(1);
  }

  @AfterAll
  static void stop() {
    grids.close();
  }

  @BeforeEach
  void open() {
    engine = FaultyPlace.engine(grid, this::around);
    Namespace namespace = Namespace.of("default", "plain");
    at = engine.namespace(namespace, Duration.ofSeconds(20));
    other = grid.keyValue(namespace);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private @Nullable Object around(String method, FaultyPlace.Call call) throws Throwable {
    return WRITES.contains(method) && writes.incrementAndGet() == 1
        ? firstWrite.around(method, call)
        : call.run();
  }

  private static @Nullable Object done(String method, FaultyPlace.Call call) throws Throwable {
    call.run();
    throw new IllegalStateException("the node is stopping");
  }

  @Test
  void aPutThatWasDoneIsNotDoneAgain() throws Exception {
    firstWrite = PlainWriteTest::done;
    Stamp version = get(at.put("done", bytes("mine")));
    assertThat(get(other.get("done")).orElseThrow().version()).isEqualTo(version);
    assertThat(writes).hasValue(1);
  }

  @Test
  void aPutDoesNotUndoWhatOthersWroteSince() throws Exception {
    firstWrite =
        (method, call) -> {
          call.run();
          get(other.put("since", bytes("theirs")));
          throw new IllegalStateException("the node is stopping");
        };
    GridUnavailableException refused = Grids.refused(at.put("since", bytes("mine")));
    assertThat(refused.reason()).isEqualTo(Reason.FAILED);
    assertThat(refused.outcomeUnknown()).isTrue();
    assertThat(refused.retryable()).isFalse();
    assertThat(get(other.get("since")).orElseThrow().text()).isEqualTo("theirs");
  }

  @Test
  void aPutDoesNotBringBackWhatOthersDeletedSince() throws Exception {
    firstWrite =
        (method, call) -> {
          call.run();
          assertThat(get(other.delete("deleted"))).isTrue();
          throw new IllegalStateException("the node is stopping");
        };
    assertThat(Grids.refused(at.put("deleted", bytes("mine"))).outcomeUnknown()).isTrue();
    assertThat(get(other.get("deleted"))).isEmpty();
  }

  @Test
  void aPutThatWasRolledBackIsDoneThen() throws Exception {
    get(other.put("back", bytes("theirs")));
    firstWrite = FaultyPlace.ROLLED_BACK;
    get(at.put("back", bytes("mine")));
    assertThat(get(other.get("back")).orElseThrow().text()).isEqualTo("mine");
    assertThat(writes).hasValue(2);
  }

  @Test
  void aStreamThatWasRolledBackIsDoneThen() throws Exception {
    byte[] value = Values.random(700_000);
    AtomicInteger records = new AtomicInteger();
    KeyValueEngine streaming =
        FaultyPlace.engine(
            grid,
            (method, call) ->
                method.equals("getAndPut") && records.incrementAndGet() == 1
                    ? FaultyPlace.ROLLED_BACK.around(method, call)
                    : call.run());
    try (streaming) {
      get(
          streaming
              .namespace(Namespace.of("default", "plain"), Duration.ofSeconds(20))
              .put("stream", Values.publisher(value), WriteOptions.none()));
    }
    assertThat(records).hasValue(2);
    assertThat(get(other.get("stream")).orElseThrow().value()).isEqualTo(value);
  }

  @Test
  void aPutOfWhichNothingIsKnownSaysSo() throws Exception {
    get(other.put("lost", bytes("theirs")));
    firstWrite = FaultyPlace.LOST;
    assertThat(Grids.refused(at.put("lost", bytes("mine"))).outcomeUnknown()).isTrue();
    assertThat(get(other.get("lost")).orElseThrow().text()).isEqualTo("theirs");
  }

  /** Its caller may do it again at once, as it was told that nothing was done. */
  @Test
  void whatIsLateIsNotWritten() throws Exception {
    var told = new CompletableFuture<Void>();
    firstWrite =
        (method, call) -> {
          told.join();
          return call.run();
        };
    KeyValue hasty = at.withTimeout(Duration.ofMillis(50));
    CompletionStage<Stamp> late = hasty.put("late", Values.random(300_000));
    GridUnavailableException refused = Grids.refused(late);
    assertThat(refused.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(refused.outcomeUnknown()).as("a chunk, which nobody sees").isFalse();
    told.complete(null);
    await("the call has ended", () -> engine.stats().pending() == 0);
    assertThat(get(other.get("late"))).isEmpty();
  }

  @Test
  void aDeleteThatWasDoneIsNotDoneAgain() throws Exception {
    get(other.put("gone", bytes("theirs")));
    firstWrite = PlainWriteTest::done;
    get(at.delete("gone"));
    assertThat(get(other.get("gone"))).isEmpty();
    assertThat(writes).hasValue(1);
  }

  @Test
  void aDeleteDoesNotRemoveWhatOthersWroteSince() throws Exception {
    get(other.put("again", bytes("old")));
    firstWrite =
        (method, call) -> {
          call.run();
          get(other.put("again", bytes("new")));
          throw new IllegalStateException("the node is stopping");
        };
    assertThat(Grids.refused(at.delete("again")).outcomeUnknown()).isTrue();
    assertThat(get(other.get("again")).orElseThrow().text()).isEqualTo("new");
  }

  @Test
  void aDeleteThatWasRolledBackIsDoneThen() throws Exception {
    get(other.put("there", bytes("theirs")));
    firstWrite = FaultyPlace.ROLLED_BACK;
    assertThat(get(at.delete("there"))).isTrue();
    assertThat(get(other.get("there"))).isEmpty();
  }
}
