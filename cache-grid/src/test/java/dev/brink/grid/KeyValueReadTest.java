package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large values that many read at once. */
class KeyValueReadTest {
  private static final int READERS = 20;
  private static final int VALUE_BYTES = 16 << 20;

  @TempDir Path directory;

  /** How many calls of {@code get} each thread, hence each read, has made. */
  private final Map<Thread, Integer> calls = new ConcurrentHashMap<>();

  private final AtomicInteger reading = new AtomicInteger();
  private final CompletableFuture<Void> goOn = new CompletableFuture<>();

  /** Stops each read once it gets the first part of its value. */
  private @Nullable Object around(String method, FaultyPlace.Call call) throws Throwable {
    if (method.equals("get") && calls.merge(Thread.currentThread(), 1, Integer::sum) == 2) {
      reading.incrementAndGet();
      goOn.join();
    }
    return call.run();
  }

  @Test
  void holdNoMoreThanCallsMayTogether() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      KeyValueEngine engine = FaultyPlace.engine(grid, this::around);
      KeyValue at = engine.namespace(Namespace.of("default", "reads"), Duration.ofSeconds(60));
      get(at.put("large", Values.random(VALUE_BYTES)));
      get(at.put("small", bytes("v")));
      calls.clear();
      List<CompletionStage<Optional<KeyValueEntry>>> reads = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        reads.add(at.get("large"));
      }
      await("all have begun", () -> calls.size() == READERS);
      await("some read", () -> reading.get() == 7);
      for (int i = 0; i < 100; i++) {
        assertThat(get(at.get("small"))).isPresent();
      }
      assertThat(reading).as("16 MiB each of 128").hasValue(7);
      goOn.complete(null);
      for (CompletionStage<Optional<KeyValueEntry>> read : reads) {
        assertThat(get(read).orElseThrow().value()).hasSize(VALUE_BYTES);
      }
      engine.close();
    }
  }
}
