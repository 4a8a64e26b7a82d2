package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class MirrorMapTest {
  private static final int KEYS = 100_000;

  @Test
  void everyKeyIsToldHoweverSoonItIsLookedFor() throws Exception {
    var publisher = new Publisher("test");
    var map = new MirrorMap("test", publisher, new LongAdder());
    Set<String> heard = ConcurrentHashMap.newKeySet();
    map.listen(
        new MapListener() {
          @Override
          public void changed(String key, Entry entry) {
            heard.add(key);
          }

          @Override
          public void removed(String key, Stamp stamp) {}
        });
    var writers = new CompletableFuture<?>[2];
    for (int w = 0; w < writers.length; w++) {
      int writer = w;
      writers[w] =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < KEYS; i++) {
                  map.apply(writer + "/" + i, slot(i));
                }
              });
    }
    CompletableFuture.allOf(writers).get();
    publisher.close();
    assertThat(heard).hasSize(2 * KEYS);
  }

  @Test
  void aRemovalIsToldThoughItsTombstoneIsForgottenAlready() throws Exception {
    var publisher = new Publisher("test");
    var map = new MirrorMap("test", publisher, new LongAdder());
    var busy = new CompletableFuture<Void>();
    var goOn = new CompletableFuture<Void>();
    var removed = new CompletableFuture<Stamp>();
    map.listen(
        new MapListener() {
          @Override
          public void changed(String key, Entry entry) {
            if (key.equals("other")) {
              busy.complete(null);
              goOn.join();
            }
          }

          @Override
          public void removed(String key, Stamp stamp) {
            removed.complete(stamp);
          }
        });
    map.apply("key", slot(1));
    map.apply("other", slot(2));
    busy.get(20, TimeUnit.SECONDS);
    map.apply("key", Slot.tombstone(new Stamp(3, 0, Grids.id(1))));
    map.purge(4);
    goOn.complete(null);
    assertThat(removed.get(20, TimeUnit.SECONDS).isAfter(slot(1).stamp())).isTrue();
    publisher.close();
  }

  private static Slot slot(int i) {
    return Slot.of(new Entry(new byte[1], new Stamp(i, 0, Grids.id(1))));
  }
}
