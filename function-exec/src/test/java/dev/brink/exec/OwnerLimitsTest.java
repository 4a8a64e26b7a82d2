package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.lane.Lane;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One owner's functions have as much as they may, and another's go on. */
class OwnerLimitsTest {
  private static final FunctionLimits ONE_AT_A_TIME =
      new FunctionLimits(
          Duration.ofSeconds(20), Duration.ofSeconds(60), 64L << 20, 1L << 40, 1L << 40, 1);
  private static final String WAITS =
      "export default { async fetch(request) {"
          + " if (request.url.endsWith('spin')) for (;;) {}"
          + " if (request.url.endsWith('wait')) await new Promise(() => {});"
          + " return new Response('ok') } }";

  private static Sandbox sandbox(RuntimeLimits.Builder limits) {
    return Sandbox.of(1, limits.build());
  }

  private static LoadedFunction load(Sandbox sandbox, String owner, Isolation isolation) {
    FunctionBundle bundle =
        new FunctionBundle(
                owner + "/waits",
                "main.js",
                Map.of("main.js", WAITS.getBytes(StandardCharsets.UTF_8)),
                ONE_AT_A_TIME,
                Map.of(),
                Set.of())
            .withOwner(owner)
            .withIsolation(isolation);
    return Sandbox.join(sandbox.runtime.load(bundle));
  }

  /** Until then it may be tried elsewhere, whatever its body. */
  @Test
  void whatIsRefusedHasNotBegun() {
    try (Sandbox sandbox = sandbox(RuntimeLimits.builder().instancesPerOwner(1))) {
      LoadedFunction one = load(sandbox, "one", Isolation.SHARED);
      var begun = new AtomicInteger();
      Answered waits = call(one, "/wait", begun);
      Answered refused = call(one, "/", begun);
      assertThat(refused.failure().code()).isEqualTo(Code.OWNER_BUSY);
      assertThat(begun).hasValue(1);
      assertThat(waits.isHeard()).isFalse();
    }
  }

  private static Answered call(LoadedFunction function, String path, AtomicInteger begun) {
    var answered =
        new Answered() {
          @Override
          public void onBegun() {
            begun.incrementAndGet();
          }
        };
    var _ =
        function.invoke(
            Sandbox.invocation(
                Sandbox.request(HttpMethod.POST, path), null, Duration.ofSeconds(60)),
            answered);
    return answered;
  }

