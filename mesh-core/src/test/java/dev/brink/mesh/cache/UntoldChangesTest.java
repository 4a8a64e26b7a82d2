package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.Change;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.StoreKey;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Whom a node tells late of what was put and removed at it. */
class UntoldChangesTest {
  @AutoClose private final EventLoops loops = EventLoops.create(1, "test-io");
  @AutoClose private final Links links = new Links(loops, null, new Unheard());

  @AutoClose
  private final EdgeCache cache = new EdgeCache("node", links, MemoryStore.ofBytes(1 << 20), false);

  private static Change change(String path) {
    String url = "kept.example" + path;
    return new Change("tenant", url, StoreKey.of(url), true);
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
