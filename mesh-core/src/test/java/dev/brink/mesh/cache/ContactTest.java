package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.Change;
import dev.brink.cache.Purge;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.StoreKey;
import dev.brink.grid.Grid;
import dev.brink.grid.NetworkPreset;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.link.LinkServer;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.link.TestService;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The looks of a node at whether it hears of every purge. */
class ContactTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @AutoClose private final EventLoops loops = EventLoops.create(1, "test-io");
  @AutoClose private final Links links = new Links(loops, null, new Unheard());

  @AutoClose
  private final EdgeCache cache =
      new EdgeCache("node", links, CdnLoop.create(), MemoryStore.ofBytes(1 << 20), false);

  private final AtomicInteger pages = new AtomicInteger();

  private static Grid grid(Path directory) {
    return Grid.builder()
        .nodeId(new UUID(0, 1))
        .name("node")
        .network(NetworkPreset.LOCAL)
        .workDirectory(directory)
        .start();
  }

  private Contact contact(Grid grid, Path directory, boolean knowsAll) {
    var file = new UnrecordedPurges(directory.resolve("unrecorded"));
    return new Contact(cache, grid, links, PurgeRecords.of(cache, grid, file), knowsAll);
  }

  @Test
  void aLookThatEndsWithAnErrorIsNotTheLast(@TempDir Path directory) throws Exception {
    var looks = new CountDownLatch(3);
    try (Grid grid = grid(directory);
        Contact contact = contact(grid, directory, true)) {
      cache.untold().known(() -> Set.of("away"));
      var change = new Change("tenant", "kept.example/a", StoreKey.of("a"), true);
      cache.untold().add(change, List.of());
      cache
          .untold()
          .known(
              () -> {
                looks.countDown();
                throw new OutOfMemoryError("as a test wants it");
              });
      contact.start();
      assertThat(looks.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static Purge tag(int i) {
    return Purge.of(Purge.Scope.TAG, i + "-".repeat(4_000));
  }

  /** A peer to which there is a link, and that answers what was missed. */
  private LinkServer peer(Function<PurgeRequest, CompletionStage<PurgeReply>> answer)
      throws Exception {
    var service = new TestService();
    service.purges = answer;
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    LinkServer server = LinkServer.start(loops, anyPort, null, service);
    links.add("peer", server.address());
    await(() -> links.up().contains("peer"));
    return server;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void pageByPageANodeHearsOfAllThatItMissed(@TempDir Path directory) throws Exception {
    int many = 700;
    try (var other =
        new EdgeCache("peer", links, CdnLoop.create(), MemoryStore.ofBytes(1 << 20), false)) {
      for (int i = 0; i < many; i++) {
        other.purge(tag(i));
      }
      try (LinkServer _ = peer(other::apply);
          Grid grid = grid(directory);
          Contact contact = contact(grid, directory, false)) {
        contact.start();
        await(() -> cache.stats().purges() == many);
      }
    }
  }

  @Test
  void aPeerThatNeverEndsIsAskedForSoManyPagesAndWhatIsKeptIsDropped(@TempDir Path directory)
      throws Exception {
    try (LinkServer _ = peer(this::endless);
        Grid grid = grid(directory);
        Contact contact = contact(grid, directory, true)) {
      Purge before = cache.purge(Purge.of(Purge.Scope.TAG, "t"));
      // From then on it seems to have stood still.
      await(() -> System.currentTimeMillis() > (before.stamp() >>> 16) + 3_000);
      contact.start();
      await(() -> cache.stats().purges() == 2);
      assertThat(pages).hasValue(Missed.MAX_PAGES);
    }
  }

  private CompletionStage<PurgeReply> endless(PurgeRequest request) {
    assertThat(request.hasAfter()).isTrue();
    pages.incrementAndGet();
    return CompletableFuture.completedFuture(
        PurgeReply.newBuilder().setTold(true).setNext(request.getAfter()).build());
  }
}
