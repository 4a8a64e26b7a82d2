package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the host calls later is called with what {@code AsyncLocalStorage} had then. */
class AsyncContextTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          setTimeout(done, 1)
          setTimeout(() => setTimeout(done, 1), 1)
          { let n = 0; const id = setInterval(() => { if (++n === 3) { clearInterval(id); done(); } }, 1) }
          queueMicrotask(done)
          scheduler.wait(1).then(done)
          AbortSignal.timeout(1).addEventListener('abort', done)
          """)
  void aCallbackHasTheStoreOfWhoGaveIt(String script) {
    assertThat(
            SANDBOX.eval(
                """
                const store = new AsyncLocalStorage();
                const seen = new Promise((resolve) => {
                  const done = () => resolve(store.getStore());
                  store.run(5, () => { %s });
                });
                return `${await seen} ${store.getStore()}`;
                """
                    .formatted(script)))
        .isEqualTo("5 undefined");
  }

  @Test
  void aStreamThatTheHostPullsHasTheStoreOfWhoMadeIt() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const store = new AsyncLocalStorage();
            let n = 0;
            const body = store.run('in', () => new ReadableStream({
              async pull(controller) {
                if (n++ === 3) {
                  controller.close();
                  return;
                }
                await scheduler.wait(1);
                controller.enqueue(new TextEncoder().encode(`${store.getStore()} `));
              },
            }, { highWaterMark: 0 }));
            const bytes = store.run('bytes', () => new ReadableStream({
              type: 'bytes',
              pull(controller) {
                controller.enqueue(new TextEncoder().encode(`${store.getStore()}`));
                controller.close();
              },
            }));
            return new Response(request.url.endsWith('/bytes') ? bytes : body);
            """);
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("in in in ");
    assertThat(SANDBOX.get(function, "/bytes").end().text()).isEqualTo("bytes");
  }
}
