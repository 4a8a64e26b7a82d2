package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.FileOrigin.Reader;
import dev.brink.cache.store.DiskStore;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.TieredStore;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large files, which are fetched and stored in slices of 1 MiB. */
class SlicesTest {
  private static final long MIB = 1 << 20;
  private static final long LENGTH = 10 * MIB + 12_345;

  private final FileOrigin origin = new FileOrigin(LENGTH);
  private long millis = 1_800_000_000_000L;

  @AutoClose
  private final HttpCache cache =
      HttpCache.builder(MemoryStore.ofBytes(64 * MIB))
          .time(() -> Instant.ofEpochMilli(millis))
          .build();

  private static String slice(long index) {
    long last = Math.min((index + 1) * MIB, LENGTH) - 1;
    return "bytes=" + index * MIB + "-" + last;
  }

  private static void assertRead(Reader reader, long bytes) {
    assertThat(reader.failure).isNull();
    assertThat(reader.broken).isNull();
    assertThat(reader.wrong).isNull();
    assertThat(reader.complete).isTrue();
    assertThat(reader.read).isEqualTo(bytes);
  }

  /** Asks for pieces, one by one, until so much has come, or as many as all of it has at most. */
  private static void request(Reader reader, long bytes) {
    var subscription = requireNonNull(reader.subscription);
    for (int i = 0; i < 1000 && reader.read < bytes && reader.broken == null; i++) {
      subscription.request(1);
    }
  }

  @Test
  void aLargeFileThatComesWholeIsStoredInSlices() {
    Reader first = origin.get(cache);
    assertRead(first, LENGTH);
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("content-length")).isEqualTo(Long.toString(LENGTH));
    assertThat(first.header("content-range")).isEmpty();
    List<String> expected = new ArrayList<>(List.of(""));
    for (int i = 1; i <= 10; i++) {
      expected.add(slice(i));
    }
    assertThat(origin.ranges).as("each slice once").containsExactlyElementsOf(expected);
    assertThat(origin.requests.getLast().headers().get("if-range")).isEqualTo("\"v1\"");

