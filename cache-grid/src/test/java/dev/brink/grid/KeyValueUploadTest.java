package dev.brink.grid;

import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.grid.GridUnavailableException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that arrive as streams, many at once, slowly, or not at all. */
class KeyValueUploadTest {
  @TempDir static Path directory;
  private static Grids grids;
  private static Grid grid;

  @BeforeAll
  static void start() {
    grids = new Grids(directory);
    grid = grids.start(1);
  }

  @AfterAll
  static void stop() {
    grids.close();
  }

  @Test
  void uploadsThatStallHoldNothingThatOthersNeed() throws Exception {
    KeyValue slow = at("slow", Duration.ofMinutes(5));
    List<Stalled> stalled = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      stalled.add(new Stalled(i < 150 ? 0 : 270_000));
    }
    List<CompletionStage<Stamp>> puts = new ArrayList<>();
    for (int i = 0; i < stalled.size(); i++) {
      puts.add(slow.put("key" + i, stalled.get(i), WriteOptions.none()));
    }
    await(
        "what was sent is taken",
        () -> stalled.stream().allMatch(one -> one.length == 0 || one.taken()));
    for (String tenant : List.of("slow", "other")) {
      KeyValue at = at(tenant, Duration.ofSeconds(20));
      get(at.put("key", Values.publisher(bytes("v")), WriteOptions.none()));
      get(at.put("large", Values.publisher(Values.random(900_000)), WriteOptions.none()));
      assertThat(get(at.get("large")).orElseThrow().value()).isEqualTo(Values.random(900_000));
    }
    assertThat(puts).noneMatch(put -> put.toCompletableFuture().isDone());
    stalled.forEach(Stalled::end);
    for (CompletionStage<Stamp> put : puts) {
      get(put);
    }
    assertThat(get(slow.get("key1")).orElseThrow().value()).isEmpty();
    assertThat(get(slow.get("key299")).orElseThrow().value()).hasSize(270_000);
  }

  @Test
  void manySmallValuesAreOnTheirWayAtOnce() throws Exception {
    KeyValue at = at("many", Duration.ofSeconds(30));
    List<Stalled> values = new ArrayList<>();
    List<CompletionStage<Stamp>> puts = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Stalled value = new Stalled(3);
      values.add(value);
      puts.add(at.put("key" + i, value, WriteOptions.none()));
    }
    values.forEach(Stalled::end);
    for (CompletionStage<Stamp> put : puts) {
      get(put);
    }
    assertThat(get(at.get("key999")).orElseThrow().value()).hasSize(3);
  }

  @Test
  void aSmallValueIsPutAgainWhenIgniteFailed() throws Exception {
    var failed = new AtomicBoolean();
    try (KeyValueEngine engine =
        FaultyPlace.engine(
            grid,
            (method, call) ->
                method.equals("put") && failed.compareAndSet(false, true)
                    ? FaultyPlace.ROLLED_BACK.around(method, call)
                    : call.run())) {
      KeyValue at = engine.namespace(Namespace.of("default", "again"), Duration.ofSeconds(20));
      get(at.put("key", Values.publisher(bytes("value")), WriteOptions.none()));
      assertThat(failed).isTrue();
      assertThat(get(at.get("key")).orElseThrow().text()).isEqualTo("value");
    }
  }

  @Test
  void aValueThatDoesNotArriveInTimeIsGivenUp() {
    Stalled never = new Stalled(0);
    CompletionStage<Stamp> put =
        at("never", Duration.ofMillis(50)).put("key", never, WriteOptions.none());
    assertThatThrownBy(() -> get(put))
        .cause()
        .isInstanceOfSatisfying(
            GridUnavailableException.class,
            late -> assertThat(late.reason()).isEqualTo(Reason.TIMEOUT));
    await("it is cancelled", () -> never.cancelled);
  }

  @Test
  void whatIsGatheredIsHeldToTheSameBounds() throws Exception {
    KeyValue at = at("gathers", Duration.ofMinutes(5));
    byte[] value = Values.random(900_000);
    assertThat(get(at.gather(Values.publisher(value), value.length))).isEqualTo(value);
    assertThatThrownBy(() -> get(at.gather(Values.publisher(value), value.length - 1)))
        .hasCauseInstanceOf(ValueTooLargeException.class);

    List<Stalled> stalled = new ArrayList<>();
    List<CompletionStage<byte[]>> gathering = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      stalled.add(new Stalled(20 << 20));
      gathering.add(at.gather(stalled.getLast(), KeyValue.MAX_VALUE_BYTES));
    }
    assertThatThrownBy(() -> get(gathering.getLast()))
        .cause()
        .isInstanceOfSatisfying(
            GridUnavailableException.class,
            busy -> assertThat(busy.reason()).isEqualTo(Reason.BUSY));
    await("it is cancelled", () -> stalled.getLast().cancelled);
    stalled.forEach(Stalled::end);
    assertThat(get(gathering.getFirst())).hasSize(20 << 20);

    Stalled never = new Stalled(1);
    CompletionStage<byte[]> late = at("gathers", Duration.ofMillis(50)).gather(never, 2);
    assertThatThrownBy(() -> get(late))
        .cause()
        .isInstanceOfSatisfying(
            GridUnavailableException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TIMEOUT));
    await("it is cancelled", () -> never.cancelled);
  }

  @Test
  void aTenantLeavesRoomForOthers() {
    var uploads = new Uploads();
    List<Uploads.Upload> all = new ArrayList<>();
    assertThat(count(uploads, "a", all)).isEqualTo(4096);
    assertThat(count(uploads, "b", all)).isEqualTo(2048);
    assertThat(count(uploads, "c", all)).isEqualTo(1024);

    int half = 64 << 20;
    assertThat(all.get(0).hold(half)).isTrue();
    assertThat(all.get(1).hold(1)).as("of the same tenant").isFalse();
    assertThat(all.getLast().hold(half / 2)).isTrue();
    assertThat(all.getLast().hold(1)).isFalse();
    all.getLast().letGo(1);
    assertThat(all.getLast().hold(1)).isTrue();

    all.forEach(Uploads.Upload::close);
    assertThat(all.getFirst().hold(1)).as("closed").isFalse();
    assertThat(uploads.bytes()).isZero();
    assertThat(count(uploads, "d", new ArrayList<>())).isEqualTo(4096);
  }

  private static int count(Uploads uploads, String tenant, List<Uploads.Upload> all) {
    int count = 0;
    for (Uploads.Upload next = uploads.begin(tenant); next.isOpen(); next = uploads.begin(tenant)) {
      all.add(next);
      count++;
    }
    return count;
  }

  private static KeyValue at(String tenant, Duration timeout) {
    return grid.keyValue(Namespace.of(tenant, "uploads")).withTimeout(timeout);
  }

  /** Publishes some bytes, and ends when it is told to. */
  private static final class Stalled implements Flow.Publisher<ByteBuf> {
    private final int length;
    private final AtomicInteger requests = new AtomicInteger();
    private final CompletableFuture<Flow.Subscriber<? super ByteBuf>> subscribed =
        new CompletableFuture<>();
    private volatile boolean cancelled;

    Stalled(int length) {
      this.length = length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
      subscriber.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {
              requests.incrementAndGet();
            }

            @Override
            public void cancel() {
              cancelled = true;
            }
          });
      if (length > 0) {
        subscriber.onNext(Unpooled.wrappedBuffer(Values.random(length)));
      }
      subscribed.complete(subscriber);
    }

    boolean taken() {
      return requests.get() > 1;
    }

    void end() {
      subscribed.join().onComplete();
    }
  }
}
