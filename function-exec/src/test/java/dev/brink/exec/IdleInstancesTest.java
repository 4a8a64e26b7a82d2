package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Instances that nobody uses: they go after a while, and first when the heap is short. */
class IdleInstancesTest {
  private static final String HELLO = "return new Response('hello')";

  private static IdleInstances.Seen seen(long uses, double cost, double size) {
    return new IdleInstances.Seen(uses, cost, size);
  }

  @Test
  void whatIsSeldomUsedCheapAndLargeGoesFirst() {
    var order = new IdleInstances<String>();
    Map<String, IdleInstances.Seen> all =
        Map.of(
            "often", seen(100, 1, 10),
            "dear", seen(1, 1_000, 10),
            "seldom", seen(1, 1, 10),
            "large", seen(1, 1, 1_000));
    order.look(all, 0);
    order.look(all, IdleInstances.QUIET_NANOS - 1);
    assertThat(order.first(9, key -> true)).as("all are new").isEmpty();
    assertThat(order.mayComeYet(key -> true)).isTrue();
    order.look(all, IdleInstances.QUIET_NANOS);
    assertThat(order.mayComeYet(key -> true)).isFalse();
    assertThat(order.first(9, key -> true)).containsExactly("large", "seldom", "often", "dear");
    assertThat(order.first(1, key -> !key.equals("large"))).containsExactly("seldom");
  }

  @Test
  void whatWasUsedLongAgoGoesBeforeWhatWasUsedLately() {
    var order = new IdleInstances<String>();
    Map<String, IdleInstances.Seen> first =
        Map.of("old", seen(5, 1, 1), "gone", seen(9, 1, 1), "new", seen(1, 1, 1));
    order.look(first, 0);
    order.look(first, IdleInstances.QUIET_NANOS);
    order.gone(List.of("gone"));
    Map<String, IdleInstances.Seen> then = Map.of("old", seen(5, 1, 1), "new", seen(2, 1, 1));
    order.look(then, 2 * IdleInstances.QUIET_NANOS);
    assertThat(order.first(9, key -> true)).as("new is in use").containsExactly("old");
    order.look(then, 3 * IdleInstances.QUIET_NANOS);
    assertThat(order.first(9, key -> true)).containsExactly("old", "new");
  }

  @Test
  void oneThatNobodyCallsGoesAfterAWhile() {
    RuntimeLimits limits = RuntimeLimits.builder().idleAfter(Duration.ofMillis(400)).build();
    try (Sandbox sandbox = Sandbox.of(1, limits)) {
      LoadedFunction idle = sandbox.handler(HELLO);
      LoadedFunction waits = sandbox.handler("await scheduler.wait(20000); " + HELLO);
      Answered waiting = sandbox.get(waits, "/");
      assertThat(sandbox.get(idle, "/").end().text()).isEqualTo("hello");
      Sandbox.await("it has gone", () -> !idle.warm());
      assertThat(waits.warm()).isTrue();
      assertThat(waiting.isDone()).isFalse();
      assertThat(sandbox.get(idle, "/").end().text()).isEqualTo("hello");
    }
  }

  @Test
  void aMomentIsNotForEver() {
    RuntimeLimits limits = RuntimeLimits.builder().idleAfter(Duration.ofNanos(1)).build();
    try (Sandbox sandbox = Sandbox.of(1, limits)) {
      LoadedFunction idle = sandbox.handler(HELLO);
      Sandbox.await("it has gone", () -> !idle.warm());
      assertThat(sandbox.get(idle, "/").end().text()).isEqualTo("hello");
    }
  }

  @Test
  void oneThatIsCalledStaysAndSoDoAllWithoutSuchALimit() {
    RuntimeLimits limits = RuntimeLimits.builder().idleAfter(Duration.ofSeconds(5)).build();
    try (Sandbox sandbox = Sandbox.of(1, limits);
        Sandbox endless = Sandbox.of(1, RuntimeLimits.builder().idleAfter(Duration.ZERO).build())) {
      LoadedFunction stays = endless.handler(HELLO);
      LoadedFunction called =
          sandbox.load(
              "let calls = 0; export default { fetch: () => new Response(String(++calls)) }");
      LoadedFunction idle = sandbox.handler(HELLO);
      int calls = 0;
      while (idle.warm()) {
        assertThat(sandbox.get(called, "/").end().text()).isEqualTo(String.valueOf(++calls));
      }
      assertThat(stays.warm()).isTrue();
    }
    assertThatThrownBy(() -> RuntimeLimits.builder().idleAfter(Duration.ofMillis(-1)).build())
        .hasMessage("idleAfter: PT-0.001S (expected: >= 0, at most PT8760H)");
  }

  @Test
  void theyGoWhenTheHeapIsShortWhoeverHoldsIt() {
    RuntimeLimits limits = RuntimeLimits.builder().heapPercent(10).idleAfter(Duration.ZERO).build();
    try (Sandbox sandbox = Sandbox.of(1, limits)) {
      List<LoadedFunction> idle = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        idle.add(sandbox.handler(HELLO));
      }
      LoadedFunction waits = sandbox.handler("await new Promise(() => {})");
      Answered waiting = sandbox.get(waits, "/");
      List<byte[]> held = new ArrayList<>();
      for (long bytes = Runtime.getRuntime().maxMemory() / 8; bytes > 0; bytes -= 1 << 20) {
        held.add(new byte[1 << 20]);
      }
      Sandbox.await("they have gone", () -> idle.stream().noneMatch(LoadedFunction::warm));
      assertThat(waits.warm()).isTrue();
      assertThat(waiting.isDone()).isFalse();
      assertThat(sandbox.get(idle.getFirst(), "/").end().text()).isEqualTo("hello");
      assertThat(held).isNotEmpty();
    }
  }
}
