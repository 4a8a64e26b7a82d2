package dev.brink.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.store.DiskStore;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.TieredStore;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked for often and stored once more, in fewer bytes, for those that take them. */
class RecodingTest {
  private static final String BOTH = "gzip, deflate, br";

  private final Digesting digesting = new Digesting();
  private TestOrigin origin = origin(MemoryStore.ofBytes(64 << 20));

  private TestOrigin origin(Store store) {
    return new TestOrigin(HttpCache.builder(store).denseCoding(digesting));
  }

  @AfterEach
  void close() {
    origin.close();
  }

  /** "Compresses" into what tells whether it got the right bytes: their number and checksum. */
  private static final class Digesting implements DenseCoding {
    final AtomicInteger begun = new AtomicInteger();
    volatile boolean there = true;
    volatile int padding;

    @Override
    public String token() {
      return "br";
    }

    @Override
    public @Nullable Encoder begin() {
      begun.incrementAndGet();
      return there ? new Digest(padding) : null;
    }
  }

  private static final class Digest implements DenseCoding.Encoder {
    private final CRC32 crc = new CRC32();
    private final int padding;
    private long bytes;

    Digest(int padding) {
      this.padding = padding;
    }

    @Override
    public byte[] write(byte[] piece) {
      crc.update(piece);
      bytes += piece.length;
      return new byte[0];
    }

    @Override
    public byte[] finish() {
      return (bytes + " " + crc.getValue() + " ".repeat(padding)).getBytes(UTF_8);
    }

    @Override
    public void close() {}
  }

  private static String digest(String text) {
    var digest = new Digest(0);
    digest.write(text.getBytes(UTF_8));
    return new String(digest.finish(), UTF_8);
  }

  /** Words that don't compress to nothing. */
  private static String text(int seed) {
    return text(seed, 20_000);
  }

  private static String text(int seed, int least) {
    var random = new Random(seed);
    var text = new StringBuilder();
    while (text.length() < least) {
      text.append(Long.toString(random.nextLong(), 36)).append(" and ");
    }
    return text.toString();
  }

  private BytesClient ask(String path, String... headers) {
    var client = new BytesClient();
    var _ = origin.cache.handle(origin.request(HttpMethod.GET, path, headers), origin, client);
    return client;
  }

