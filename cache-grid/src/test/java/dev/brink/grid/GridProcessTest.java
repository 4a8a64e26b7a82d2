package dev.brink.grid;

import static dev.brink.grid.Grids.addresses;
import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.awaitMembers;
import static dev.brink.grid.Grids.awaitState;
import static dev.brink.grid.Grids.awaitText;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.grid.GridUnavailableException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridProcessTest {
  @TempDir Path directory;

  @Test
  void aKilledMemberIsToldAsFailedAndTheOlderHalfGoesOn() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid older = grids.start(lan(grids, 2).retention(Duration.ofSeconds(3)));
      try (NodeProcess killed = NodeProcess.start(1, directory, addresses(older).getFirst())) {
        awaitMembers(2, older);
        Events events = new Events();
        older.listen(events);
        assertThat(killed.put("key", "value")).isEqualTo("done");
        awaitText("value", "test", "key", older);
        killed.kill();
        awaitMembers(1, older);
        events.await("joined node1", "failed node1");
        assertThat(older.state()).isEqualTo(GridState.CONNECTED);
        assertThat(older.missing()).extracting(Member::name).containsExactly("node1");
        get(older.map("test").put("key", bytes("alone")));
        await("it is forgotten after a while", () -> older.missing().isEmpty());
      }
    }
  }

  @Test
  void theYoungerHalfRefusesWritesUntilTheOlderIsBackOrForgotten() throws Exception {
    try (Grids grids = new Grids(directory)) {
      NodeProcess older = NodeProcess.start(1, directory);
      Grid younger = grids.start(lan(grids, 2).seeds(List.of(older.address())));
      awaitMembers(2, younger);
      assertThat(older.put("key", "value")).isEqualTo("done");
      awaitText("value", "test", "key", younger);
      older.kill();

      awaitState(GridState.MINORITY, younger);
      assertThat(Grids.refusal(younger.map("test").put("key", bytes("refused"))))
          .isEqualTo(Reason.MINORITY);
      assertThat(Grids.text(younger, "test", "key")).isEqualTo("value");

      try (NodeProcess again = NodeProcess.start(1, directory, addresses(younger).getFirst())) {
        awaitState(GridState.CONNECTED, younger);
        awaitMembers(2, younger);
        await("the value is back", () -> value(again, "key").equals("value"));
        again.kill();
        awaitState(GridState.MINORITY, younger);
      }
      assertThat(younger.forget(Grids.id(1))).isTrue();
      awaitState(GridState.CONNECTED, younger);
      get(younger.map("test").put("key", bytes("alone")));
    }
  }

  @Test
  void aFrozenMemberIsLeftBehindAndComesBackByItself() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(lan(grids, 1));
      Grid second = grids.start(lan(grids, 2).seeds(addresses(first)));
      try (NodeProcess frozen = NodeProcess.start(3, directory, addresses(first).getFirst())) {
        awaitMembers(3, first, second);
        assertThat(frozen.put("frozen", "before")).isEqualTo("done");
        awaitText("before", "test", "frozen", first, second);
        frozen.freeze();
        awaitMembers(2, first, second);
        get(second.map("test").put("key", bytes("meanwhile")));
        get(first.map("test").remove("frozen"));
        frozen.thaw();

        awaitMembers(3, first, second);
        await("it has what it missed", () -> value(frozen, "key").equals("meanwhile"));
        await("it has what was removed", () -> value(frozen, "frozen").equals("none"));
        await("it takes writes", () -> state(frozen) == GridState.CONNECTED);
        assertThat(frozen.put("key", "after")).isEqualTo("done");
        awaitText("after", "test", "key", first, second);
        awaitText("none", "test", "frozen", first, second);
      }
    }
  }

  private static GridBuilder lan(Grids grids, int n) {
    return grids.options(n).network(NetworkPreset.LAN);
  }

  private static String value(NodeProcess node, String key) {
    try {
      return node.value(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GridState state(NodeProcess node) {
    try {
      return node.state();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
