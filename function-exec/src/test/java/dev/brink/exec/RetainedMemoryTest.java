package dev.brink.exec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.lane.Lane;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A function that piles up memory over many invocations, none of which takes much. */
class RetainedMemoryTest {
  private static final int CALLS = 3_000;
  private static final String WAITS =
      "export default { async fetch() { await new Promise(() => {}); } }";

  /** Runs in a process with a heap that holds a seventh of what is kept. */
  static final class Leaking {
    private Leaking() {}

    public static void main(String[] arguments) {
      int kept = 0;
      int failed = 0;
      int neighbour = 0;
      try (Sandbox sandbox = Sandbox.of(2)) {
        LoadedFunction leaks =
            sandbox.load(
                "const kept = []; export default { fetch() {"
                    + " kept.push(new Uint8Array((1 << 20) - 64).fill(1));"
                    + " return new Response('kept') } }");
        LoadedFunction other = sandbox.handler("return new Response('ok')");
        for (int i = 0; i < CALLS; i++) {
          Answered leaked = sandbox.get(leaks, "/");
          Answered beside = sandbox.get(other, "/");
          if (leaked.report().outcome() == null) {
            kept++;
          } else {
            failed++;
          }
          neighbour += beside.report().outcome() == null ? 1 : 0;
          // A GiB a second is more than enough: what comes between two looks has to have room.
          LockSupport.parkNanos(1_000_000);
        }
        System.out.println("kept " + kept + " failed " + failed + " neighbour " + neighbour);
        System.out.println("retained " + sandbox.runtime.limitsMet(Limit.RETAINED));
        System.out.println(failed <= CALLS / 100 && neighbour == CALLS ? "well" : "not well");
      }
      System.exit(0);
    }
  }

  /** Runs in a process whose own objects hold most of the heap. */
  static final class HostHolds {
    private HostHolds() {}

    public static void main(String[] arguments) throws InterruptedException {
      byte[][] held = new byte[180][1 << 20];
      RuntimeLimits limits = RuntimeLimits.builder().heapPercent(30).build();
      try (Sandbox sandbox = Sandbox.of(1, limits)) {
        LoadedFunction busy =
            sandbox.handler("return new Response(String(new Array(10000).fill(7).length))");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(100);
        while (System.nanoTime() - end < 0) {
          sandbox.get(busy, "/").end();
        }
        System.out.println("retained " + sandbox.runtime.limitsMet(Limit.RETAINED));
      }
      System.exit(held.length == 180 ? 0 : 1);
    }
  }

  @Test
  @Timeout(TestJvm.TIMEOUT)
  void isReplacedInTimeAndItsNeighbourNoticesNothing() throws Exception {
    List<String> lines = TestJvm.run("440m", Leaking.class).lines();
    assertThat(lines).contains("well").doesNotContain("retained 0");
    assertThat(lines).anyMatch(line -> line.contains("test/function: an instance that allocated"));
  }

  @Test
  void whatItsModulesTakeCounts() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction function =
          sandbox.load(
              "const kept = new Uint8Array(8 << 20);"
                  + " export default { fetch() { return new Response(String(kept.length)) } }");
      assertThat(((GraalRuntime) sandbox.runtime).allInstances())
          .filteredOn(instance -> instance.function().equals(function))
          .isNotEmpty()
          .allMatch(instance -> instance.allocatedBytes() > 8 << 20);
    }
  }

  @Test
  void oneThatIsInUseHasOneSuccessorHoweverOftenItIsLetGo() {
    for (Isolation isolation : Isolation.values()) {
      try (Sandbox sandbox = Sandbox.of(1)) {
        LoadedFunction function =
            Sandbox.join(
                sandbox.runtime.load(
                    new FunctionBundle(
                            "test/waits",
                            "main.js",
                            Map.of("main.js", WAITS.getBytes(StandardCharsets.UTF_8)),
                            Sandbox.LIMITS,
                            Map.of(),
                            Set.of())
                        .withIsolation(isolation)));
        Answered waits = sandbox.get(function, "/");
        var runtime = (GraalRuntime) sandbox.runtime;
        Lane lane = runtime.lanes().all().getFirst();
        Sandbox.await("it has begun", () -> inUse(runtime, function) != null);
        Instance instance = requireNonNull(inUse(runtime, function), "in use");
        settle(lane);
        long before = instances(runtime, function);
        for (int i = 0; i < 3; i++) {
          instance.letGo();
          settle(lane);
        }
        assertThat(instances(runtime, function) - before)
            .as("%s", isolation)
            .isEqualTo(isolation == Isolation.FRESH ? 0 : 1);
        assertThat(waits.isHeard()).isFalse();
      }
    }
  }

  private static long instances(GraalRuntime runtime, LoadedFunction function) {
    return runtime.allInstances().stream().filter(i -> i.function().equals(function)).count();
  }

  private static @Nullable Instance inUse(GraalRuntime runtime, LoadedFunction function) {
    return runtime.allInstances().stream()
        .filter(instance -> instance.function().equals(function) && !instance.idle())
        .findAny()
        .orElse(null);
  }

  /** What was to be done on the lane, and what followed from it, is done. */
  private static void settle(Lane lane) {
    for (int i = 0; i < 5; i++) {
      var done = new CompletableFuture<Void>();
      var _ = lane.schedule(System.nanoTime(), _ -> done.complete(null));
      Sandbox.join(done);
    }
  }

  @Test
  @Tag("long")
  @Timeout(TestJvm.TIMEOUT)
  void functionsAreNotBlamedForLongForWhatTheProgramHolds() throws Exception {
    List<String> lines = TestJvm.run("400m", HostHolds.class).lines();
    assertThat(lines).anyMatch(line -> line.contains("no function is to blame"));
    String retained =
        lines.stream().filter(l -> l.startsWith("retained ")).findFirst().orElseThrow();
    assertThat(Integer.parseInt(retained.substring(9))).isBetween(1, 16);
  }
}
