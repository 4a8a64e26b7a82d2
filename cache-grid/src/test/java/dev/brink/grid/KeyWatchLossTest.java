package dev.brink.grid;

import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that may have all copies of keys are killed: whoever watches them hears of it. */
class KeyWatchLossTest {
  private static final int KEYS = 300;

  @TempDir Path directory;

  /** Counts how often it was told that changes may have been missed, and keeps what has changed. */
  private static final class Watching implements KeyListener {
    final AtomicInteger missed = new AtomicInteger();
    final Set<String> heard = ConcurrentHashMap.newKeySet();

    @Override
    public void changed(String key, Stamp version) {
      heard.add(key);
    }

    @Override
    public void removed(String key) {
      // Nothing is removed.
    }

    @Override
    public void missed() {
      missed.incrementAndGet();
    }
  }

  /** Kills one or two of five members. */
  private interface Killing {
    void kill(NodeProcess fourth, NodeProcess fifth) throws Exception;
  }

  /**
   * How often each of three members that watch is told that it may have missed something.
   *
   * @param left how many members there are afterwards
   */
  private List<Integer> missed(int left, Killing killing) throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(grids.options(1).network(NetworkPreset.LAN));
      List<String> seeds = Grids.addresses(first);
      grids.start(grids.options(2).network(NetworkPreset.LAN).seeds(seeds));
      grids.start(grids.options(3).network(NetworkPreset.LAN).seeds(seeds));
      List<Grid> three = List.of(first, grids.member(2), grids.member(3));
      List<Watching> watches = new ArrayList<>();
      try (NodeProcess fourth = NodeProcess.start(4, directory, seeds.getFirst());
          NodeProcess fifth = NodeProcess.start(5, directory, seeds.getFirst())) {
        Grids.awaitMembers(5, three.toArray(Grid[]::new));
        for (Grid member : three) {
          var watching = new Watching();
          watches.add(watching);
          get(Grids.at(member, "lost").watch("", watching).begun());
        }
        KeyValue at = Grids.at(first, "lost");
        for (int i = 0; i < KEYS; i++) {
          get(at.put("key" + i, bytes("v")));
        }
        killing.kill(fourth, fifth);
        Grids.awaitMembers(left, three.toArray(Grid[]::new));
        get(at.put("last", bytes("v")));
        for (Watching watching : watches) {
          Grids.await("the last is heard", () -> watching.heard.contains("last"));
        }
        return watches.stream().map(watching -> watching.missed.get()).toList();
      }
    }
  }

  @Test
  @Timeout(180)
  void whoWatchesHearsOnceThatAllCopiesMayBeLost() throws Exception {
    assertThat(
            missed(
                3,
                (fourth, fifth) -> {
                  fourth.kill();
                  fifth.kill();
                }))
        .containsExactly(1, 1, 1);
  }

  @Test
  @Timeout(180)
  void whoWatchesHearsNothingOfOneThatIsKilled() throws Exception {
    assertThat(missed(4, (fourth, _) -> fourth.kill())).containsExactly(0, 0, 0);
  }
}