  private static void fillsUp(Sandbox sandbox, LoadedFunction one, Limit limit, int places) {
    LoadedFunction other = load(sandbox, "other", Isolation.SHARED);
    List<Answered> waiting = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      waiting.add(sandbox.get(one, "/wait"));
    }
    Answered refused = sandbox.get(one, "/");
    assertThat(refused.failure().code()).isEqualTo(Code.OWNER_BUSY);
    assertThat(refused.end().report().outcome()).isEqualTo(Code.OWNER_BUSY);
    assertThat(sandbox.runtime.limitsMet(limit)).isEqualTo(1);
    assertThat(sandbox.get(other, "/").end().text()).isEqualTo("ok");
    assertThat(waiting).noneMatch(Answered::isHeard);
  }

  @Test
  void ofUnfinishedInvocations() {
    try (Sandbox sandbox = sandbox(RuntimeLimits.builder().unfinishedPerOwner(3))) {
      LoadedFunction one = load(sandbox, "one", Isolation.SHARED);
      fillsUp(sandbox, one, Limit.OWNER_UNFINISHED, 3);
    }
  }

  @Test
  void ofInstancesInUse() {
    try (Sandbox sandbox = sandbox(RuntimeLimits.builder().instancesPerOwner(3))) {
      LoadedFunction one = load(sandbox, "one", Isolation.SHARED);
      fillsUp(sandbox, one, Limit.OWNER_INSTANCES, 3);
      one.close();
    }
  }

  @Test
  void ofInstancesThatAreUsedOnce() {
    try (Sandbox sandbox = sandbox(RuntimeLimits.builder().instancesPerOwner(3))) {
      LoadedFunction one = load(sandbox, "one", Isolation.FRESH);
      for (int i = 0; i < 10; i++) {
        assertThat(sandbox.get(one, "/").end().text()).isEqualTo("ok");
      }
      fillsUp(sandbox, one, Limit.OWNER_INSTANCES, 3);
    }
  }

  @Test
  void ofPlacesInTheQueue() {
    try (Sandbox sandbox = sandbox(RuntimeLimits.builder().queuedPerOwner(2))) {
      LoadedFunction one = load(sandbox, "one", Isolation.SHARED);
      LoadedFunction other = load(sandbox, "other", Isolation.SHARED);
      Lane on = ((GraalRuntime) sandbox.runtime).lanes().all().getFirst();
      List<Answered> all = new ArrayList<>();
      on.post(
          () -> {
            for (LoadedFunction function : List.of(one, one, one, other)) {
              all.add(sandbox.get(function, "/"));
            }
          });
      Sandbox.await("all are asked", () -> all.size() == 4);
      assertThat(all.get(2).failure().code()).isEqualTo(Code.OWNER_BUSY);
      for (int i : new int[] {0, 1, 3}) {
        assertThat(all.get(i).end().text()).isEqualTo("ok");
      }
      assertThat(sandbox.runtime.limitsMet(Limit.OWNER_QUEUE)).isEqualTo(1);
      assertThat(sandbox.get(one, "/").end().text()).as("there is room again").isEqualTo("ok");
    }
  }

  @Test
  void theRuntimeHasItsOwn() {
    try (Sandbox sandbox = sandbox(RuntimeLimits.builder().instances(2).unfinished(4))) {
      LoadedFunction one = load(sandbox, "one", Isolation.SHARED);
      LoadedFunction other = load(sandbox, "other", Isolation.SHARED);
      Answered first = sandbox.get(one, "/wait");
      Answered second = sandbox.get(other, "/wait");
      assertThat(sandbox.get(other, "/").failure().code()).isEqualTo(Code.QUEUE_FULL);
      assertThat(sandbox.runtime.limitsMet(Limit.INSTANCES)).isEqualTo(1);
      assertThat(List.of(first, second)).noneMatch(Answered::isHeard);
    }
  }

  /** Whatever way an invocation ends, its place is free again. */
  @Test
  void whatHasEndedCountsNoLonger() {
    FunctionLimits tight =
        new FunctionLimits(
            Duration.ofMillis(100), Duration.ofMillis(300), 64L << 20, 1L << 40, 1L << 40, 1);
    try (Sandbox sandbox =
        sandbox(RuntimeLimits.builder().instancesPerOwner(1).unfinishedPerOwner(1))) {
      FunctionBundle bundle =
          new FunctionBundle(
                  "one/waits",
                  "main.js",
                  Map.of("main.js", WAITS.getBytes(StandardCharsets.UTF_8)),
                  tight,
                  Map.of(),
                  Set.of())
              .withOwner("one");
      LoadedFunction one = Sandbox.join(sandbox.runtime.load(bundle));
      for (String path : List.of("/spin", "/wait", "/spin", "/")) {
        Answered answered = sandbox.get(one, path).end();
        if (path.equals("/")) {
          assertThat(answered.text()).isEqualTo("ok");
        } else {
          assertThat(answered.failure().code()).isIn(Code.CPU_LIMIT, Code.WALL_LIMIT);
        }
      }
    }
  }

  /** More than there is room for, and more than the threads are done with for minutes. */
  @Test
  void oneOwnersCryptographyDoesNotHoldUpAnothers() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction many = derives(sandbox, "one", 256, 1_000_000);
      LoadedFunction other = derives(sandbox, "two", 1, 1_000);
      var answers = new ArrayList<Answered>();
      var running = new ArrayList<LoadedFunction.Running>();
      for (int i = 0; i < 17; i++) {
        var answer = new Answered();
        answers.add(answer);
        running.add(
            many.invoke(
                Sandbox.invocation(
                    Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
                answer));
      }
      assertThat(sandbox.get(other, "/").end().text()).isEqualTo("derived");
      assertThat(answers).anyMatch(answer -> !answer.isHeard());
      running.forEach(LoadedFunction.Running::cancel);
    }
  }

  private static LoadedFunction derives(Sandbox sandbox, String owner, int times, int iterations) {
    String source =
        """
        export default {
          async fetch() {
            const key = await crypto.subtle.importKey('raw', new Uint8Array(4), 'PBKDF2', false, ['deriveBits']);
            const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(8), iterations: %d };
            const all = Array.from({ length: %d }, () => crypto.subtle.deriveBits(algorithm, key, 256));
            await Promise.all(all);
            return new Response('derived');
          },
        };
        """
            .formatted(iterations, times);
    return Sandbox.join(
        sandbox.runtime.load(
            new FunctionBundle(
                    owner + "/derives",
                    "main.js",
                    Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
                    ONE_AT_A_TIME,
                    Map.of(),
                    Set.of())
                .withOwner(owner)));
  }
}
