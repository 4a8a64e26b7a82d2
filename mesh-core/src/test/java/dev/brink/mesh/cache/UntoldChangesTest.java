package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.Change;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.StoreKey;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.CacheChange;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Whom a node tells late of what was put and removed at it. */
class UntoldChangesTest {
  private static final Set<Thread.State> HELD_UP =
      EnumSet.of(Thread.State.BLOCKED, Thread.State.TERMINATED);

  @AutoClose private final EventLoops loops = EventLoops.create(1, "test-io");
  @AutoClose private final Links links = new Links(loops, null, new Unheard());

  @AutoClose
  private final EdgeCache cache =
      new EdgeCache("node", links, CdnLoop.create(), MemoryStore.ofBytes(1 << 20), false);

  private static Change change(String path) {
    String url = "kept.example" + path;
    return new Change("tenant", url, StoreKey.of(url), true);
  }

  @Test
  void ofTwoChangesThatComeInTheOtherOrderTheLaterOneIsTold() {
    cache.untold().known(() -> Set.of("away"));
    cache.untold().add(change("/a").at(2), List.of());
    cache.untold().add(change("/a").at(1), List.of());
    assertThat(cache.untold().missedBy("away"))
        .singleElement()
        .satisfies(told -> assertThat(told.getStamp()).isEqualTo(2));
  }

  @Test
  void aChangeForANodeThatComesWhileOthersAreForgottenIsKept() throws Exception {
    AtomicReference<Set<String>> nodes = new AtomicReference<>(Set.of("away"));
    cache.untold().known(nodes::get);
    cache.untold().add(change("/a"), List.of());
    var adding = new Thread(() -> cache.untold().add(change("/b"), List.of("away")));
    cache
        .untold()
        .known(
            () -> {
              Set<String> before = nodes.getAndSet(Set.of("away", "come"));
              if (!before.contains("come")) {
                adding.start();
                while (!HELD_UP.contains(adding.getState())) {
                  Thread.onSpinWait();
                }
              }
              return before;
            });
    cache.untold().again();
    adding.join();
    assertThat(cache.untold().missedBy("come")).hasSize(1);
  }

  @Test
  void aMessageTakesNoMoreThanALinkAndTheRestComesLater() {
    cache.untold().known(() -> Set.of("away"));
    String path = "/" + "p".repeat(8_000);
    for (int i = 0; i < 200; i++) {
      cache.untold().add(change(path + i), List.of());
    }
    List<UntoldChanges.Untold> told = new ArrayList<>();
    PurgeRequest request = cache.untold().request("away", told);
    assertThat(request.getSerializedSize()).isBetween(400 << 10, 480 << 10);
    assertThat(told).hasSize(request.getChangesCount()).hasSizeLessThan(200);
  }

  @Test
  void aChangeCountsWithWhatItTakesInAMessage() {
    cache.untold().known(() -> Set.of("away"));
    for (int length : new int[] {1, 100, 20_000}) {
      cache.untold().add(change("/" + "p".repeat(length)), List.of());
    }
    List<CacheChange> changes = cache.untold().missedBy("away");
    int bytes = changes.stream().mapToInt(Missed::bytesIn).sum();
    assertThat(PurgeReply.newBuilder().addAllChanges(changes).build().getSerializedSize())
        .isEqualTo(bytes);
    assertThat(PurgeRequest.newBuilder().addAllChanges(changes).build().getSerializedSize())
        .isEqualTo(bytes);
  }

  private PurgeReply missed(String asker) throws Exception {
    PurgeRequest request =
        PurgeRequest.newBuilder().setMissedMillis(60_000).setAsker(asker).build();
    return cache.apply(request).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aNodeThatStoodStillHearsOfWhatItMissedAndNotOfWhatAnotherDid() throws Exception {
    cache.untold().known(() -> Set.of("away", "slow"));
    for (int i = 0; i < 9_000; i++) {
      cache.untold().add(change("/a-path-of-some-length/" + i), List.of("slow"));
    }
    cache.untold().add(change("/slow"), List.of("away"));
    PurgeReply slow = missed("slow");
    assertThat(slow.getTooMany()).as("it need not drop what it keeps").isFalse();
    assertThat(slow.getChangesList())
        .extracting(change -> change.getUrl())
        .containsExactly("kept.example/slow");
    assertThat(missed("away").getTooMany()).isTrue();
    assertThat(missed("").getTooMany()).as("of a version that does not say who asks").isTrue();
  }
}
