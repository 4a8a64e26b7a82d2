package dev.brink.cache.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryStoreTest {
  private static final StoreKey KEY = StoreKey.of("key");

  /** What is asked of a worth that is not there fails where the policy would. */
  @SuppressWarnings("NullAway")
  private static final Worth FAILING = null;

  @AutoClose private final MemoryStore store = MemoryStore.ofBytes(1 << 20);

  private StoredObject put(StoreKey key, String head, String... body) {
    Draft draft = store.draft(key, -1);
    for (String part : body) {
      assertThat(draft.append(Unpooled.copiedBuffer(part, US_ASCII))).isTrue();
    }
    return draft.commit(head.getBytes(US_ASCII), Worth.UNKNOWN);
  }

  private static String head(StoredObject object) {
    return US_ASCII.decode(object.head()).toString();
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
      assertThat(head(found)).isEqualTo("head");
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
      assertThat(head(before)).isEqualTo("old");
    }
    try (StoredObject after = Objects.requireNonNull(store.find(KEY), "after")) {
      assertThat(head(after)).isEqualTo("new");
      assertThat(body(after)).isEqualTo("body");
    }
  }

  /** Those in a single block with their head, those that are too large for that, and between. */
  @Test
  void objectsAndHeadsOfAnySizeAreReadAsTheyWere() {
    int[] sizes = {0, 1, 1_000, 1_024, 2_047, 2_048, 2_049, 10_000};
    try (MemoryStore large = MemoryStore.ofBytes(8 << 20)) {
      for (int head : sizes) {
        for (int body : sizes) {
          byte[] bytes = new byte[body];
          new SplittableRandom(head + body).nextBytes(bytes);
          Draft draft = large.draft(KEY, -1);
          assertThat(draft.append(Unpooled.wrappedBuffer(bytes))).isTrue();
          try (StoredObject before = draft.commit(filled(head, 'a'), Worth.UNKNOWN)) {
            for (int other : sizes) {
              try (StoredObject present = Objects.requireNonNull(large.find(KEY))) {
                assertThat(large.replaceHead(present, filled(other, 'b'), Worth.UNKNOWN)).isTrue();
              }
              try (StoredObject after = Objects.requireNonNull(large.find(KEY))) {
                assertThat(head(after)).isEqualTo("b".repeat(other));
                assertThat(bytes(after)).isEqualTo(bytes);
              }
            }
            assertThat(head(before)).isEqualTo("a".repeat(head));
            assertThat(bytes(before)).isEqualTo(bytes);
          }
        }
      }
      large.remove(KEY);
      assertThat(large.slab().usedBytes()).isZero();
    }
  }

  @Test
  void aSmallObjectTakesOneBlockAsLongAsThereIsRoom() {
    try (MemoryStore large = MemoryStore.ofBytes(16 << 20)) {
      for (int i = 0; i < 100; i++) {
        Draft draft = large.draft(StoreKey.of("n" + i), 1024);
        assertThat(draft.append(Unpooled.wrappedBuffer(new byte[1024]))).isTrue();
        draft.commit(filled(150, 'h'), Worth.UNKNOWN).close();
      }
      assertThat(large.slab().usedBytes()).isEqualTo(100 * 1184);
    }
  }

  private static byte[] filled(int bytes, char with) {
    return String.valueOf(with).repeat(bytes).getBytes(US_ASCII);
  }

  private static byte[] bytes(StoredObject object) {
    ByteBuf all = Unpooled.buffer();
    while (all.readableBytes() < object.bodyLength()) {
      ByteBuf part = Objects.requireNonNull(object.read(all.readableBytes(), 1_000), "part");
      all.writeBytes(part);
      part.release();
    }
    return ByteBufUtil.getBytes(all);
  }

  @Test
  void aHeadThatIsTooLongLeavesTheObjectAndItsBodyAsTheyWere() {
    put(KEY, "head", "body").close();
    try (StoredObject before = Objects.requireNonNull(store.find(KEY), "before")) {
      byte[] tooLong = new byte[Slab.MAX_WHOLE_BYTES + 1];
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.replaceHead(before, tooLong, Worth.UNKNOWN));
      assertThat(head(before)).isEqualTo("head");
    }
    store.remove(KEY);
    assertThat(store.slab().usedBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 10_000})
  void anObjectThatThePolicyFailsAtIsNotStoredAndItsBlocksAreFreedOnce(int length) {
    put(KEY, "before", "b".repeat(length)).close();
    Draft draft = store.draft(KEY, -1);
    assertThat(draft.append(Unpooled.wrappedBuffer(filled(length, 'x')))).isTrue();
    assertThatNullPointerException().isThrownBy(() -> draft.commit(filled(4, 'h'), FAILING));
    draft.discard();
    assertThat(store.find(KEY)).as("neither it nor the one before").isNull();
    assertThat(store.stats().objects()).isZero();
    assertThat(store.stats().draftBytes()).isZero();
    assertThat(store.slab().usedBytes()).isZero();
    put(KEY, "after", "a".repeat(length)).close();
    put(StoreKey.of("other"), "other", "o".repeat(length)).close();
    try (StoredObject found = Objects.requireNonNull(store.find(KEY), "found")) {
      assertThat(bytes(found)).isEqualTo(filled(length, 'a'));
      assertThatNullPointerException()
          .isThrownBy(() -> store.replaceHead(found, filled(4, 'h'), FAILING));
    }
    assertThat(store.find(KEY)).isNull();
    store.clear();
    assertThat(store.slab().usedBytes()).as("of heads").isZero();
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

  @Test
  void othersSizesTakeTheSameMemory() {
    try (MemoryStore large = MemoryStore.ofBytes(32 << 20)) {
      for (int size : new int[] {1_000, 100_000, 3_000, 30_000}) {
        for (int i = 0; i < (100 << 20) / size; i++) {
          Draft draft = large.draft(StoreKey.of(size + "/" + i), i % 2 == 0 ? size : -1);
          for (int sent = 0; sent < size; sent += 1_000) {
            draft.append(Unpooled.wrappedBuffer(new byte[1_000]));
          }
          draft.commit(new byte[200], Worth.UNKNOWN).close();
        }
        assertThat(large.stats().bytes()).isGreaterThan(28 << 20);
        assertThat(large.slab().reservedBytes()).isLessThanOrEqualTo(36 << 20);
      }
    }
  }

  @Test
  void bytesInUseOutliveTheStore() {
    MemoryStore closed = MemoryStore.ofBytes(1 << 20);
    ByteBuf bytes;
    Draft draft = closed.draft(KEY, -1);
    draft.append(Unpooled.copiedBuffer("body", US_ASCII));
    try (StoredObject object = draft.commit(new byte[1], Worth.UNKNOWN)) {
      bytes = Objects.requireNonNull(object.read(0, 4), "bytes");
    }
    closed.close();
    assertThat(bytes.toString(US_ASCII)).isEqualTo("body");
    assertThat(closed.slab().reservedBytes()).isPositive();
    bytes.release();
    assertThat(closed.slab().reservedBytes()).isZero();
  }

  @Test
  void whatIsOnItsWayTakesHalfOfTheCapacityAtMost() {
    var part = new byte[50_000];
    List<Draft> drafts = new ArrayList<>();
    Draft refused = store.draft(KEY, -1);
    while (refused.append(Unpooled.wrappedBuffer(part))) {
      assertThat(drafts.size()).as("drafts").isLessThan(20);
      drafts.add(refused);
      refused = store.draft(StoreKey.of("n" + drafts.size()), -1);
    }
    assertThat(store.stats().draftBytes()).isBetween(450L << 10, 512L << 10);
    assertThat(store.stats().draftRefusals()).isEqualTo(1);
    refused.admit();
    assertThat(refused.append(Unpooled.wrappedBuffer(part))).isTrue();
    refused.discard();
    assertThat(drafts.getFirst().append(Unpooled.wrappedBuffer(part))).isFalse();
    drafts.removeFirst().commit(new byte[1], Worth.UNKNOWN).close();
    assertThat(drafts.getFirst().append(Unpooled.wrappedBuffer(part))).isTrue();
    drafts.forEach(Draft::discard);
    drafts.forEach(Draft::discard);
    assertThat(store.stats().draftBytes()).isZero();
  }
}
