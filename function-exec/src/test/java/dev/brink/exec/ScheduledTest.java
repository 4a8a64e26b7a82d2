package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScheduledTest {
  private static final Instant DUE = Instant.ofEpochMilli(1_750_000_000_000L);

  private final Sandbox sandbox = Sandbox.of(1);

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void theHandlerHearsOfTheTickAndItsPromiseIsWaitedFor() {
    LoadedFunction function =
        sandbox.load(
            """
            export default {
              async scheduled(event, env, ctx) {
                ctx.waitUntil(scheduler.wait(5).then(() => console.log('later')));
                await scheduler.wait(1);
                console.log(event.type, event.cron, event.scheduledTime, env.GREETING);
                event.waitUntil(scheduler.wait(1).then(() => console.log('soon')));
              },
            };
            """);
    Answered answered = tick(function).end();
    assertThat(answered.status()).isEqualTo(204);
    assertThat(answered.report().outcome()).isNull();
    assertThat(sandbox.console)
        .containsExactlyInAnyOrder(
            "INFO later", "INFO scheduled */5 * * * * 1750000000000 hi", "INFO soon");
  }

  @Test
  void whatTheHandlerThrowsIsTheOutcome() {
    LoadedFunction function =
        sandbox.load("export default { scheduled() { throw new Error('no luck') } }");
    assertThat(tick(function).failure())
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.UNCAUGHT))
        .hasMessageContaining("no luck");
    LoadedFunction later =
        sandbox.load(
            "export default { scheduled(event) { event.waitUntil(Promise.reject(new"
                + " TypeError('too late'))) } }");
    assertThat(tick(later).failure()).hasMessageContaining("too late");
  }

  @Test
  void aRejectedPromiseOfTheContextFailsTheTickOnceAllHaveEnded() {
    LoadedFunction function =
        sandbox.load(
            """
            export default {
              scheduled(event, env, ctx) {
                ctx.waitUntil(scheduler.wait(1).then(() => { throw new TypeError('too late'); }));
                ctx.waitUntil(scheduler.wait(5).then(() => console.log('later')));
                event.waitUntil(scheduler.wait(2).then(() => { throw new TypeError('as late'); }));
              },
            };
            """);
    assertThat(tick(function).failure())
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.UNCAUGHT))
        .hasMessageContaining("too late");
    assertThat(sandbox.console.stream().map(text -> text.lines().findFirst().orElse("")))
        .containsExactly(
            "INFO later", "ERROR uncaught: TypeError: as late", "ERROR TypeError: too late");
  }

  @Test
  void theEventWaitsForSoManyPromisesAtOnce() {
    LoadedFunction function =
        sandbox.load(
            """
            export default {
              async scheduled(event) {
                for (let i = 0; i < 3; i++) {
                  for (let j = 0; j < 900; j++) event.waitUntil(Promise.resolve());
                  await scheduler.wait(1);
                }
                for (let i = 0; i < 1500; i++) event.waitUntil(new Promise(() => {}));
              },
            };
            """);
    Answered answered = tick(function);
    assertThat(answered.failure())
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.PENDING_LIMIT));
  }

  @Test
  void listenersHearOfTicksToo() {
    LoadedFunction function =
        sandbox.load(
            """
            addEventListener('scheduled', (event) => {
              event.waitUntil(scheduler.wait(1).then(() => console.log(event.cron)));
            });
            addEventListener('fetch', (event) => event.respondWith(new Response('both')));
            """);
    assertThat(tick(function).end().status()).isEqualTo(204);
    assertThat(sandbox.console).containsExactly("INFO */5 * * * *");
    assertThat(sandbox.get(function, "/").end().text()).isEqualTo("both");
  }

  @Test
  void listenersHaveTheEnvironmentOfTheirEvent() {
    LoadedFunction function =
        sandbox.load(
            """
            addEventListener('scheduled', ({ env }) => console.log(env.GREETING, typeof env.API.fetch));
            addEventListener('fetch', (event) => event.respondWith(new Response(event.env.GREETING)));
            """);
    assertThat(tick(function).end().status()).isEqualTo(204);
    assertThat(sandbox.console).containsExactly("INFO hi function");
    assertThat(sandbox.get(function, "/").end().text()).isEqualTo("hi");
  }

  @Test
  void whatAListenerThrowsFailsTheTick() {
    LoadedFunction function =
        sandbox.load(
            """
            addEventListener('scheduled', () => { throw new TypeError('no luck'); });
            addEventListener('scheduled', () => { throw new TypeError('none either'); });
            addEventListener('scheduled', () => console.log('heard'));
            """);
    assertThat(tick(function).failure()).hasMessageContaining("no luck");
    assertThat(sandbox.console.stream().map(text -> text.lines().findFirst().orElse("")))
        .containsExactly(
            "INFO heard", "ERROR uncaught: TypeError: none either", "ERROR TypeError: no luck");
  }

  @Test
  void namedExportsAreHandlersToo() {
    LoadedFunction function =
        sandbox.load(
            """
            export const scheduled = ({ cron }) => console.log(cron);
            export function fetch(request, env) { return new Response(env.GREETING); }
            """);
    assertThat(tick(function).end().status()).isEqualTo(204);
    assertThat(sandbox.get(function, "/").end().text()).isEqualTo("hi");
    assertThat(sandbox.console).containsExactly("INFO */5 * * * *");
  }

  @Test
  void anEventWithoutAHandlerIsRefused() {
    LoadedFunction fetches = sandbox.handler("return new Response('x')");
    assertThat(tick(fetches).failure().code()).isEqualTo(Code.NO_HANDLER);
    LoadedFunction ticks = sandbox.load("export default { scheduled() {} }");
    assertThat(sandbox.get(ticks, "/").failure())
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.NO_HANDLER))
        .hasMessageContaining("fetch");
  }

  @Test
  void limitsHold() {
    FunctionLimits limits =
        new FunctionLimits(
            Duration.ofMillis(100), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 64);
    LoadedFunction function =
        sandbox.load(Map.of("main.js", "export default { scheduled() { for (;;); } }"), limits);
    assertThat(tick(function).failure().code()).isEqualTo(Code.CPU_LIMIT);
  }

  private static Answered tick(LoadedFunction function) {
    var answered = new Answered();
    var event =
        new ScheduledEvent(
            DUE, "*/5 * * * *", "tick-1", System.nanoTime() + Duration.ofSeconds(60).toNanos());
    function.invoke(event, answered);
    return answered;
  }
}
