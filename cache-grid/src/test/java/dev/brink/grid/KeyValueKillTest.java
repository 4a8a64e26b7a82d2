package dev.brink.grid;

import static dev.brink.grid.Grids.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member, a process, is killed while two others write, again and again: each acknowledged write
 * counts once, each that says so at most once, and no put comes back after another's was seen.
 */
class KeyValueKillTest {
  private static final int ROUNDS = 4;
  private static final int KEYS = 24;
  private static final int BEFORE = 2_000;
  private static final int AFTER = 2_000;

  @TempDir Path directory;

  /** What clients were told of the writes of one kind. */
  private static final class Told {
    final Map<String, AtomicInteger> done = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> unknown = new ConcurrentHashMap<>();

    static void add(Map<String, AtomicInteger> counts, String key) {
      counts.computeIfAbsent(key, name -> new AtomicInteger()).incrementAndGet();
    }

    static int of(Map<String, AtomicInteger> counts, String key) {
      AtomicInteger count = counts.get(key);
      return count == null ? 0 : count.get();
    }
  }

  /** One write, which returns whether it was done. */
  @FunctionalInterface
  private interface Write {
    boolean run(KeyValue at, String key, int n) throws Exception;
  }

  private final AtomicLong writes = new AtomicLong();
  private volatile boolean over;

  @Test
  @Tag("long")
  @Timeout(240)
  void aWriteCountsOnceAndComesOnceWhenMembersAreKilled() throws Exception {
    try (Grids grids = new Grids(directory);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      Grid first = grids.start(grids.options(1).network(NetworkPreset.LAN));
      grids.start(grids.options(2).network(NetworkPreset.LAN).seeds(Grids.addresses(first)));
      for (int round = 0; round < ROUNDS; round++) {
        round(grids, threads, "round" + round);
      }
    }
  }

  private void round(Grids grids, ExecutorService threads, String namespace) throws Exception {
    Grid first = grids.member(1);
    Grid second = grids.member(2);
    over = false;
    long start = writes.get();
    var sums = ConcurrentHashMap.<String>newKeySet();
    var counted = new Told();
    var compared = new Told();
    List<Future<?>> clients = new ArrayList<>();
    try (NodeProcess third = NodeProcess.start(3, directory, Grids.addresses(first).getFirst())) {
      Grids.awaitMembers(3, first, second);
      for (Grid grid : List.of(first, second)) {
        KeyValue at = Grids.at(grid, namespace);
        clients.add(
            threads.submit(client(at, "count", counted, (keys, key, n) -> count(keys, key, sums))));
        clients.add(threads.submit(client(at, "compare", compared, KeyValueKillTest::compare)));
        clients.add(
            threads.submit(
                client(
                    at,
                    "put",
                    new Told(),
                    (keys, key, n) -> put(keys, key, grid.self().name() + "-" + n))));
        clients.add(threads.submit(reader(at)));
      }
      Grids.await("it is warm", () -> writes.get() - start > BEFORE);
      third.kill();
      long killed = writes.get();
      Grids.await("it goes on", () -> writes.get() - killed > AFTER);
    }
    over = true;
    for (Future<?> client : clients) {
      var _ = client.get();
    }
    KeyValue at = Grids.at(first, namespace);
    for (int i = 0; i < KEYS; i++) {
      assertCounted(at, "count" + i, counted);
      assertCounted(at, "compare" + i, compared);
    }
    Grids.awaitMembers(2, first, second);
  }

  private static void assertCounted(KeyValue at, String key, Told told) throws Exception {
    int value = Grids.get(at.get(key)).map(KeyValueEntry::text).map(Integer::parseInt).orElse(0);
    int done = Told.of(told.done, key);
    assertThat(value).as(key).isBetween(done, done + Told.of(told.unknown, key));
  }

  private Callable<Void> client(KeyValue at, String prefix, Told told, Write write) {
    return () -> {
      for (int n = 0; !over; n++) {
        String key = prefix + n % KEYS;
        try {
          if (write.run(at, key, n)) {
            Told.add(told.done, key);
          }
          writes.incrementAndGet();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof GridUnavailableException unavailable)) {
            throw e;
          }
          if (unavailable.outcomeUnknown()) {
            Told.add(told.unknown, key);
          }
        }
      }
      return null;
    };
  }

  private static boolean count(KeyValue at, String key, Set<String> sums) throws Exception {
    long sum = Grids.get(at.increment(key, 1, WriteOptions.none()));
    assertThat(sums.add(key + "=" + sum)).as("%s was %d once", key, sum).isTrue();
    return true;
  }

  private static boolean compare(KeyValue at, String key, int n) throws Exception {
    Optional<KeyValueEntry> found = Grids.get(at.get(key));
    int next = found.map(KeyValueEntry::text).map(Integer::parseInt).orElse(0) + 1;
    return Grids.get(
            at.compareAndSet(
                key,
                found.map(KeyValueEntry::version),
                bytes(Integer.toString(next)),
                WriteOptions.none()))
        .isPresent();
  }

  private static boolean put(KeyValue at, String key, String value) throws Exception {
    Grids.get(at.put(key, bytes(value)));
    return true;
  }

  /** Each put has a value of its own: once another was seen in its place it is never seen again. */
  private Callable<Void> reader(KeyValue at) {
    return () -> {
      List<String> last =
          new ArrayList<>(IntStream.range(0, KEYS).mapToObj(i -> "nothing").toList());
      Set<String> replaced = new HashSet<>();
      for (int n = 0; !over; n++) {
        int i = n % KEYS;
        try {
          String value = Grids.get(at.get("put" + i)).map(KeyValueEntry::text).orElse("nothing");
          if (!value.equals(last.get(i))) {
            assertThat(replaced).as("put%d, now %s", i, value).doesNotContain(i + value);
            replaced.add(i + last.set(i, value));
          }
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof GridUnavailableException)) {
            throw e;
          }
        }
      }
      return null;
    };
  }
}
