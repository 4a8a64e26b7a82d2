package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Functions that fill the heap as fast as they can, several at once: each is ended, and nobody else
 * in the process, neither another function nor a thread of the program, is ever without memory.
 */
class FullHeapTest {
  private static final String GROWS =
      "export default { fetch() { const a = []; for (;;) a.push(new Array(1000).fill(1)); } }";

  /** A process of its own: what runs out is the whole one's. */
  static final class Greedy {
    private static final FunctionLimits LIMITS =
        new FunctionLimits(
            Duration.ofSeconds(50), Duration.ofSeconds(55), 64L << 20, 1 << 20, 1 << 20, 16);

    private Greedy() {}

    public static void main(String[] arguments) throws InterruptedException {
      int runtimes = Integer.parseInt(arguments[0]);
      int rounds = Integer.parseInt(arguments[1]);
      var without = new AtomicInteger();
      Thread program = Thread.ofPlatform().daemon().start(() -> allocate(without));
      int ended = 0;
      int served = 0;
      int asked = 0;
      List<Sandbox> sandboxes = new ArrayList<>();
      List<LoadedFunction> grow = new ArrayList<>();
      List<LoadedFunction> neighbours = new ArrayList<>();
      for (int i = 0; i < runtimes; i++) {
        Sandbox sandbox = Sandbox.of(2);
        sandboxes.add(sandbox);
        grow.add(sandbox.load(GROWS, LIMITS));
        neighbours.add(sandbox.handler("return new Response('ok')"));
      }
      for (int round = 0; round < rounds; round++) {
        List<Answered> runaways = new ArrayList<>();
        for (int i = 0; i < runtimes; i++) {
          runaways.add(sandboxes.get(i).get(grow.get(i), "/"));
        }
        for (Answered runaway : runaways) {
          do {
            for (int i = 0; i < runtimes; i++) {
              asked++;
              Answered beside = sandboxes.get(i).get(neighbours.get(i), "/");
              served += beside.report().outcome() == null ? 1 : 0;
            }
          } while (!runaway.isHeard());
          ended += runaway.failure().code() == Code.MEMORY_LIMIT ? 1 : 0;
        }
      }
      program.interrupt();
      program.join();
      System.out.println("ended " + ended);
      System.out.println(served == asked ? "all others were served" : served + " of " + asked);
      System.out.println("without memory " + without);
      sandboxes.forEach(Sandbox::close);
      System.exit(0);
    }

    private static void allocate(AtomicInteger without) {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          byte[] some = new byte[1 << 14];
          Thread.sleep(some.length >> 14);
        } catch (InterruptedException e) {
          return;
        } catch (OutOfMemoryError e) {
          without.incrementAndGet();
        }
      }
    }
  }

  @Test
  @Timeout(TestJvm.TIMEOUT)
  void isSeenInTime() throws Exception {
    List<String> lines = TestJvm.run("800m", Greedy.class, "3", "4").lines();
    assertThat(lines).contains("ended 12", "without memory 0");
    assertThat(lines).contains("all others were served");
  }
}
