package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.cache.CacheException;
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

  @Test
  void aWatchThatCouldNotBeginIsBegunAgain() throws Exception {
    var fails = new AtomicBoolean(true);
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      FaultyPlace place =
          new FaultyPlace(
              grid,
              (method, call) -> {
                if (method.equals("query") && fails.getAndSet(false)) {
                  throw new CacheException("a member is gone");
                }
                return call.run();
              });
      var heard = new Heard();
      KeyWatch watch = new KeyWatches(place).watch("default/later/", "", heard);
      Grids.get(watch.begun());
      Grids.get(Grids.at(grid, "later").put("key", Grids.bytes("v")));
      await("it is heard", () -> heard.changes().contains("+key"));
      assertThat(fails).isFalse();
      watch.close();
      Grids.get(watch.ended());
    }
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
  void allWatchesOfANamespaceGoOnWithTheNextIgniteAndKnowThatTheyMayHaveMissedChanges()
      throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(1);
      var watches = new KeyWatches(new FaultyPlace(grid, this::around));
      List<Heard> all = new ArrayList<>();
      List<KeyWatch> open = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        var heard = new Heard();
        all.add(heard);
        open.add(watches.watch("default/watched" + i % 2 + "/", "", heard));
        Grids.get(open.getLast().begun());
      }
      assertThat(begun).hasValue(2);
      watches.resumed(new FaultyPlace(grid, this::around).caches());
      await("each knows", () -> all.stream().allMatch(heard -> heard.gaps() == 1));
      assertThat(begun).hasValue(4);
      assertThat(ended).hasValue(2);
      Grids.get(grid.keyValue(Namespace.of("default", "watched1")).put("k", Grids.bytes("v")));
      for (int i = 1; i < 20; i += 2) {
        Heard heard = all.get(i);
        await("each hears what comes now", () -> heard.changes().contains("+k"));
      }
      watches.close();
      for (KeyWatch watch : open) {
        Grids.get(watch.ended());
      }
      assertThat(ended).hasValue(4);
    }
  }

  @Test
  void aQueryThatFailedIsAskedForAgainWithTheNextWatchAndBeginsAll() throws Exception {
    try (Grids grids = new Grids(directory)) {
      var failures = new AtomicInteger(1);
      var failed = new CompletableFuture<Void>();
      var watches =
          new KeyWatches(
              new FaultyPlace(
                  grids.start(1),
                  (method, call) -> {
                    if (method.equals("query") && failures.getAndDecrement() > 0) {
                      failed.complete(null);
                      throw new CacheException("injected");
                    }
                    return around(method, call);
                  }));
      KeyWatch one = watches.watch("default/watched/", "a", new Gaps());
      Grids.get(failed);
      KeyWatch another = watches.watch("default/watched/", "b", new Gaps());
      Grids.get(another.begun());
      Grids.get(one.begun());
      assertThat(begun).hasValue(1);
      watches.close();
      Grids.get(one.ended());
      Grids.get(another.ended());
      assertThat(ended).hasValue(1);
    }
  }

  @Test
  void aSlowListenerHoldsUpAndLosesItsOwnAlone() throws Exception {
    int writes = 10_100;
    var goOn = new CompletableFuture<Void>();
    var held = new CompletableFuture<Void>();
    var slow =
        new Heard() {
          @Override
          public void changed(String key, Stamp version) {
            held.complete(null);
            goOn.join();
            super.changed(key, version);
          }
        };
    var quick = new Heard();
    var failing =
        new Heard() {
          @Override
          public void changed(String key, Stamp version) {
            super.changed(key, version);
            throw new IllegalStateException("thrown by a test");
          }
        };
    try (Grids grids = new Grids(directory)) {
      KeyValue here = grids.start(1).keyValue(Namespace.of("default", "watched"));
      Grids.get(here.watch("", slow).begun());
      Grids.get(here.watch("", quick).begun());
      Grids.get(here.watch("1009", failing).begun());
      Grids.get(here.put("first", Grids.bytes("v")));
      Grids.get(held);
      for (int i = 0; i < writes; i++) {
        Grids.get(here.put("" + i, Grids.bytes("v")));
      }
      await("the quick one hears all", () -> quick.changes().size() == writes + 1);
      await("the failing one, too", () -> failing.changes().size() == 11);
      assertThat(quick.gaps() + failing.gaps()).isZero();
      assertThat(slow.changes()).isEmpty();
      goOn.complete(null);
      await("the slow one knows that it has missed some", () -> slow.gaps() == 1);
      assertThat(slow.changes()).hasSize(10_001);
    }
  }

  @Test
  void watchesThatShareAQueryMissNothingWhileMembersComeAndGo() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(1);
      Grid second = grids.start(2, first);
      Grid third = grids.start(3, first);
      Grids.awaitMembers(3, first, second, third);
      List<Heard> all = List.of(new Heard(), new Heard(), new Heard());
      KeyValue here = first.keyValue(Namespace.of("default", "moved"));
      for (Heard heard : all) {
        Grids.get(here.watch("", heard).begun());
      }
      KeyValue there = third.keyValue(Namespace.of("default", "moved"));
      var go = new AtomicBoolean(true);
      var written = new CompletableFuture<Set<String>>();
      Thread.ofVirtual().start(() -> writeWhile(go, there, written));
      second.close();
      Grids.awaitMembers(2, first, third);
      Grid fourth = grids.start(4, first);
      Grids.awaitMembers(3, first, third, fourth);
      fourth.close();
      Grids.awaitMembers(2, first, third);
      go.set(false);
      Set<String> keys = Grids.get(written);
      assertThat(keys).isNotEmpty();
      for (Heard heard : all) {
        await("all is heard", () -> heard.changes().containsAll(keys));
        assertThat(heard.gaps()).isZero();
      }
    }
  }

  /** Gives what was acknowledged. */
  private static void writeWhile(
      AtomicBoolean go, KeyValue at, CompletableFuture<Set<String>> written) {
    Set<String> keys = new HashSet<>();
    try {
      for (int i = 0; go.get(); i++) {
        Grids.get(at.withTimeout(Duration.ofSeconds(30)).put("key" + i, Grids.bytes("v")));
        keys.add("+key" + i);
      }
      written.complete(keys);
    } catch (Exception e) {
      written.completeExceptionally(e);
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
