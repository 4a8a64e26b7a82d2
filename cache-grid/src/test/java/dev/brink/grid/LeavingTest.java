package dev.brink.grid;

import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.ignite.IgniteCache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What namespaces in memory keep while members leave in order. */
@Timeout(180)
class LeavingTest {
  private static final int KEYS = 500;

  /** Of several chunks each. */
  private static final int LARGE = 50;

  private static final String SMALL_VALUE = "v".repeat(1_000);
  private static final byte[] LARGE_VALUE = new byte[600_000];

  @TempDir Path directory;

  private Grids joined(Duration leaveTimeout) throws Exception {
    var grids = new Grids(directory);
    for (int n = 1; n <= 3; n++) {
      List<String> seeds = n == 1 ? List.of() : Grids.addresses(grids.member(1));
      grids.start(grids.options(n).leaveTimeout(leaveTimeout).seeds(seeds));
    }
    Grids.awaitMembers(3, grids.member(1), grids.member(2), grids.member(3));
    return grids;
  }

  private static KeyValue filled(Grid grid) throws Exception {
    KeyValue at = Grids.at(grid, "leaving");
    for (int i = 0; i < KEYS; i++) {
      get(at.put("key" + i, bytes(SMALL_VALUE)));
    }
    for (int i = 0; i < LARGE; i++) {
      get(at.put("large" + i, LARGE_VALUE));
    }
    return at;
  }

  /** The keys that are not there, or not whole. */
  private static List<String> lost(KeyValue at) {
    List<String> lost = new ArrayList<>();
    for (int i = 0; i < KEYS + LARGE; i++) {
      String key = i < KEYS ? "key" + i : "large" + (i - KEYS);
      int length = i < KEYS ? SMALL_VALUE.length() : LARGE_VALUE.length;
      try {
        if (get(at.get(key)).map(entry -> entry.value().length).orElse(0) != length) {
          lost.add(key);
        }
      } catch (Exception e) {
        lost.add(key + ": " + e);
      }
    }
    return lost;
  }

  private static void leaveAtOnce(Grid... grids) throws InterruptedException {
    List<Thread> leaving =
        Stream.of(grids).map(grid -> Thread.ofPlatform().start(grid::close)).toList();
    for (Thread thread : leaving) {
      thread.join();
    }
  }

  @Test
  void nothingIsLostWhereOneLeavesRightAfterAnother() throws Exception {
    try (Grids grids = joined(Duration.ofMinutes(1))) {
      KeyValue at = filled(grids.member(1));
      grids.member(3).close();
      grids.member(2).close();
      assertThat(lost(at)).isEmpty();
    }
  }

  @Test
  void nothingIsLostWhereTwoLeaveAtOnce() throws Exception {
    try (Grids grids = joined(Duration.ofMinutes(1))) {
      KeyValue at = filled(grids.member(1));
      leaveAtOnce(grids.member(2), grids.member(3));
      assertThat(lost(at)).isEmpty();
    }
  }

  @Test
  void allCanLeaveAtOnceAndNobodyWaitsForWhoIsGone() throws Exception {
    Duration longerThanThisTest = Duration.ofMinutes(10);
    try (Grids grids = joined(longerThanThisTest)) {
      filled(grids.member(1));
      turns(grids.member(1)).put("turn", UUID.randomUUID());
      leaveAtOnce(grids.member(1), grids.member(2), grids.member(3));
      assertThat(grids.member(1).state()).isEqualTo(GridState.STOPPED);
    }
  }

  @Test
  void whoseTurnDoesNotComeLeavesOnceItsPatienceIsAtItsEnd() throws Exception {
    try (Grids grids = joined(Duration.ofMillis(300))) {
      filled(grids.member(1));
      turns(grids.member(1)).put("turn", session(grids.member(1)).id());
      grids.member(2).close();
      assertThat(grids.member(2).state()).isEqualTo(GridState.STOPPED);
      Grids.awaitMembers(2, grids.member(1), grids.member(3));
    }
  }

  /** Puts keys through one member, one after the other, until it is told to end. */
  private static final class Writer {
    private final KeyValue at;
    private final Set<String> written = ConcurrentHashMap.newKeySet();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private volatile boolean ended;
    private final Thread thread = Thread.ofPlatform().unstarted(this::run);

    Writer(Grid grid, String prefix) {
      at = Grids.at(grid, "leaving");
      thread.setName(prefix);
      thread.start();
    }

    private void run() {
      for (int i = 0; !ended; i++) {
        String key = thread.getName() + i;
        try {
          get(at.put(key, bytes(SMALL_VALUE)));
          written.add(key);
        } catch (Exception e) {
          failures.add(e);
        }
      }
    }

    void end() throws InterruptedException {
      ended = true;
      thread.join();
    }
  }

  @Test
  void nothingIsLostWhileOneAfterAnotherIsRestarted() throws Exception {
    try (Grids grids = joined(Duration.ofMinutes(1))) {
      var members = new ArrayList<>(List.of(grids.member(1), grids.member(2), grids.member(3)));
      Set<String> written = new HashSet<>();
      for (int n = 2; n >= 0; n--) {
        Grid stays = members.get((n + 1) % 3);
        var writer = new Writer(stays, "of" + n + "-");
        try {
          members.get(n).close();
          members.set(
              n,
              grids.start(
                  grids
                      .options(n + 1)
                      .leaveTimeout(Duration.ofMinutes(1))
                      .seeds(Grids.addresses(stays))));
          Grids.awaitMembers(3, members.toArray(Grid[]::new));
        } finally {
          writer.end();
        }
        assertThat(writer.failures).isEmpty();
        assertThat(writer.written).isNotEmpty();
        written.addAll(writer.written);
      }
      KeyValue at = Grids.at(members.getFirst(), "leaving");
      for (String key : written) {
        assertThat(get(at.get(key))).as(key).isPresent();
      }
    }
  }

  private static IgniteSession session(Grid grid) {
    return Objects.requireNonNull(((GridNode) grid).engine().session());
  }

  private static IgniteCache<String, UUID> turns(Grid grid) {
    return session(grid).namespaces().ignite().cache("brink-departures");
  }
}
