package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.lane.LaneCompanion;
import dev.brink.exec.lane.Lanes;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Seen by its thread, since it leaves nothing else behind. */
class IdleWarmUpTest {
  /** When this many calls take so long, they are too few to be work. */
  private static final int FEW_CALLS = 6;

  private static final long LOOKING_NANOS = 20_000_000;

  /** So long after that an instance may be seen. */
  private static final long MAKING_NANOS = 500_000_000;

  private static final int LAST_CALLS = 300;

  /** Of an instance, so that what they have in common is compiled. */
  private static final int MANY_CALLS = 30;

  /** Enough for the time in which they are counted to be full of them. */
  private static final int MANY_ROUNDS = 10_000;

  /** Of the call before, and of an instance that was begun. */
  private static final int LAST_TURNS = 4;

  private static final String COMPUTING =
      """
      export default { async fetch() {
        const until = Date.now() + 1500;
        while (Date.now() < until);
        return new Response('computed');
      } }
      """;

  @Test
  void itEndsAndCountsAsNothing() {
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).idleWarmUp(3).build()) {
      Sandbox.join(runtime.ready());
      Sandbox.await("its beginning", IdleWarmUpTest::isUnderWay);
      Sandbox.await("the end of the warm-up", () -> !isUnderWay());
      Sandbox.await("its instances to go", () -> runtime.instances().open() == 0);
      assertThat(runtime.instances().made()).isZero();
    }
  }

  /** Else it would wait for ten seconds after an instance. */
  @Test
  void itsOwnCallsAreNoLoad() {
    long usual = 6;
    int count = WarmUpFunction.OTHERS.size() + (int) usual;
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(16).idleWarmUp(count).build()) {
      Sandbox.join(runtime.ready());
      Lanes lanes = ((GraalRuntime) runtime).lanes();
      Sandbox.await("its beginning", IdleWarmUpTest::isUnderWay);
      long before = lanes.turns();
      Sandbox.await("an instance called often", () -> lanes.turns() - before > 2 * MANY_CALLS);
      long seen = lanes.turns();
      long seenNanos = System.nanoTime();
      long longest = 0;
      while (isUnderWay()) {
        long now = System.nanoTime();
        longest = Math.max(longest, now - seenNanos);
        if (lanes.turns() != seen) {
          seen = lanes.turns();
          seenNanos = now;
        }
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(lanes.turns() - before).isGreaterThan(usual * MANY_CALLS);
      assertThat(longest).isLessThan(CalmAfterLoad.CALM_NANOS);
    }
  }

  /** On other lanes as well. */
  @Test
  void itWaitsWhileSomethingRuns() {
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(8).idleWarmUp(1_000).build()) {
      Sandbox.join(runtime.ready());
      LoadedFunction function = Sandbox.join(runtime.load(computing()));
      var computed = new Answered();
      function.invoke(
          Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
          computed);
      int begun = 0;
      int before = 1;
      while (!computed.isDone()) {
        int open = runtime.instances().open();
        if (open > before && !computed.isDone()) {
          begun++;
        }
        before = open;
      }
      // One when the call comes, and one before it is known that it is over; else a dozen.
      assertThat(begun).isLessThan(5);
      assertThat(computed.end().text()).isEqualTo("computed");
      Sandbox.await("it to go on", () -> runtime.instances().open() == 2);
    }
    Sandbox.await("its end with the runtime", () -> !isUnderWay());
  }

  @Test
  void itWaitsWhileManyShortCallsCome() {
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(2).idleWarmUp(1_000).build()) {
      Sandbox.join(runtime.ready());
      LoadedFunction function = Sandbox.join(runtime.load(quick()));
      int begun = 0;
      int before = 1;
      long start = System.nanoTime();
      long now = start;
      long gap = start;
      long[] ends = new long[FEW_CALLS];
      Arrays.fill(ends, start);
      long[] lastOnes = new long[LAST_CALLS];
      int calls = 0;
      for (int i = 0; i < 6_000 && now - start < Duration.ofSeconds(20).toNanos(); i++) {
        var answer = new Answered();
        function.invoke(
            Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
            answer);
        assertThat(answer.end().text()).isEqualTo("quick");
        // For longer than it takes to answer: the lanes mostly look idle.
        LockSupport.parkNanos(200_000);
        int open = runtime.instances().open();
        now = System.nanoTime();
        lastOnes[calls++ % LAST_CALLS] = now;
        if (now - ends[i % FEW_CALLS] < LOOKING_NANOS) {
          ends[i % FEW_CALLS] = now;
        } else {
          gap = now;
          Arrays.fill(ends, now);
        }
        begun += open > before && now - gap > MAKING_NANOS ? 1 : 0;
        before = open;
      }
      // But for those where few calls came; and one for what cannot be seen from here.
      assertThat(begun).isLessThan(2);
      long over = System.nanoTime();
      Lanes lanes = ((GraalRuntime) runtime).lanes();
      long turns = lanes.turns() + LAST_TURNS;
      Sandbox.await("it to go on", () -> lanes.turns() > turns);
      if (over - lastOnes[calls % LAST_CALLS] < Duration.ofSeconds(1).toNanos()) {
        // So many calls in that time are a load, after which it does not go on at once.
        assertThat(System.nanoTime() - over).isGreaterThan(CalmAfterLoad.CALM_NANOS / 2);
      }
    }
  }

  /** As with hits of a cache, which need no function. */
  @Test
  void itWaitsWhileSocketsAreBusy() {
    var sockets = new Sockets();
    try (FunctionRuntime runtime =
        FunctionRuntime.builder().lanes(1).companions(List.of(sockets)).idleWarmUp(1_000).build()) {
      Sandbox.join(runtime.ready());
      Lanes lanes = ((GraalRuntime) runtime).lanes();
      Sandbox.await("it to begin", () -> lanes.turns() > LAST_TURNS);
      sockets.busy = true;
      long before = lanes.companionRounds();
      Sandbox.await("load", () -> lanes.companionRounds() > before + MANY_ROUNDS);
      long over = System.nanoTime();
      sockets.busy = false;
      long turns = lanes.turns() + LAST_TURNS;
      Sandbox.await("it to go on", () -> lanes.turns() > turns);
      assertThat(System.nanoTime() - over).isGreaterThan(CalmAfterLoad.CALM_NANOS / 2);
    }
  }

  /** Sockets of which one always has something, or none. */
  private static final class Sockets implements LaneCompanion {
    private volatile boolean busy;

    @Override
    public boolean borrow() {
      return true;
    }

    @Override
    public void lend() {}

    @Override
    public boolean resume() {
      return true;
    }

    @Override
    public void giveBack() {}

    @Override
    public void reclaim() {}

    @Override
    public boolean run(long waitNanos, BooleanSupplier mayWait) {
      if (mayWait.getAsBoolean()) {
        LockSupport.parkNanos(Math.min(waitNanos, busy ? 20_000 : 5_000_000));
      }
      return true;
    }

    @Override
    public void wakeup() {}
  }

  @Test
  void itsNumberIsBounded() {
    assertThatThrownBy(() -> FunctionRuntime.builder().idleWarmUp(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("idleWarmUp: -1 (expected: 0 to 100000)");
  }

  private static FunctionBundle computing() {
    return bundle("t/computing", COMPUTING);
  }

  private static FunctionBundle quick() {
    return bundle("t/quick", "export default { fetch: () => new Response('quick') }");
  }

  private static FunctionBundle bundle(String name, String source) {
    return new FunctionBundle(
        name,
        "main.js",
        Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
        Sandbox.LIMITS,
        Map.of(),
        Set.of());
  }

  private static boolean isUnderWay() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("brink-idle-warm-up"));
  }
}
