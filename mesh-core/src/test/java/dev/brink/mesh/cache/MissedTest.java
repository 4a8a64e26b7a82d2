package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.Change;
import dev.brink.cache.Purge;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.StoreKey;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.CacheChange;
import dev.brink.mesh.proto.MissedPlace;
import dev.brink.mesh.proto.PurgeRecord;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a node is told that may have missed more than a message holds. */
class MissedTest {
  private static final String LONG = "-".repeat(4_000);
  private static final int MANY = 700;
  private static final int REPLY_BYTES = 1 << 20;

  @AutoClose private final EventLoops loops = EventLoops.create(1, "test-io");
  @AutoClose private final Links links = new Links(loops, null, new Unheard());

  @AutoClose
  private final EdgeCache cache =
      new EdgeCache("node", links, CdnLoop.create(), MemoryStore.ofBytes(1 << 20), false);

  private static PurgeRequest.Builder question() {
    return PurgeRequest.newBuilder().setMissedMillis(60_000).setAsker("away");
  }

  private PurgeReply ask(PurgeRequest.Builder request) throws Exception {
    PurgeReply reply = cache.apply(request.build()).toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(reply.getTold()).isTrue();
    assertThat(reply.getSerializedSize()).isLessThan(REPLY_BYTES);
    return reply;
  }

  /** Asks for all pages; each time one was read there is something more to be told. */
  private List<PurgeReply> askForAll(Runnable meanwhile) throws Exception {
    List<PurgeReply> pages = new ArrayList<>();
    PurgeReply page = ask(question().setAfter(MissedPlace.getDefaultInstance()));
    pages.add(page);
    while (page.hasNext()) {
      meanwhile.run();
      page = ask(question().setAfter(page.getNext()));
      pages.add(page);
    }
    return pages;
  }

  private static List<String> purged(List<PurgeReply> pages) {
    return pages.stream()
        .flatMap(page -> page.getPurgesList().stream())
        .map(PurgeRecord::getValue)
        .toList();
  }

  private static String tag(int i) {
    return i + LONG;
  }

  @Test
  void allOfManyPurgesAreToldOnceInPages() throws Exception {
    Set<String> made = new HashSet<>();
    long stamp = (System.currentTimeMillis() - 10_000) << 16;
    for (int i = 0; i < MANY; i++) {
      // Many as of one moment: a page ends among them.
      cache.purge(Purge.of(Purge.Scope.TAG, tag(i)).at(stamp + i / (MANY / 2)));
      made.add(tag(i));
    }
    List<PurgeReply> pages = askForAll(() -> {});
    assertThat(purged(pages)).hasSize(MANY).containsExactlyInAnyOrderElementsOf(made);
    assertThat(pages).hasSizeBetween(6, 7);
    assertThat(pages).noneMatch(PurgeReply::getTooMany);
  }

  @Test
  void whatIsPurgedWhileANodeAsksIsOnALaterPage() throws Exception {
    for (int i = 0; i < MANY; i++) {
      cache.purge(Purge.of(Purge.Scope.TAG, tag(i)));
    }
    List<String> meanwhile = new ArrayList<>();
    List<PurgeReply> pages =
        askForAll(
            () -> {
              String value = "meanwhile" + meanwhile.size();
              cache.purge(Purge.of(Purge.Scope.TAG, value));
              cache.purge(Purge.of(Purge.Scope.TAG, tag(0)));
              meanwhile.add(value);
            });
    assertThat(meanwhile).isNotEmpty();
    assertThat(purged(pages)).containsAll(meanwhile).endsWith(tag(0)).contains(tag(MANY - 1));
  }

  @Test
  void allOfManyChangesAreToldOnceInPages() throws Exception {
    cache.untold().known(() -> Set.of("away"));
    Set<String> made = new HashSet<>();
    for (int i = 0; i < MANY; i++) {
      String url = "kept.example/" + tag(i);
      cache.untold().add(new Change("tenant", url, StoreKey.of(url), true), List.of());
      made.add(url);
    }
    cache.purge(Purge.of(Purge.Scope.TAG, "t"));
    List<PurgeReply> pages = askForAll(() -> {});
    assertThat(pages.stream().flatMap(page -> page.getChangesList().stream()))
        .extracting(CacheChange::getUrl)
        .hasSize(MANY)
        .containsExactlyInAnyOrderElementsOf(made);
    assertThat(purged(pages)).containsExactly("t");
  }

  @Test
  void aVersionThatTakesNoPagesIsToldThatThereAreTooMany() throws Exception {
    cache.purge(Purge.of(Purge.Scope.TAG, "t"));
    assertThat(ask(question()).getPurgesCount()).isEqualTo(1);
    for (int i = 0; i < MANY; i++) {
      cache.purge(Purge.of(Purge.Scope.TAG, tag(i)));
    }
    PurgeReply reply = ask(question());
    assertThat(reply.getTooMany()).isTrue();
    assertThat(reply.getPurgesCount()).isZero();
    assertThat(reply.hasNext()).isFalse();
  }
}