  /** Asks until the answer is in that coding. */
  private BytesClient often(String path, String coding, String takes) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (true) {
      BytesClient client = ask(path, "accept-encoding", takes);
      if (client.complete && coding.equals(client.header("content-encoding"))) {
        return client;
      }
      assertThat(System.nanoTime() - end).as("time for %s in %s", path, coding).isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  /**
   * So many were made: they are counted once they can be had, thus a moment after the first use.
   */
  private void recoded(int number) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (origin.cache.stats().recodings() < number && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(origin.cache.stats().recodings()).isEqualTo(number);
  }

  private void reply(String body, String... more) {
    String[] all = new String[more.length + 4];
    all[0] = "cache-control";
    all[1] = "max-age=60";
    all[2] = "content-type";
    all[3] = "text/html";
    System.arraycopy(more, 0, all, 4, more.length);
    origin.reply(200, body, all);
  }

  @Test
  void whatIsAskedForOftenIsThereInTheBetterCodingForWhoTakesIt() throws Exception {
    String text = text(1);
    reply(text, "etag", "\"v1\"");
    assertThat(ask("/a", "accept-encoding", BOTH).unzipped()).isEqualTo(text);
    BytesClient dense = often("/a", "br", BOTH);
    assertThat(dense.body.toString(UTF_8)).isEqualTo(digest(text));
    assertThat(dense.header("content-length")).isEqualTo(String.valueOf(dense.body.size()));
    assertThat(dense.header("vary")).isEqualTo("accept-encoding");
    assertThat(dense.header("etag")).as("other bytes than it names").isEqualTo("W/\"v1\"");
    assertThat(dense.header("accept-ranges")).isNull();
    assertThat(dense.header("cache-status")).contains("hit");
    assertThat(ask("/a", "accept-encoding", "gzip").unzipped()).isEqualTo(text);
    assertThat(ask("/a", "accept-encoding", "gzip, br;q=0.5").unzipped()).isEqualTo(text);
    assertThat(origin.get("/a").body).hasToString(text);
    assertThat(ask("/a", "accept-encoding", BOTH, "if-none-match", "\"v1\"").body.size()).isZero();
    assertThat(origin.requests).hasSize(1);
    recoded(1);
  }

  @Test
  void whatCameForOneThatTakesNothingIsCompressedForThoseThatDo() throws Exception {
    String text = text(2);
    reply(text, "etag", "\"v1\"");
    assertThat(origin.get("/a").body).hasToString(text);
    assertThat(ask("/a", "accept-encoding", BOTH).header("content-encoding")).isNull();
    assertThat(often("/a", "gzip", "gzip").unzipped()).isEqualTo(text);
    assertThat(often("/a", "br", BOTH).body.toString(UTF_8)).isEqualTo(digest(text));
    BytesClient part = ask("/a", "accept-encoding", BOTH, "range", "bytes=0-9");
    assertThat(requireNonNull(part.head).status().code()).isEqualTo(206);
    assertThat(part.body.toString(UTF_8)).isEqualTo(text.substring(0, 10));
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void anotherResponseIsMadeAnew() {
    reply(text(3));
    ask("/a", "accept-encoding", BOTH);
    often("/a", "br", BOTH);
    origin.pass(61);
    reply(text(4));
    assertThat(ask("/a", "accept-encoding", BOTH).header("content-encoding")).isEqualTo("gzip");
    assertThat(often("/a", "br", BOTH).body.toString(UTF_8)).isEqualTo(digest(text(4)));
    recoded(2);
  }

  @Test
  void oneThatIsStillGoodKeepsWhatWasMadeOfIt() {
    reply(text(5), "etag", "\"v1\"");
    ask("/a", "accept-encoding", BOTH);
    often("/a", "br", BOTH);
    origin.pass(61);
    origin.reply(304, "", "etag", "\"v1\"", "cache-control", "max-age=60");
    BytesClient validated = ask("/a", "accept-encoding", BOTH);
    assertThat(validated.body.toString(UTF_8)).isEqualTo(digest(text(5)));
    assertThat(ask("/a", "accept-encoding", BOTH).body.toString(UTF_8)).isEqualTo(digest(text(5)));
    assertThat(origin.requests).hasSize(2);
    assertThat(digesting.begun).hasValue(1);
  }

  @Test
  void oneThatIsFoundStillGoodWhileWhatIsMadeOfItIsStoredKeepsIt() {
    var store = new StagedStore();
    origin.close();
    origin = origin(store);
    var validated = new CompletableFuture<Boolean>();
    reply(text(8), "etag", "\"v1\"");
    ask("/a", "accept-encoding", BOTH);
    store.committed = () -> validated.orTimeout(20, TimeUnit.SECONDS).join();
    often("/a", "br", BOTH);
    origin.pass(61);
    origin.reply(304, "", "etag", "\"v1\"", "cache-control", "max-age=60");
    ask("/a", "accept-encoding", BOTH);
    validated.complete(true);
    recoded(1);
    assertThat(ask("/a", "accept-encoding", BOTH).body.toString(UTF_8)).isEqualTo(digest(text(8)));
  }

  @Test
  void aPurgeConcernsItAsWell() {
    reply(text(6));
    ask("/a", "accept-encoding", BOTH);
    often("/a", "br", BOTH);
    origin.cache.purge(Purge.of(Purge.Scope.ALL, ""));
    reply(text(7));
    assertThat(ask("/a", "accept-encoding", BOTH).header("content-encoding")).isEqualTo("gzip");
    assertThat(origin.requests).hasSize(2);
  }

  @Test
  void whatMustNotBeChangedOrGainsNothingStaysAsItIs() {
    String text = text(8);
    reply(text, "cache-control", "no-transform");
    reply("short".repeat(20));
    origin.reply(200, text, "cache-control", "max-age=60", "content-type", "image/png");
    reply(text);
    for (String path : new String[] {"/no-transform", "/short", "/image", "/text"}) {
      origin.get(path);
    }
    for (int i = 0; i < 1000; i++) {
      for (String path : new String[] {"/no-transform", "/short", "/image"}) {
        assertThat(ask(path, "accept-encoding", BOTH).header("content-encoding")).isNull();
      }
    }
    often("/text", "br", BOTH);
    assertThat(digesting.begun).as("asked for before it, and not begun").hasValue(1);
    recoded(1);
  }

  @Test
  void aSystemWithoutTheCodingIsAskedOnce() throws Exception {
    digesting.there = false;
    String text = text(9);
    reply(text);
    origin.get("/a");
    assertThat(often("/a", "gzip", BOTH).unzipped()).as("the next best").isEqualTo(text);
    for (int i = 0; i < 1000; i++) {
      ask("/a", "accept-encoding", BOTH);
    }
    assertThat(digesting.begun).hasValue(1);
  }

  @Test
  void otherNodesGetWhatAllTheirClientsCanUse() throws Exception {
    String text = text(10);
    reply(text);
    ask("/a", "accept-encoding", BOTH);
    often("/a", "br", BOTH);
    var peer = new PeerClient();
    var _ =
        origin.cache.handle(
            origin.request(HttpMethod.GET, "/a", "accept-encoding", BOTH), origin, peer);
    assertThat(peer.outcome()).isEqualTo(Outcome.HIT);
    assertThat(peer.header("content-encoding")).isEqualTo("gzip");
  }

  private static final class PeerClient extends TestOrigin.Client {
    @Override
    public boolean forPeer() {
      return true;
    }
  }

  private static Store onDisk(Path directory) throws IOException {
    return TieredStore.of(MemoryStore.ofBytes(8 << 20), DiskStore.open(directory, 64 << 20));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100_000})
  void whatTheDiskKeptIsNotMadeAgain(int padding, @TempDir Path directory) throws Exception {
    origin.close();
    digesting.padding = padding;
    origin = origin(onDisk(directory));
    String text = text(11, 400_000);
    reply(text);
    ask("/a", "accept-encoding", BOTH);
    often("/a", "br", BOTH);
    origin.close();
    origin = origin(onDisk(directory));
    assertThat(often("/a", "br", BOTH).body.toString(UTF_8).strip()).isEqualTo(digest(text));
    assertThat(origin.requests).isEmpty();
    assertThat(digesting.begun).hasValue(1);
  }

  @Test
  void aValidationCanForbidIt() {
    String text = text(12);
    reply(text, "etag", "\"v1\"");
    origin.get("/a");
    often("/a", "br", BOTH);
    origin.pass(61);
    origin.reply(304, "", "etag", "\"v1\"", "cache-control", "max-age=60, no-transform");
    for (int i = 0; i < 500; i++) {
      BytesClient client = ask("/a", "accept-encoding", BOTH);
      assertThat(client.header("content-encoding")).isNull();
      assertThat(client.body.toString(UTF_8)).isEqualTo(text);
    }
    assertThat(origin.requests).hasSize(2);
  }

  @Test
  void whatDecodesToTooMuchStaysAsItIs() throws Exception {
    String large = text(13).repeat(250);
    reply(large);
    reply(text(14));
    ask("/large", "accept-encoding", BOTH);
    ask("/a", "accept-encoding", BOTH);
    for (int i = 0; i < 300; i++) {
      assertThat(ask("/large", "accept-encoding", BOTH).header("content-encoding"))
          .isEqualTo("gzip");
    }
    often("/a", "br", BOTH);
    assertThat(ask("/large", "accept-encoding", BOTH).unzipped()).isEqualTo(large);
    recoded(1);
  }

  @Test
  void aDateDoesNotTellWhichBytesAClientHasAPartOf() {
    reply(text(15), "last-modified", "Mon, 01 Jan 2024 00:00:00 GMT");
    origin.get("/a");
    BytesClient rest = ask("/a", "range", "bytes=10-", "if-range", "Mon, 01 Jan 2024 00:00:00 GMT");
    assertThat(requireNonNull(rest.head).status().code()).isEqualTo(200);
    assertThat(rest.body.toString(UTF_8)).isEqualTo(text(15));
  }

  @Test
  void anUnknownCodingIsRefused() {
    DenseCoding unknown =
        new DenseCoding() {
          @Override
          public String token() {
            return "lzma";
          }

          @Override
          public @Nullable Encoder begin() {
            return null;
          }
        };
    try (var store = MemoryStore.ofBytes(1 << 20)) {
      assertThatThrownBy(() -> HttpCache.builder(store).denseCoding(unknown))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("coding: lzma (expected: br or zstd)");
    }
  }
}
