package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ignite.cache.query.QueryCursor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyWatchesTest {
  @TempDir Path directory;

  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  /** Counts queries. */
  private @Nullable Object around(String method, FaultyPlace.Call call) throws Throwable {
    Object result = call.run();
    if (!(result instanceof QueryCursor<?> cursor)) {
      return result;
    }
    begun.incrementAndGet();
    return Proxy.newProxyInstance(
        QueryCursor.class.getClassLoader(),
        new Class<?>[] {QueryCursor.class},
        (proxy, called, arguments) -> {
          if (called.getName().equals("close")) {
            cursor.close();
            ended.incrementAndGet();
          }
          return null;
        });
  }

  private static final class Gaps implements KeyListener {
    private final CompletableFuture<Void> missed = new CompletableFuture<>();

    @Override
    public void changed(String key, Stamp version) {}

    @Override
    public void removed(String key) {}

    @Override
    public void missed() {
      missed.complete(null);
    }
  }

  @Test
  void aWatchThatBeginsAsIgniteComesBackLeavesNoQueryBehind() throws Exception {
    try (Grids grids = new Grids(directory)) {
      var place = new FaultyPlace(grids.start(1), this::around);
      var watches = new KeyWatches(place);
      for (int i = 0; i < 10; i++) {
        var gaps = new Gaps();
        KeyWatch watch = watches.watch("default/watched/", "", gaps);
        watches.resumed(place.caches());
        Grids.get(gaps.missed);
        int before = begun.get();
        watch.close();
        assertThat(before).isPositive();
        await("all its queries have ended", () -> ended.get() == begun.get());
      }
    }
  }

  @Test
  void aWatchSaysWhenItHasBegunAndWhenNothingIsLeftOfIt() throws Exception {
    try (Grids grids = new Grids(directory)) {
      var watches = new KeyWatches(new FaultyPlace(grids.start(1), this::around));
      KeyWatch watch = watches.watch("default/watched/", "", new Gaps());
      Grids.get(watch.begun());
      assertThat(begun).hasValue(1);
      watch.close();
      Grids.get(watch.ended());
      assertThat(ended).hasValue(1);
      for (int i = 0; i < 10; i++) {
        KeyWatch closed = watches.watch("default/watched/", "", new Gaps());
        closed.close();
        Grids.get(closed.ended());
        assertThat(ended.get()).isEqualTo(begun.get());
      }
    }
  }

  @Test
  void aWatchThatIsClosedBeforeIgniteRunsNeverBegins() {
    var watches = new KeyWatches(new Nowhere());
    KeyWatch watch = watches.watch("default/watched/", "", new Gaps());
    assertThat(watch.begun().toCompletableFuture()).isNotDone();
    watch.close();
    assertThat(watch.begun().toCompletableFuture()).isCompletedExceptionally();
  }

  /** Where Ignite does not run. */
  private static final class Nowhere implements KeyValuePlace {
    @Override
    public @Nullable StoreCaches caches() {
      return null;
    }

    @Override
    public @Nullable GridUnavailableException refusal() {
      return null;
    }

    @Override
    public boolean holds(StoreCaches caches) {
      return false;
    }
  }
}