    Reader second = origin.get(cache);
    assertRead(second, LENGTH);
    assertThat(requireNonNull(second.result).outcome()).isEqualTo(CacheResult.Outcome.HIT);
    assertThat(origin.ranges).hasSameSizeAs(expected);
  }

  @Test
  void aRangeFetchesItsSlicesAndNoOthers() {
    Reader first = origin.get(cache, "range", "bytes=3500000-5000000");
    assertRead(first, 1_500_001);
    assertThat(first.status()).isEqualTo(206);
    assertThat(first.header("content-range")).isEqualTo("bytes 3500000-5000000/" + LENGTH);
    assertThat(origin.ranges).containsExactly(slice(3), slice(4));

    assertRead(origin.get(cache, "range", "bytes=4000000-4999999"), 1_000_000);
    assertRead(origin.get(cache, "range", "bytes=3200000-3200009"), 10);
    assertThat(origin.ranges).as("all of it was there").hasSize(2);

    assertRead(origin.get(cache, "range", "bytes=-10"), 10);
    assertThat(origin.ranges).containsExactly(slice(3), slice(4), slice(10));
  }

  @Test
  void aPlayerThatAsksFromTheBeginningOnGetsAllOfIt() {
    Reader player = origin.get(cache, "range", "bytes=0-");
    assertRead(player, LENGTH);
    assertThat(player.status()).isEqualTo(206);
    assertThat(player.header("content-range")).isEqualTo("bytes 0-" + (LENGTH - 1) + "/" + LENGTH);
    assertThat(origin.ranges).hasSize(11).startsWith("bytes=0-1048575");
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.ranges).hasSize(11);
  }

  @Test
  void nobodyWaitsForASliceWhoseBodyCannotBeRead() {
    assertNobodyWaits("bytes=0-99");
    assertRead(origin.get(cache, "range", "bytes=0-99"), 100);
    assertNobodyWaits("bytes=3500000-3500099");
    assertRead(origin.get(cache, "range", "bytes=3500000-3500099"), 100);
  }

  private void assertNobodyWaits(String range) {
    origin.holds = true;
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      readers.add(origin.get(cache, "range", range));
    }
    origin.unreadable = 1;
    assertThatThrownBy(origin::answerAll).hasMessage("no body");
    origin.answerAll();
    origin.holds = false;
    for (Reader reader : readers) {
      assertThat(reader.complete || reader.failure != null || reader.broken != null).isTrue();
    }
  }

  @Test
  void manyWhoAskAtOnceFetchEachSliceOnce() {
    origin.holds = true;
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      readers.add(
          i % 2 == 0
              ? origin.get(cache)
              : origin.get(cache, "range", "bytes=" + i * 300_000 + "-"));
    }
    origin.answerAll();
    for (int i = 0; i < 20; i++) {
      assertRead(readers.get(i), i % 2 == 0 ? LENGTH : LENGTH - i * 300_000L);
    }
    List<String> inTheMiddle = origin.ranges.stream().filter(each -> !each.isEmpty()).toList();
    assertThat(new HashSet<>(inTheMiddle)).hasSameSizeAs(inTheMiddle);
  }

  @Test
  void aSlowReaderIsNotFarBehindWhatIsFetchedForIt() {
    var slow = new Reader(1);
    slow.slow = true;
    var _ = origin.begin(cache, slow, HttpMethod.GET);
    assertThat(origin.ranges).as("one ahead of the first piece").hasSizeLessThanOrEqualTo(2);
    request(slow, 3 * MIB);
    assertThat(origin.ranges.size()).isLessThanOrEqualTo(1 + 3 + 4);
    request(slow, LENGTH);
    assertRead(slow, LENGTH);
    assertThat(origin.ranges).hasSize(11);
  }

  @Test
  void whoLeavesEndsWhatIsFetchedForItAlone() {
    var slow = new Reader(1);
    slow.slow = true;
    HttpCache.Running running = origin.begin(cache, slow, HttpMethod.GET);
    requireNonNull(slow.subscription).cancel();
    running.cancel();
    assertThat(origin.ranges).as("no further than one ahead").hasSizeLessThanOrEqualTo(2);
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.ranges).hasSize(11);
  }

  @Test
  void aFileThatChangesWhileItIsReadBreaksOffAndIsNewAfterwards() {
    var reader = new Reader(1);
    reader.slow = true;
    var _ = origin.begin(cache, reader, HttpMethod.GET);
    request(reader, MIB);
    origin.change(2);
    request(reader, LENGTH);
    assertThat(reader.broken).hasMessageContaining("slice");
    assertThat(reader.complete).isFalse();
    assertThat(reader.wrong).isNull();
    assertRead(origin.get(cache), LENGTH);
  }

  @Test
  void anErrorInTheMiddleBreaksTheAnswerOffAndNothingElse() {
    origin.holds = true;
    Reader reader = origin.get(cache);
    requireNonNull(origin.held.poll()).run();
    origin.failures = 100;
    origin.answerAll();
    origin.failures = 0;
    assertThat(reader.broken).isNotNull();
    assertThat(reader.complete).isFalse();
    origin.holds = false;
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.ranges).filteredOn(String::isEmpty).as("the first is kept").hasSize(1);
  }

  @Test
  void aSliceThatBreaksOffIsGoneOnWithFromWhereItEnded() {
    origin.holds = true;
    Reader reader = origin.get(cache);
    requireNonNull(origin.held.poll()).run();
    origin.breaks = 2;
    origin.answerAll();
    assertRead(reader, LENGTH);
    assertThat(origin.ranges).hasSize(13);

    var slow = new Reader(1);
    slow.slow = true;
    origin.holds = false;
    origin.breaks = 3;
    var _ = cache.purge(Purge.of(Purge.Scope.URL, "example.org/file"));
    var _ = origin.begin(cache, slow, HttpMethod.GET);
    request(slow, LENGTH);
    assertRead(slow, LENGTH);

    var hopeless = new FileOrigin(LENGTH);
    hopeless.breaks = 100;
    try (var other = HttpCache.builder(MemoryStore.ofBytes(64 * MIB)).build()) {
      Reader broken = hopeless.get(other);
      assertThat(broken.broken).isNotNull();
      assertThat(broken.complete).isFalse();
      assertThat(hopeless.ranges).as("bounded").hasSizeLessThan(10);
    }
  }

  @Test
  void oneValidationHoldsForAllSlices() {
    assertRead(origin.get(cache), LENGTH);
    millis += 61_000;
    Reader validated = origin.get(cache);
    assertRead(validated, LENGTH);
    assertThat(requireNonNull(validated.result).outcome())
        .isEqualTo(CacheResult.Outcome.REVALIDATED);
    assertThat(origin.ranges).hasSize(12);
    assertThat(origin.requests.getLast().headers().get("if-none-match")).isEqualTo("\"v1\"");

    millis += 61_000;
    origin.change(2);
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.ranges).as("the new file").hasSize(12 + 11);
  }

  @Test
  void whatIsPurgedIsFetchedAgainInAllItsSlices() {
    assertRead(origin.get(cache), LENGTH);
    var _ = cache.purge(Purge.of(Purge.Scope.URL, "example.org/file"));
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.ranges).hasSize(22);
  }

  @Test
  void conditionsAndOddRangesAreAnsweredAsForAnyOtherFile() {
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.get(cache, "if-none-match", "\"v1\"").status()).isEqualTo(304);
    Reader beyond = origin.get(cache, "range", "bytes=" + LENGTH + "-");
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.header("content-range")).isEqualTo("bytes */" + LENGTH);
    Reader other = origin.get(cache, "range", "bytes=0-9", "if-range", "\"v0\"");
    assertThat(other.status()).isEqualTo(200);
    assertRead(other, LENGTH);
    Reader same = origin.get(cache, "range", "bytes=0-9", "if-range", "\"v1\"");
    assertThat(same.status()).isEqualTo(206);
    assertRead(same, 10);
    Reader several = origin.get(cache, "range", "bytes=0-9,2000000-2000009");
    assertThat(several.status()).as("may be ignored, and is").isEqualTo(200);
    assertRead(several, LENGTH);
    var head = new Reader(1);
    var _ = origin.begin(cache, head, HttpMethod.HEAD);
    assertThat(head.header("content-length")).isEqualTo(Long.toString(LENGTH));
    assertThat(origin.ranges).hasSize(11);
    assertThat(origin.get(cache, "cache-control", "only-if-cached").failure).isNotNull();
  }

  @Test
  void aSmallFileIsWholeAfterItsFirstSlice() {
    origin.length = 700_000;
    assertRead(origin.get(cache, "range", "bytes=500000-"), 200_000);
    assertThat(origin.ranges).containsExactly("bytes=0-1048575");
    assertRead(origin.get(cache), 700_000);
    assertThat(origin.ranges).hasSize(1);
  }

  @Test
  void withoutAStrongTagOrRangesNothingIsSliced() {
    origin.etag = "W/\"weak\"";
    origin.length = 3 * MIB;
    assertRead(origin.get(cache, "range", "bytes=100-"), 3 * MIB - 100);
    assertThat(origin.ranges).containsExactly("bytes=0-1048575", "bytes=100-");

    var without = new FileOrigin(9 * MIB);
    without.acceptsRanges = false;
    try (var other = HttpCache.builder(MemoryStore.ofBytes(128 * MIB)).build()) {
      assertRead(without.get(other, "range", "bytes=2000000-"), 9 * MIB - 2_000_000);
      assertRead(without.get(other), 9 * MIB);
      assertThat(without.ranges).as("one answer, stored whole").hasSize(1);
    }
  }

  @Test
  void anOriginWhoseTagsDifferIsSlicedOnceAndPassedThroughThen() {
    origin.holds = true;
    Reader broken = origin.get(cache);
    requireNonNull(origin.held.poll()).run();
    origin.etag = "\"of another server\"";
    origin.answerAll();
    assertThat(broken.broken).isNotNull();
    origin.holds = false;
    int before = origin.ranges.size();
    assertRead(origin.get(cache), LENGTH);
    assertRead(origin.get(cache, "range", "bytes=2000000-"), LENGTH - 2_000_000);
    assertThat(origin.ranges.subList(before, origin.ranges.size()))
        .containsExactly("", "bytes=2000000-");
  }

  @Test
  void whoIsRefusedASliceBreaksOffAndNobodyElse() {
    origin.refusesAuthorized = true;
    assertRead(origin.get(cache, "range", "bytes=0-2000000"), 2_000_001);
    Reader refused =
        origin.get(cache, "range", "bytes=3000000-6000000", "authorization", "Bearer wrong");
    assertThat(refused.broken).isNotNull();
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.ranges).filteredOn(String::isEmpty).as("the file is still known").isEmpty();
  }

  @Test
  void aSliceThatMayNotBeStoredIsForWhoeverAskedForIt() {
    assertRead(origin.get(cache, "range", "bytes=0-1500000"), 1_500_001);
    Reader own = origin.get(cache, "authorization", "Bearer right");
    assertRead(own, LENGTH);
    int before = origin.ranges.size();
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.ranges.size()).as("none of it was stored").isGreaterThan(before + 5);
  }

  @Test
  void aBrowserFindsWhatItsOwnRequestHasStored() {
    origin.vary = "Accept-Encoding";
    for (int i = 0; i < 3; i++) {
      assertRead(origin.get(cache, "accept-encoding", "gzip, deflate, br"), LENGTH);
    }
    assertRead(origin.get(cache, "accept-encoding", "gzip, deflate"), LENGTH);
    assertThat(origin.ranges).hasSize(11);
  }

  @Test
  void aResumedDownloadOfAFileThatBecameShorterGetsTheNewOne() {
    origin.length = 3 * MIB;
    Reader resumed = origin.get(cache, "range", "bytes=5242880-", "if-range", "\"v0\"");
    assertThat(resumed.status()).isEqualTo(200);
    assertRead(resumed, 3 * MIB);
  }

  @Test
  void aServerThatIsBusyForAMomentDoesNotBreakAnAnswerOff() {
    origin.holds = true;
    Reader reader = origin.get(cache);
    requireNonNull(origin.held.poll()).run();
    origin.failures = 2;
    origin.answerAll();
    assertRead(reader, LENGTH);
  }

  @Test
  void aWeakTagInA304LeavesTheSlicesTheirOwn() {
    assertRead(origin.get(cache), LENGTH);
    millis += 61_000;
    origin.tagOf304 = "W/\"v1\"";
    assertRead(origin.get(cache), LENGTH);
    assertThat(origin.get(cache).header("etag")).isEqualTo("\"v1\"");
    assertThat(origin.ranges).hasSize(12);
  }

  @Test
  void whatMayNotBeStoredIsPassedOnAsItWasAskedFor() {
    origin.caching = "no-store";
    Reader reader = origin.get(cache, "range", "bytes=100-");
    assertRead(reader, LENGTH - 100);
    assertThat(reader.status()).isEqualTo(206);
    assertThat(origin.ranges).endsWith("bytes=100-");
  }

  @Test
  void variantsHaveSlicesOfTheirOwn() {
    origin.vary = "accept-encoding";
    assertRead(origin.get(cache, "accept-encoding", "gzip"), LENGTH);
    origin.change(2);
    assertRead(origin.get(cache, "accept-encoding", "br"), LENGTH);
    origin.change(1);
    assertRead(origin.get(cache, "accept-encoding", "gzip"), LENGTH);
    assertThat(origin.ranges).hasSize(22);
    assertThat(origin.requests)
        .extracting(request -> request.headers().get("accept-encoding"))
        .containsOnly("gzip", "br");
  }

  @Test
  void aFileLargerThanTheStorePassesThroughIt() {
    origin.length = 200 * MIB + 1;
    try (var small = HttpCache.builder(MemoryStore.ofBytes(8 * MIB)).build()) {
      assertRead(origin.get(small), 200 * MIB + 1);
      assertThat(small.storeStats().bytes()).isLessThanOrEqualTo(8 * MIB);
      assertThat(new HashSet<>(origin.ranges)).hasSize(201);
      assertThat(origin.ranges).as("little is fetched twice").hasSizeLessThan(210);
    }
  }

  @Test
  void slicesOnDiskOutlastTheProcess(@TempDir Path directory) throws Exception {
    for (int process = 0; process < 2; process++) {
      var disk = DiskStore.open(directory, 256 * MIB);
      try (var kept =
          HttpCache.builder(TieredStore.of(MemoryStore.ofBytes(8 * MIB), disk)).build()) {
        assertRead(origin.get(kept).await(), LENGTH);
      }
    }
    assertThat(origin.ranges).as("each slice once").hasSize(11);
  }
}
