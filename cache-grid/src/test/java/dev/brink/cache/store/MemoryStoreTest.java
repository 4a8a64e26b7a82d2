package dev.brink.cache.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {
  private static final StoreKey KEY = StoreKey.of("key");

  @AutoClose private final MemoryStore store = MemoryStore.ofBytes(1 << 20);

  private StoredObject put(StoreKey key, String head, String... body) {
    Draft draft = store.draft(key, -1);
    for (String part : body) {
      assertThat(draft.append(Unpooled.copiedBuffer(part, US_ASCII))).isTrue();
    }
    return draft.commit(head.getBytes(US_ASCII), Worth.UNKNOWN);
  }

  private static String body(StoredObject object) {
    var text = new StringBuilder();
    while (text.length() < object.bodyLength()) {
      ByteBuf part = Objects.requireNonNull(object.read(text.length(), 7), "part");
      text.append(part.toString(US_ASCII));
      part.release();
    }
    return text.toString();
  }

  @Test
  void findsWhatWasCommitted() {
    put(KEY, "head", "a body ", "in two parts").close();
    try (StoredObject found = Objects.requireNonNull(store.find(KEY), "found")) {
      assertThat(found.head().toString(US_ASCII)).isEqualTo("head");
      assertThat(body(found)).isEqualTo("a body in two parts");
    }
    assertThat(store.find(StoreKey.of("other"))).isNull();
  }

  @Test
  void aDraftIsReadableAndNotFoundBeforeItIsCommitted() {
    Draft draft = store.draft(KEY, -1);
    draft.append(Unpooled.copiedBuffer("so far", US_ASCII));
    ByteBuf part = draft.read(3, 10);
    assertThat(part.toString(US_ASCII)).isEqualTo("far");
    part.release();
    assertThat(store.find(KEY)).isNull();
    draft.discard();
    assertThat(store.stats().bytes()).isZero();
  }

  @Test
  void anObjectInUseOutlivesItsRemoval() {
    try (StoredObject held = put(KEY, "head", "body")) {
      store.remove(KEY);
      assertThat(store.find(KEY)).isNull();
      assertThat(store.stats().objects()).isZero();
      assertThat(body(held)).isEqualTo("body");
    }
  }

  @Test
  void anotherHeadKeepsTheBody() {
    put(KEY, "old", "body").close();
    try (StoredObject before = Objects.requireNonNull(store.find(KEY), "before")) {
      assertThat(store.replaceHead(before, "new".getBytes(US_ASCII), Worth.UNKNOWN)).isTrue();
      assertThat(store.replaceHead(before, "late".getBytes(US_ASCII), Worth.UNKNOWN)).isFalse();
      assertThat(before.head().toString(US_ASCII)).isEqualTo("old");
    }
    try (StoredObject after = Objects.requireNonNull(store.find(KEY), "after")) {
      assertThat(after.head().toString(US_ASCII)).isEqualTo("new");
      assertThat(body(after)).isEqualTo("body");
    }
  }

  @Test
  void staysWithinItsBoundAndKeepsWhatIsUsed() {
    String kilobyte = "x".repeat(1024);
    put(KEY, "used", kilobyte).close();
    for (int i = 0; i < 5_000; i++) {
      put(StoreKey.of("n" + i), "head", kilobyte).close();
      Objects.requireNonNull(store.find(KEY), "the one in use").close();
    }
    StoreStats stats = store.stats();
    assertThat(stats.bytes()).isBetween(stats.capacityBytes() * 9 / 10, stats.capacityBytes());
    assertThat(stats.evictions() + stats.rejections()).isEqualTo(5_001 - stats.objects());
  }

  @Test
  void refusesWhatIsTooLarge() {
    Draft draft = store.draft(KEY, -1);
    byte[] part = new byte[100_000];
    assertThat(draft.append(Unpooled.wrappedBuffer(part))).isTrue();
    assertThat(draft.append(Unpooled.wrappedBuffer(part))).isFalse();
    assertThat(draft.length()).isEqualTo(100_000);
    draft.discard();
    assertThat(store.stats().rejections()).isEqualTo(1);
  }

  @Test
  void givesBackEveryByteOfARandomHistory() {
    var random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      StoreKey key = StoreKey.of("k" + random.nextInt(300));
      switch (random.nextInt(4)) {
        case 0 -> put(key, "h", "y".repeat(random.nextInt(1, 20_000))).close();
        case 1 -> store.remove(key);
        default -> {
          StoredObject found = store.find(key);
          if (found != null) {
            var _ = store.replaceHead(found, "hh".getBytes(US_ASCII), Worth.UNKNOWN);
            found.close();
          }
        }
      }
      assertThat(store.stats().bytes()).isLessThanOrEqualTo(store.stats().capacityBytes());
    }
    store.clear();
    assertThat(store.stats().bytes()).isZero();
    assertThat(store.stats().objects()).isZero();
  }
}
