package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.Purge;
import dev.brink.cache.store.MemoryStore;
import dev.brink.grid.Grid;
import dev.brink.grid.NetworkPreset;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the grid keeps of purges, and what a node makes of it. */
class PurgeRecordsTest {
  private static final long MINUTE_MILLIS = 60_000;

  private static PurgeReply ask(EdgeCache cache, PurgeRequest request) throws Exception {
    return cache.apply(request).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource({"10, 1", "86400, 0"})
  void aNewPurgeThatWasMissedHoldsAsOfNowAndAnOldOneIsOld(
      int secondsAgo, int asOfNow, @TempDir Path directory) throws Exception {
    try (Grid grid =
            Grid.builder()
                .nodeId(new UUID(0, 1))
                .name("node")
                .network(NetworkPreset.LOCAL)
                .startTimeout(Duration.ofMinutes(2))
                .writeTimeout(Duration.ofSeconds(20))
                .workDirectory(directory)
                .start();
        EventLoops loops = EventLoops.create(1, "test-io");
        var links = new Links(loops, null, new Unheard());
        var cache =
            new EdgeCache("node", links, CdnLoop.create(), MemoryStore.ofBytes(1 << 20), false)) {
      long stamp = (System.currentTimeMillis() - secondsAgo * 1_000L) << 16;
      Purge missed = Purge.of(Purge.Scope.TAG, "t").at(stamp);
      grid.map("purges")
          .put("t", CacheMessages.toProto(missed).toByteArray())
          .toCompletableFuture()
          .get(20, TimeUnit.SECONDS);
      PurgeRecords.of(cache, grid, new UnrecordedPurges(directory.resolve("unrecorded")));
      PurgeReply reply =
          ask(cache, PurgeRequest.newBuilder().setMissedMillis(MINUTE_MILLIS).build());
      assertThat(reply.getPurgesList()).hasSize(asOfNow);
      assertThat(reply.getPurgesList())
          .allMatch(purge -> purge.getStamp() > stamp + (5_000L << 16));
      assertThat(reply.getTold()).isTrue();
      assertThat(ask(cache, PurgeRequest.getDefaultInstance()).getTold()).isFalse();
    }
  }

  private static Grid grid(Path directory) {
    return Grid.builder()
        .nodeId(new UUID(0, 1))
        .name("node")
        .network(NetworkPreset.LOCAL)
        .workDirectory(directory)
        .start();
  }

  @Test
  void whatTheGridDoesNotKeepYetIsWrittenByALaterProcess(@TempDir Path directory) throws Exception {
    var file = new UnrecordedPurges(directory.resolve("unrecorded"));
    Purge purge = Purge.of(Purge.Scope.TAG, "t").at(System.currentTimeMillis() << 16);
    Purge another = Purge.of(Purge.Scope.TAG, "another").at(purge.stamp() + 1);
    try (EventLoops loops = EventLoops.create(1, "test-io");
        var links = new Links(loops, null, new Unheard());
        var cache =
            new EdgeCache("node", links, CdnLoop.create(), MemoryStore.ofBytes(1 << 20), false)) {
      Grid gone = grid(directory.resolve("grid"));
      PurgeRecords records = PurgeRecords.of(cache, gone, file);
      gone.close();
      assertThat(records.add(purge).toCompletableFuture()).failsWithin(20, TimeUnit.SECONDS);
      assertThat(records.keep()).isEmpty();
      assertThat(records.add(another).toCompletableFuture()).failsWithin(20, TimeUnit.SECONDS);
      assertThat(records.keep()).isEmpty();
      assertThat(file.read()).containsExactly(purge, another);
      Path nowhere = Files.createFile(directory.resolve("file")).resolve("unrecorded");
      assertThatThrownBy(
              () -> new UnrecordedPurges(nowhere).write(List.of(purge), 1, () -> List.of(purge)))
          .isInstanceOf(IOException.class);
    }
    try (Grid grid = grid(directory.resolve("grid"));
        EventLoops loops = EventLoops.create(1, "test-io");
        var links = new Links(loops, null, new Unheard());
        var cache =
            new EdgeCache("node", links, CdnLoop.create(), MemoryStore.ofBytes(1 << 20), false)) {
      PurgeRecords records = PurgeRecords.of(cache, grid, file);
      assertThat(records.unwritten()).isEqualTo(2);
      assertThat(cache.purge(purge).stamp()).isEqualTo(purge.stamp());
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (records.unwritten() > 0 || !file.read().isEmpty()) {
        assertThat(System.nanoTime()).isLessThan(end);
        records.again();
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(grid.map("purges").entries()).hasSize(2);
    }
  }
}
