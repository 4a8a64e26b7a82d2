package dev.brink.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.store.DiskStore;
import dev.brink.cache.store.Draft;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.store.TieredStore;
import dev.brink.cache.store.Worth;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is stored at the moment in which what was there before is removed stays. */
class RemovalRaceTest {
  private static final StoreKey KEY = StoreKey.of("key");
  private static final Set<Thread.State> HELD_UP =
      EnumSet.of(Thread.State.WAITING, Thread.State.TERMINATED);

  @TempDir Path directory;

  private Store store(boolean disk) throws IOException {
    MemoryStore memory = MemoryStore.ofBytes(1 << 20);
    return disk ? TieredStore.of(memory, DiskStore.open(directory, 16 << 20)) : memory;
  }

  private static void put(Store store, String body) {
    Draft draft = store.draft(KEY, -1);
    assertThat(draft.append(Unpooled.copiedBuffer(body, US_ASCII))).isTrue();
    draft.commit(body.getBytes(US_ASCII), Worth.UNKNOWN).close();
  }

  private static String head(StoredObject object) {
    return US_ASCII.decode(object.head()).toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingTakesThePlaceOfAnObjectBetweenTheQuestionAndItsRemoval(boolean disk)
      throws Exception {
    try (Store store = store(disk)) {
      put(store, "old");
      Thread other = new Thread(() -> put(store, "new"));
      store.removeUnless(
          KEY,
          present -> {
            assertThat(head(present)).isEqualTo("old");
            other.start();
            while (!HELD_UP.contains(other.getState())) {
              Thread.onSpinWait();
            }
            return false;
          });
      other.join();
      try (StoredObject found = requireNonNull(store.find(KEY), "found")) {
        assertThat(head(found)).isEqualTo("new");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsToBeKeptStays(boolean disk) throws Exception {
    try (Store store = store(disk)) {
      put(store, "old");
      store.removeUnless(KEY, present -> head(present).equals("old"));
      requireNonNull(store.find(KEY), "kept").close();
      store.removeUnless(KEY, present -> head(present).equals("new"));
      assertThat(store.find(KEY)).isNull();
    }
  }

  private static Change put(TestOrigin origin, String body) {
    return origin
        .cache
        .put(
            origin.request(HttpMethod.GET, "/a"),
            TestOrigin.response(200, body, "cache-control", "max-age=60"),
            null)
        .toCompletableFuture()
        .join();
  }

  @Test
  void whatIsPutWhileAnEarlierChangeIsHeardOfStays() {
    var store = new StagedStore();
    try (var origin = new TestOrigin(HttpCache.builder(store))) {
      Change elsewhere = put(origin, "old");
      origin.pass(1);
      store.meanwhile = () -> put(origin, "new");
      origin.cache.changed(elsewhere);
      assertThat(store.meanwhile).as("it happened").isNull();
      assertThat(origin.get("/a").body).hasToString("new");
    }
  }

  @Test
  void whatIsPutWhileWhatWasThereTurnsOutNotToBeForAllStays() {
    var store = new StagedStore();
    try (var origin = new TestOrigin(HttpCache.builder(store))) {
      origin.reply(200, "old", "etag", "\"v1\"", "cache-control", "max-age=1").get("/a");
      origin.pass(5);
      origin.get("/a");
      origin.pass(1);
      store.meanwhile = () -> put(origin, "new");
      origin.answer(304, "etag", "\"v1\"", "cache-control", "private");
      assertThat(store.meanwhile).as("it happened").isNull();
      assertThat(origin.get("/a").body).hasToString("new");
    }
  }
}
