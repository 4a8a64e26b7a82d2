package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Signals that follow one that lives as long as the function. */
class DependentSignalTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  /** Each call makes some; {@code /alive} tells how many of all are still there. */
  private static LoadedFunction making(String make) {
    return SANDBOX.load(
        """
        const controller = new AbortController();
        const { signal } = controller;
        const made = [];
        const heard = [];
        export default { fetch(request) {
          if (request.url.endsWith('/alive')) {
            return new Response(made.filter((one) => one.deref() !== undefined).length);
          }
          if (request.url.endsWith('/abort')) {
            controller.abort('over');
            return new Response(heard.length);
          }
          for (let i = 0; i < 100; i++) {
            const dependent = (%s)(signal, i);
            made.push(new WeakRef(dependent));
          }
          return new Response('made');
        } }
        """
            .formatted(make));
  }

  private static String get(LoadedFunction function, String path) {
    return SANDBOX.get(function, path).end().text();
  }

  private static void awaitGone(LoadedFunction function, int left) {
    Sandbox.await(
        "they are gone",
        () -> {
          System.gc();
          return Integer.parseInt(get(function, "/alive")) <= left;
        });
  }

  @Test
  void areLetGoOfWhenNobodyHasThem() {
    LoadedFunction function =
        making(
            """
            (signal, i) => i % 2 === 0
              ? AbortSignal.any([AbortSignal.any([signal]), new AbortController().signal])
              : new Request('http://host/', { signal }).signal
            """);
    get(function, "/");
    awaitGone(function, 0);
  }

  @Test
  void areLetGoOfWhenNobodyListensAnyMore() {
    LoadedFunction function =
        making(
            """
            (signal, i) => {
              const any = AbortSignal.any([signal]);
              const listener = () => heard.push(i);
              const once = new AbortController();
              any.addEventListener('abort', listener, { signal: once.signal });
              any.onabort = listener;
              any.onabort = null;
              if (i % 2 === 0) any.removeEventListener('abort', listener);
              else once.abort();
              return any;
            }
            """);
    for (int i = 0; i < 10; i++) {
      get(function, "/");
    }
    // The last ones were not looked at again.
    awaitGone(function, 900);
  }

  @Test
  void areKeptWhileSomebodyListens() {
    LoadedFunction function =
        making(
            """
            (signal, i) => {
              const any = AbortSignal.any([signal]);
              if (i % 4 === 0) any.onabort = () => heard.push(i);
              if (i % 4 === 1) any.addEventListener('abort', () => heard.push(i));
              if (i % 4 === 2) {
                const target = new EventTarget();
                target.addEventListener('some', () => 0, { signal: any });
                heard.push(target);
              }
              return any;
            }
            """);
    get(function, "/");
    awaitGone(function, 75);
    get(function, "/");
    awaitGone(function, 150);
    assertThat(get(function, "/alive")).isEqualTo("150");
    assertThat(get(function, "/abort")).isEqualTo("150");
  }
}
