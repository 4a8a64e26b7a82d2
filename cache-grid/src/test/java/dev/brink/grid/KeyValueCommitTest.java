package dev.brink.grid;

import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.grid.GridUnavailableException.Reason;
import dev.brink.grid.KeyValueWrite.Check;
import dev.brink.grid.KeyValueWrite.Delete;
import dev.brink.grid.KeyValueWrite.Increment;
import dev.brink.grid.KeyValueWrite.Put;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.cache.CacheException;
import org.apache.ignite.IgniteException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions whose commit fails, before or after it is done. */
class KeyValueCommitTest {
  @TempDir static Path directory;
  private static Grids grids;
  private static Grid grid;

  private final AtomicInteger commits = new AtomicInteger();
  private final AtomicInteger failingReads = new AtomicInteger();
  private volatile FaultyPlace.Fault firstCommit = (method, call) -> call.run();
  private volatile FaultyPlace.Fault reads = this::read;
  private KeyValueEngine engine;
  private KeyValue at;

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
    at = engine.namespace(Namespace.of("default", "commits"), Duration.ofSeconds(20));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private @Nullable Object around(String method, FaultyPlace.Call call) throws Throwable {
    if (method.equals("commit") && commits.incrementAndGet() == 1) {
      return firstCommit.around(method, call);
    }
    if (method.equals("getAll")) {
      return reads.around(method, call);
    }
    return call.run();
  }

  private @Nullable Object read(String method, FaultyPlace.Call call) throws Throwable {
    if (failingReads.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new CacheException("no member is there");
    }
    return call.run();
  }

  /** It is done, but its answer is lost, and then nothing can be read for a moment. */
  private @Nullable Object done(String method, FaultyPlace.Call call) throws Throwable {
    call.run();
    failingReads.set(2);
    throw new IgniteException("the answer was lost");
  }

  @Test
  void anIncrementCountsOnce() throws Exception {
    firstCommit = this::done;
    assertThat(get(at.increment("once", 5, WriteOptions.none()))).isEqualTo(5);
    assertThat(get(at.get("once")).orElseThrow().text()).isEqualTo("5");
    assertThat(commits).hasValue(1);
  }

  @Test
  void anIncrementThatWasNotDoneIsDoneThen() throws Exception {
    firstCommit = FaultyPlace.LOST;
    get(at.put("then", bytes("1")));
    assertThat(get(at.increment("then", 5, WriteOptions.none()))).isEqualTo(6);
    assertThat(get(at.get("then")).orElseThrow().text()).isEqualTo("6");
    assertThat(commits).hasValue(2);
  }

  @Test
  void anIncrementThatWasRolledBackIsDoneThen() throws Exception {
    firstCommit = FaultyPlace.ROLLED_BACK;
    assertThat(get(at.increment("back", 5, WriteOptions.none()))).isEqualTo(5);
    assertThat(get(at.get("back")).orElseThrow().text()).isEqualTo("5");
    assertThat(commits).hasValue(2);
  }

  @Test
  void aCompareAndSetThatWonSaysSo() throws Exception {
    firstCommit = this::done;
    byte[] value = Values.random(300_000);
    Stamp version =
        get(at.compareAndSet("won", Optional.empty(), value, WriteOptions.none())).orElseThrow();
    KeyValueEntry entry = get(at.get("won")).orElseThrow();
    assertThat(entry.version()).isEqualTo(version);
    assertThat(entry.value()).isEqualTo(value);
  }

  @Test
  void anAtomicWriteIsDoneOnce() throws Exception {
    Stamp gone = get(at.put("gone", bytes("v")));
    firstCommit = this::done;
    assertThat(
            get(
                at.atomic(
                    List.of(
                        new Check("gone", Optional.of(gone)),
                        new Delete("gone"),
                        new Put("put", bytes("v"), WriteOptions.none()),
                        new Increment("counted", 2)))))
        .isPresent();
    assertThat(get(at.get("gone"))).isEmpty();
    assertThat(get(at.get("counted")).orElseThrow().text()).isEqualTo("2");
  }

  @Test
  void whatCannotBeToldIsNotTriedAgain() throws Exception {
    KeyValue other = grid.keyValue(Namespace.of("default", "commits"));
    firstCommit =
        (method, call) -> {
          call.run();
          get(other.increment("both", 1, WriteOptions.none()));
          throw new IllegalStateException("the node is stopping");
        };
    GridUnavailableException refused = Grids.refused(at.increment("both", 5, WriteOptions.none()));
    assertThat(refused.reason()).isEqualTo(Reason.FAILED);
    assertThat(refused.outcomeUnknown()).isTrue();
    assertThat(refused.retryable()).isFalse();
    assertThat(get(other.get("both")).orElseThrow().text()).isEqualTo("6");
  }

  @Test
  void whatOthersRemovedSinceIsNotDoneAgain() throws Exception {
    KeyValue other = grid.keyValue(Namespace.of("default", "commits"));
    firstCommit =
        (method, call) -> {
          call.run();
          assertThat(get(other.delete("removed"))).isTrue();
          throw new IllegalStateException("the node is stopping");
        };
    assertThat(
            Grids.refused(
                    at.compareAndSet(
                        "removed", Optional.empty(), bytes("lock"), WriteOptions.none()))
                .outcomeUnknown())
        .isTrue();
    assertThat(get(other.get("removed"))).isEmpty();
  }

  @Test
  void whatLeftOneOfItsKeysAsItWasWasNotDone() throws Exception {
    KeyValue other = grid.keyValue(Namespace.of("default", "commits"));
    get(other.put("kept", bytes("1")));
    firstCommit = FaultyPlace.LOST;
    reads =
        (method, call) -> {
          if (commits.get() == 1) {
            get(other.put("changed", bytes("7")));
          }
          return call.run();
        };
    assertThat(get(at.atomic(List.of(new Increment("kept", 1), new Increment("changed", 1)))))
        .isPresent();
    assertThat(get(other.get("kept")).orElseThrow().text()).isEqualTo("2");
    assertThat(get(other.get("changed")).orElseThrow().text()).isEqualTo("8");
  }

  @Test
  void aRefusalBeforeTheCommitSaysThatNothingWasDone() throws Exception {
    failingReads.set(Integer.MAX_VALUE);
    KeyValue hasty = at.withTimeout(Duration.ofMillis(50));
    GridUnavailableException refused =
        Grids.refused(hasty.increment("never", 1, WriteOptions.none()));
    assertThat(refused.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(refused.outcomeUnknown()).isFalse();
    assertThat(refused.retryable()).isTrue();
  }
}
