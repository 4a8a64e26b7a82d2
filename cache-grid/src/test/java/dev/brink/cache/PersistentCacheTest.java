package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Client;
import dev.brink.cache.store.DiskStore;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.TieredStore;
import dev.brink.cache.wire.JournalRecord;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache whose objects outlast the process, and so must what outdates them. */
class PersistentCacheTest {
  private static final String[] DAY = {"cache-control", "max-age=86400", "etag", "\"1\""};

  @TempDir private Path folder;
  private Path directory;
  private int copies;

  @BeforeEach
  void makeDirectory() {
    directory = folder.resolve("cache");
  }

  private TestOrigin open() {
    return new TestOrigin(builder());
  }

  private HttpCacheBuilder builder() {
    try {
      return HttpCache.builder(
          TieredStore.of(MemoryStore.ofBytes(1 << 20), DiskStore.open(directory, 64 << 20)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A process stores this much and ends. */
  private void store(String... targets) {
    try (TestOrigin origin = open()) {
      for (String target : targets) {
        assertThat(origin.reply(200, target, DAY).get(target).outcome()).isEqualTo(Outcome.MISS);
      }
    }
  }

  /** Goes on with the files as they are now, which is what SIGKILL would leave. */
  private void kill() throws IOException {
    Path copy = folder.resolve("copy-" + copies++);
    while (!copied(copy)) {
      copy = folder.resolve("copy-" + copies++);
    }
    directory = copy;
  }

  /** Returns false when a file was removed meanwhile: the copy is of no one moment then. */
  private boolean copied(Path to) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      Files.createDirectory(to);
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static Client got(TestOrigin origin, String target) throws InterruptedException {
    Client client = origin.get(target);
    while (!client.complete) {
      Thread.sleep(1);
    }
    return client;
  }

  @Test
  void aDirectoryInPlaceOfThePurgesIsNamed() throws Exception {
    Path purges = Files.createDirectories(directory.resolve("purges"));
    assertThatThrownBy(this::open)
        .hasStackTraceContaining(purges + ": a directory (expected: a file of purges, or nothing)");
    Files.delete(purges);
    open().close();
  }

  @Test
  void isWarmAfterARestart() throws Exception {
    store("/a");
    try (TestOrigin origin = open()) {
      Client hit = got(origin, "/a");
      assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
      assertThat(hit.body).hasToString("/a");
      assertThat(origin.requests).isEmpty();
    }
  }

  @Test
  void whatIsPurgedStaysPurgedWhenTheProcessIsKilled() throws Exception {
    store("/a", "/b", "/c/1", "/d");
    try (TestOrigin origin = open()) {
      origin.cache.purge(Purge.of(Purge.Scope.URL, "http://example.org/a"));
      origin.cache.purge(Purge.of(Purge.Scope.PREFIX, "http://example.org/c/"));
      origin.cache.purge(new Purge(Purge.Scope.URL, "", "http://example.org/d", true, 0));
      origin.cache.written().toCompletableFuture().join();
      kill();
    }
    try (TestOrigin origin = open()) {
      assertThat(got(origin, "/b").outcome()).isEqualTo(Outcome.HIT);
      assertThat(got(origin.reply(200, "new", DAY), "/a").body).hasToString("new");
      assertThat(got(origin.reply(200, "new", DAY), "/c/1").body).hasToString("new");
      assertThat(got(origin.reply(304, "", DAY), "/d").outcome()).isEqualTo(Outcome.REVALIDATED);
      assertThat(origin.requests.getLast().headers().get("if-none-match")).isEqualTo("\"1\"");
      kill();
    }
    try (TestOrigin origin = open()) {
      assertThat(got(origin, "/b").outcome()).isEqualTo(Outcome.HIT);
    }
  }

  @Test
  void whatAnUnsafeRequestChangedIsValidatedAfterwards() throws Exception {
    store("/a", "/b");
    try (TestOrigin origin = open()) {
      origin.reply(204, "");
      origin.send(HttpMethod.POST, "/a");
      origin.cache.written().toCompletableFuture().join();
      kill();
    }
    try (TestOrigin origin = open()) {
      assertThat(got(origin.reply(304, "", DAY), "/a").outcome()).isEqualTo(Outcome.REVALIDATED);
      assertThat(got(origin, "/b").outcome()).isEqualTo(Outcome.HIT);
    }
  }

  @Test
  void aPurgeHitsWhatWasStoredBeforeTheTimeOfDayWasSetBack() throws Exception {
    store("/a");
    try (TestOrigin origin = open()) {
      origin.pass(-3_600);
      origin.cache.purge(Purge.of(Purge.Scope.ALL, ""));
      assertThat(got(origin.reply(200, "new", DAY), "/a").body).hasToString("new");
    }
  }

  @Test
  void whatOthersMayHavePurgedMeanwhileIsValidatedUntilItIsKnown() throws Exception {
    store("/a");
    try (TestOrigin origin = new TestOrigin(builder().validateFirst())) {
      assertThat(got(origin.reply(304, "", DAY), "/a").outcome()).isEqualTo(Outcome.REVALIDATED);
    }
    store("/b");
    try (TestOrigin origin = new TestOrigin(builder().validateFirst())) {
      origin.cache.caughtUp();
      assertThat(got(origin, "/b").outcome()).isEqualTo(Outcome.HIT);
    }
  }

  @Test
  void knowsUntilWhenAnEarlierProcessHeardOfPurges() {
    try (TestOrigin origin = open()) {
      assertThat(origin.cache.heardUntil()).isZero();
    }
    long stamp;
    try (TestOrigin origin = open()) {
      stamp = origin.cache.purge(Purge.of(Purge.Scope.TAG, "t")).stamp();
    }
    try (TestOrigin origin = open()) {
      assertThat(origin.cache.heardUntil()).isGreaterThanOrEqualTo(stamp);
      assertThat(origin.cache.purge(Purge.of(Purge.Scope.TAG, "u")).stamp())
          .isGreaterThan(origin.cache.heardUntil());
    }
  }

  @Test
  void aTornOffRecordIsCutOff() throws Exception {
    store("/a", "/b");
    try (TestOrigin origin = open()) {
      origin.cache.purge(Purge.of(Purge.Scope.URL, "http://example.org/a"));
      origin.cache.written().toCompletableFuture().join();
      origin.cache.purge(Purge.of(Purge.Scope.URL, "http://example.org/b"));
      origin.cache.written().toCompletableFuture().join();
      kill();
    }
    byte[] journal = Files.readAllBytes(directory.resolve("purges"));
    Files.write(directory.resolve("purges"), Arrays.copyOf(journal, journal.length - 1));
    try (TestOrigin origin = open()) {
      assertThat(got(origin, "/b").outcome()).isEqualTo(Outcome.HIT);
      assertThat(got(origin.reply(200, "new", DAY), "/a").body).hasToString("new");
    }
  }

  @Test
  void withoutARelianceOnItsJournalNothingIsUsed() throws Exception {
    store("/a");
    Path journal = directory.resolve("purges");
    byte[] bytes = Files.readAllBytes(journal);
    bytes[bytes.length / 2] ^= 1;
    Files.write(journal, bytes);
    try (TestOrigin origin = open()) {
      assertThat(got(origin.reply(200, "new", DAY), "/a").body).hasToString("new");
    }
    Files.delete(journal);
    try (TestOrigin origin = open()) {
      assertThat(got(origin.reply(200, "newer", DAY), "/a").body).hasToString("newer");
      kill();
    }
    try (TestOrigin origin = open()) {
      assertThat(got(origin.reply(200, "newest", DAY), "/a").outcome()).isNotNull();
    }
  }

  @Test
  void aJournalStaysSmallAndIsWrittenAnewAfterAFailure() throws Exception {
    Files.createDirectory(directory);
    Path file = directory.resolve("purges");
    var outdated = new Outdated(new CacheClock(InstantSource.system()));
    try (var journal = new Journal(file, outdated, 1_000)) {
      journal.start();
      for (int i = 0; i < 300; i++) {
        journal.add(purged(outdated, "same"));
        journal.written().toCompletableFuture().join();
        assertThat(Files.size(file)).isLessThan(1_100);
      }
      Path inTheWay = Files.createDirectory(directory.resolve("purges.new"));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  journal.add(purged(outdated, "t" + i));
                  journal.written().toCompletableFuture().join();
                }
              })
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(IOException.class);
      Files.delete(inTheWay);
      journal.add(purged(outdated, "last"));
      journal.written().toCompletableFuture().join();
    }
    var again = new Outdated(new CacheClock(InstantSource.system()));
    try (var journal = new Journal(file, again)) {
      assertThat(journal.intact()).isTrue();
      assertThat(again.purges()).isEqualTo(outdated.purges()).isGreaterThan(2);
    }
  }

  @Test
  void aJournalThatFailsInWhateverWaySaysSo() throws Exception {
    var outdated = new Outdated(new CacheClock(InstantSource.system()));
    FileSystem zip = FileSystems.newFileSystem(folder.resolve("a.zip"), Map.of("create", "true"));
    try (var journal = new Journal(zip.getPath("/purges"), outdated)) {
      zip.close();
      journal.add(purged(outdated, "t"));
      assertThat(journal.written().toCompletableFuture())
          .failsWithin(Duration.ofSeconds(20))
          .withThrowableThat()
          .withCauseInstanceOf(ClosedFileSystemException.class);
    }
  }

  private static JournalRecord purged(Outdated outdated, String tag) {
    Purge purge = Purge.of(Purge.Scope.TAG, tag).at(outdated.clock().now());
    return requireNonNull(outdated.add(purge), "a record");
  }

  @Test
  void whatIsKnownIsNotWrittenAgain() {
    var outdated = new Outdated(new CacheClock(InstantSource.system()));
    Purge purge = Purge.of(Purge.Scope.TAG, "t").at(5);
    assertThat(outdated.add(purge)).isNotNull();
    assertThat(outdated.add(purge)).isNull();
    assertThat(outdated.add(purge.at(4))).isNull();
    assertThat(outdated.add(purge.at(6))).isNotNull();
    assertThat(outdated.add(new Purge(Purge.Scope.TAG, "", "t", true, 5))).isNotNull();
  }

  @Test
  void tooManyPurgesBecomeOneThatIsAsHard() {
    var table = new PurgeTable(4);
    for (int i = 1; i <= 20; i++) {
      table.add(new Purge(Purge.Scope.URL, "", "example.org/" + i, i % 2 == 0, i));
      assertThat(table.size()).isLessThanOrEqualTo(5);
    }
    assertThat(table.of("", "example.org", "example.org/3", List.of(), 3))
        .isEqualTo(PurgeTable.Standing.HARD);
    assertThat(table.of("", "example.org", "example.org/20", List.of(), 20))
        .isEqualTo(PurgeTable.Standing.SOFT);
    assertThat(table.of("", "example.org", "example.org/other", List.of(), 21))
        .isEqualTo(PurgeTable.Standing.GOOD);
  }
}
