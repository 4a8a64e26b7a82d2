package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  @Test
  void objectsOfTheWebApiShowWhatTheyAre() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      sandbox.eval(
          """
          console.log(new Response('x', { status: 201, headers: { 'x-a': '1' } }));
          console.log(new Request('http://host/a', { method: 'PUT', headers: [['b', '2']] }));
          console.log(new URL('http://host/?q'), new URLSearchParams('a=1&a=2'));
          const form = new FormData();
          form.set('file', new File(['x'], 'n', { type: 'a/b' }));
          console.log(form, AbortSignal.abort('why'), new Event('load'));
          class Mine extends Response {
            own = 1;
          }
          console.log([new Mine()]);
          Object.defineProperty(Response.prototype, 'status', { get() { throw new Error('status'); } });
          console.log(new Response());
          """);
      assertThat(sandbox.console)
          .containsExactly(
              "INFO Response { status: 201, statusText: '', url: '', headers: Headers {"
                  + " 'content-type': 'text/plain;charset=UTF-8', 'x-a': '1' } }",
              "INFO Request { method: 'PUT', url: 'http://host/a', headers: Headers { b: '2' } }",
              "INFO URL { href: 'http://host/?q' } URLSearchParams { a: '1', a: '2' }",
              "INFO FormData { file: File { name: 'n', size: 1, type: 'a/b' } } AbortSignal {"
                  + " aborted: true, reason: 'why' } Event { type: 'load', isTrusted: [Getter] }",
              "INFO [ Mine { status: 200, statusText: '', url: '', headers: Headers {}, own: 1 } ]",
              "INFO Response {}");
    }
  }

  @Test
  void aFormatHasItsValuesAsText() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      sandbox.eval(
          """
          console.log('%s is %d, %i, %f, %o, %j%%', 'a', '1.5', '1.5', '1.5x', { b: 'c' }, { b: ['c', undefined] }, 'rest');
          const circle = {};
          circle.self = circle;
          console.log('%j %j %j %j', undefined, circle, { toJSON() { throw 1; } });
          """);
      assertThat(sandbox.console)
          .containsExactly(
              "INFO a is 1.5, 1, 1.5, { b: 'c' }, {\"b\":[\"c\",null]}% rest",
              "INFO undefined { self: [Circular] } { toJSON: [Function: toJSON] } %j");
    }
  }

  /** Among them what turns the order of a line round, so that it reads as another one. */
  @Test
  void charactersThatControlATerminalAreEscaped() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      sandbox.eval(
          "for (const code of [0, 7, 13, 27, 127, 0x85, 0x9b, 0x61c, 0x200e, 0x200f, 0x2028,"
              + " 0x2029, 0x202a, 0x202e, 0x2066, 0x2069]) console.log('a' +"
              + " String.fromCharCode(code))");
      assertThat(sandbox.console)
          .hasSize(16)
          .allMatch(line -> line.matches("INFO a\\\\u[0-9a-f]{4}"));
      sandbox.console.clear();
      sandbox.eval("console.log('a\\tb \u200d \u05d0 \u2030 \u2070')");
      assertThat(sandbox.console).containsExactly("INFO a\tb \u200d \u05d0 \u2030 \u2070");
    }
  }

  @Test
  void anUncaughtErrorShowsWhatItSaysAndWhatCausedIt() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction function =
          sandbox.handler(
              """
              const path = new URL(request.url).pathname;
              if (path === '/aborted') throw new DOMException('no time', 'TimeoutError');
              if (path === '/caused') throw new Error('outer', { cause: new TypeError('inner') });
              await Promise.any([Promise.reject(new Error('one')), Promise.reject('two')]);
              """);
      assertThat(sandbox.get(function, "/aborted").failure())
          .hasMessageContaining("TimeoutError: no time");
      assertThat(lines(sandbox)).first().isEqualTo("ERROR TimeoutError: no time");
      sandbox.console.clear();

      assertThat(sandbox.get(function, "/caused").failure()).hasMessageContaining("Error: outer");
      assertThat(lines(sandbox)).first().isEqualTo("ERROR Error: outer");
      assertThat(lines(sandbox)).contains("  [cause]: TypeError: inner");
      sandbox.console.clear();

      var _ = sandbox.get(function, "/any").failure();
      assertThat(lines(sandbox)).contains("  [error]: Error: one", "  [error]: two");
    }
  }

  @Test
  void soDoesOneThatAHandlerThrowsWithoutAPromise() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction function =
          sandbox.load(
              """
              export default { fetch(request) {
                if (request.url.endsWith('/aborted')) throw new DOMException('no time', 'TimeoutError');
                throw new Error('outer', { cause: new TypeError('inner') });
              } };
              """);
      assertThat(sandbox.get(function, "/aborted").failure())
          .hasMessageContaining("TimeoutError: no time");
      assertThat(lines(sandbox)).first().isEqualTo("ERROR TimeoutError: no time");
      sandbox.console.clear();

      assertThat(sandbox.get(function, "/caused").failure()).hasMessageContaining("Error: outer");
      assertThat(lines(sandbox)).first().isEqualTo("ERROR Error: outer");
      assertThat(lines(sandbox)).contains("  [cause]: TypeError: inner");
    }
  }

  private static List<String> lines(Sandbox sandbox) {
    return sandbox.console.stream().flatMap(String::lines).toList();
  }
}
