package dev.brink.mesh.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionLimits;
import dev.brink.exec.InvocationReport;
import dev.brink.exec.Timing;
import dev.brink.grid.Entry;
import dev.brink.grid.MapListener;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.proto.UsageRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class UsageLedgerTest {
  @Test
  void theEndWaitsUntilTheLastNumbersAreWritten() throws Exception {
    var meter = new UsageMeter(InstantSource.system());
    var map = new HeldMap(new CountDownLatch(1));
    var ledger = new UsageLedger(meter, map, "w", InstantSource.system());
    record(meter);
    Thread closing = Thread.ofPlatform().start(ledger::close);
    assertThat(map.asked.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(closing.join(Duration.ofMillis(100))).as("it has not waited").isFalse();
    map.go.countDown();
    closing.join();
    assertThat(map.entries.values())
        .singleElement()
        .satisfies(
            entry -> assertThat(UsageRecord.parseFrom(entry.value()).getRequests()).isEqualTo(1));
  }

  @Test
  void anHourThatIsOverIsForgottenOnceItIsWritten() throws Exception {
    var millis = new AtomicLong(Duration.ofDays(1).toMillis());
    InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
    var meter = new UsageMeter(clock);
    try (var ledger = new UsageLedger(meter, new HeldMap(), "w", clock)) {
      record(meter);
      assertThat(ledger.total()).singleElement().returns(1L, UsageRecord::getRequests);
      millis.addAndGet(Duration.ofHours(3).toMillis());
      record(meter);
      record(meter);
      assertThat(meter.records()).hasSize(2);

      await(() -> meter.records().size() == 1);
      assertThat(meter.records()).singleElement().returns(2L, UsageRecord::getRequests);
      assertThat(ledger.total()).extracting(UsageRecord::getRequests).containsExactly(1L, 2L);
    }
  }

  @Test
  void whatWasForgottenCountsAgainWhenTheClockIsSetBack() throws Exception {
    long then = Duration.ofDays(1).toMillis();
    var millis = new AtomicLong(then);
    InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
    var meter = new UsageMeter(clock);
    var map = new HeldMap();
    try (var ledger = new UsageLedger(meter, map, "w", clock)) {
      for (long requests = 1; requests <= 2; requests++) {
        millis.set(then);
        record(meter);
        assertThat(ledger.total()).singleElement().returns(requests, UsageRecord::getRequests);

        millis.addAndGet(Duration.ofHours(3).toMillis());
        await(() -> meter.records().isEmpty());
        assertThat(ledger.total()).singleElement().returns(requests, UsageRecord::getRequests);
      }
    }
    assertThat(map.entries).hasSize(1);
  }

  @Test
  void aKeyThatCannotBeReadKeepsNoOldRecord() throws Exception {
    var map = new HeldMap();
    var stored = new Entry(new byte[0], new Stamp(1, 0, new UUID(0, 1)));
    for (String key : List.of("", "new form", "0|t|f|d|w", "x|t|f|d|w")) {
      map.entries.put(key, stored);
    }
    InstantSource clock = () -> Instant.ofEpochMilli(Duration.ofDays(40).toMillis());
    try (var _ = new UsageLedger(new UsageMeter(clock), map, "w", clock)) {
      await(() -> !map.entries.containsKey("0|t|f|d|w"));
    }
    assertThat(map.entries).containsOnlyKeys("", "new form", "x|t|f|d|w");
  }

  @Test
  void anErrorWhileWritingIsNotTheEndOfIt() throws Exception {
    var looks = new AtomicLong();
    InstantSource clock =
        () -> {
          if (looks.incrementAndGet() == 1) {
            throw new OutOfMemoryError("of a test");
          }
          return Instant.ofEpochMilli(0);
        };
    var meter = new UsageMeter(InstantSource.system());
    var map = new HeldMap();
    record(meter);
    try (var _ = new UsageLedger(meter, map, "w", clock)) {
      await(() -> map.entries.size() == 1);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).isNegative();
      Thread.sleep(10);
    }
  }

  private static void record(UsageMeter meter) {
    meter.record(
        new Target.Function("t", "f", "d"),
        FunctionLimits.DEFAULT,
        new InvocationReport(Timing.NONE, 1_000, 2_000, 0, 3, 4, 0, null));
  }

  /** Has what is put once it may. */
  private static final class HeldMap implements ReplicatedMap {
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch go;

    HeldMap() {
      this(new CountDownLatch(0));
    }

    HeldMap(CountDownLatch go) {
      this.go = go;
    }

    @Override
    public String name() {
      return "usage";
    }

    @Override
    public CompletionStage<Stamp> put(String key, byte[] value) {
      var stamp = new Stamp(1, 0, new UUID(0, 1));
      var put = new CompletableFuture<Stamp>();
      asked.countDown();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  go.await();
                  entries.put(key, new Entry(value, stamp));
                  put.complete(stamp);
                } catch (InterruptedException e) {
                  put.completeExceptionally(e);
                }
              });
      return put;
    }

    @Override
    public CompletionStage<Stamp> remove(String key) {
      entries.remove(key);
      return CompletableFuture.completedFuture(new Stamp(2, 0, new UUID(0, 1)));
    }

    @Override
    public CompletionStage<Boolean> merge(String key, Entry entry) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Entry> entries() {
      return Map.copyOf(entries);
    }

    @Override
    public Optional<Entry> get(String key) {
      return Optional.ofNullable(entries.get(key));
    }

    @Override
    public void listen(MapListener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
