package dev.brink.grid;

import static dev.brink.grid.Grids.at;
import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.wire.BlobNote;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values in chunks, on three members. */
class KeyValueLargeTest {
  @TempDir static Path directory;
  private static Grids grids;
  private static Grid first;
  private static Grid second;
  private static Grid third;

  @BeforeAll
  static void start() {
    grids = Grids.joined(directory, 3);
    first = grids.member(1);
    second = grids.member(2);
    third = grids.member(3);
  }

  @AfterAll
  static void stop() {
    grids.close();
  }

  @Test
  void aLargeValueIsInChunksAndComesWholeOrAsAStream() throws Exception {
    byte[] large = Values.random(3_000_000);
    Stamp version =
        get(at(first, "large").put("key", Values.publisher(large), WriteOptions.none()));
    KeyValueEntry whole = get(at(second, "large").get("key")).orElseThrow();
    assertThat(whole.value()).isEqualTo(large);
    assertThat(whole.version()).isEqualTo(version);
    KeyValueEntry stream = get(at(third, "large").open("key", ReadMode.consistent())).orElseThrow();
    assertThat(stream.isWhole()).isFalse();
    assertThat(stream.info().bytes()).isEqualTo(large.length);
    assertThat(Values.read(stream)).isEqualTo(large);
  }

  @Test
  void theLargestValueFitsAndALargerOneLeavesNothing() throws Exception {
    byte[] largest = Values.random(KeyValue.MAX_VALUE_BYTES);
    KeyValue at = at(first, "largest").withTimeout(Duration.ofSeconds(60));
    get(at.put("key", largest));
    assertThat(get(at.get("key")).orElseThrow().value()).isEqualTo(largest);
    assertThatThrownBy(
            () ->
                get(
                    at.put(
                        "other",
                        Values.publisher(Values.random(KeyValue.MAX_VALUE_BYTES + 1)),
                        WriteOptions.none())))
        .hasCauseInstanceOf(ValueTooLargeException.class);
    assertThat(get(at.get("other"))).isEmpty();
    get(at.delete("key"));
  }

  @Test
  void aValueWhosePublisherFailsIsNotThere() throws Exception {
    get(at(first, "failed").put("key", bytes("before")));
    Flow.Publisher<ByteBuf> failing =
        subscriber ->
            subscriber.onSubscribe(
                new Flow.Subscription() {
                  private boolean sent;

                  @Override
                  public void request(long n) {
                    if (!sent) {
                      sent = true;
                      subscriber.onNext(Unpooled.wrappedBuffer(new byte[600_000]));
                      subscriber.onError(new IllegalStateException("gone"));
                    }
                  }

                  @Override
                  public void cancel() {}
                });
    assertThatThrownBy(() -> get(at(first, "failed").put("key", failing, WriteOptions.none())))
        .hasMessageContaining("the value ended early: gone");
    assertThat(get(at(second, "failed").get("key")).orElseThrow().text()).isEqualTo("before");
  }

  @Test
  void replacedAndOrphanedChunksAreCollected() throws Exception {
    KeyValuePlace place = new MemoryPlace(((GridNode) first).engine());
    try (KeyValueEngine engine =
        new KeyValueEngine(
            "sweeping",
            place,
            first.clock(),
            InstantSource.system(),
            0,
            1L << 30,
            Duration.ofMillis(1),
            Duration.ofSeconds(4))) {
      List<KeyValueEngine> others = new ArrayList<>();
      for (Grid grid : List.of(second, third)) {
        others.add(
            new KeyValueEngine(
                "sweeping",
                new MemoryPlace(((GridNode) grid).engine()),
                grid.clock(),
                InstantSource.system(),
                0,
                1L << 30,
                Duration.ofMillis(1),
                Duration.ofSeconds(4)));
      }
      KeyValue at = engine.namespace(Namespace.of("default", "sweep"), Duration.ofSeconds(20));
      get(at.put("replaced", Values.random(600_000)));
      get(at.put("replaced", Values.random(400_000)));
      get(at.put("overwritten", Values.random(600_000)));
      get(at(second, "sweep").put("overwritten", bytes("small")));
      get(
          at.put(
              "expired",
              Values.random(600_000),
              WriteOptions.none().expiringAfter(Duration.ofMillis(5))));
      get(at.put("stays", Values.random(700_000)));
      StoreCaches caches = requireNonNull(place.caches());
      new KeyValueBlobs(() -> Instant.now().minusSeconds(60))
          .write(
              caches,
              "default/sweep/lost",
              Values.random(1000),
              size -> new byte[0],
              Deadline.in(Duration.ofSeconds(30)));
      await(
          "only what is referred to is left",
          () -> blobsOf(caches, "default/sweep/").equals(List.of("replaced", "stays")));
      assertThat(get(at.get("replaced")).orElseThrow().value()).hasSize(400_000);
      assertThat(get(at.get("stays")).orElseThrow().value()).hasSize(700_000);
      others.forEach(KeyValueEngine::close);
    }
  }

  private static List<String> blobsOf(StoreCaches caches, String prefix) {
    List<String> records = new ArrayList<>();
    caches
        .blobs()
        .forEach(
            note -> {
              try {
                String record = BlobNote.parseFrom(note.getValue()).getRecord();
                if (record.startsWith(prefix)) {
                  records.add(record.substring(prefix.length()));
                }
              } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            });
    records.sort(null);
    return records;
  }
}
