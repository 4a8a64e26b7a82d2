package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

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
}
