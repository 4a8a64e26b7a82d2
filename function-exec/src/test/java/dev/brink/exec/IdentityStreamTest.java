package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpMethod;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** IdentityTransformStream and FixedLengthStream. */
class IdentityStreamTest {
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
          const { readable, writable } = new IdentityTransformStream(); const w = writable.getWriter(); w.write(new Uint8Array([1, 2, 3])); w.write(new Uint8Array([4]).buffer); w.close(); const r = readable.getReader({ mode: 'byob' }); const a = await r.read(new Uint8Array(2)); const b = await r.read(new Uint8Array(9)); const c = await r.read(new Uint8Array(9)); return [a.value, b.value, c.value, (await r.read(new Uint8Array(9))).done].join(' ') | 1,2 3 4 true
          const s = new IdentityTransformStream(); const w = s.writable.getWriter(); let over = false; const p = w.write(new Uint8Array(1)).then(() => { over = true }); await scheduler.wait(1); const before = over; s.readable.getReader().read(); await p; return [before, over, s instanceof TransformStream, s[Symbol.toStringTag], Object.keys(s).length].join() | false,true,true,IdentityTransformStream,0
          const s = new IdentityTransformStream(); const w = s.writable.getWriter(); const chunk = new Uint8Array([7]); w.write(chunk); const { value } = await s.readable.getReader().read(); return [value[0], chunk.byteLength, value.buffer === chunk.buffer].join() | 7,1,false
          const s = new IdentityTransformStream(); const w = s.writable.getWriter(); const p = w.write('text').catch((e) => e.name); return [await p, await s.readable.getReader().read().catch((e) => e.name)].join() | TypeError,TypeError
          const s = new IdentityTransformStream(); const w = s.writable.getWriter(); const p = w.write(new Uint8Array(1)).catch((e) => e); await s.readable.cancel('enough'); return [await p, await w.closed.catch((e) => e)].join() | enough,enough
          const s = new IdentityTransformStream(); const r = s.readable.getReader(); await s.writable.abort('no'); return await r.read().catch((e) => e) | no
          const s = new IdentityTransformStream({ highWaterMark: 10 }); const w = s.writable.getWriter(); const before = w.desiredSize; w.write(new Uint8Array(4)); return [before, w.desiredSize].join() | 10,6
          const s = new FixedLengthStream(3); const w = s.writable.getWriter(); w.write(new Uint8Array(2)); const p = w.close().catch((e) => e.name); const r = s.readable.getReader(); await r.read(); return [await p, await r.read().catch((e) => e.name)].join() | TypeError,TypeError
          const s = new FixedLengthStream(3); const w = s.writable.getWriter(); const p = w.write(new Uint8Array(4)).catch((e) => e.name); return [await p, await s.readable.getReader().read().catch((e) => e.name)].join() | TypeError,TypeError
          return [() => new FixedLengthStream(), () => new FixedLengthStream(-1), () => new FixedLengthStream(NaN), () => new FixedLengthStream(2 ** 53), () => new FixedLengthStream(5n)].map((f) => { try { f(); return 'fine' } catch (e) { return e.name } }).join() | TypeError,TypeError,TypeError,TypeError,fine
          const s = new FixedLengthStream(1); const w = s.writable.getWriter(); const c = new Uint8Array(1); const p = w.write(c).catch((e) => e.name); await scheduler.wait(1); c.buffer.transfer(); return [await s.readable.getReader().read().catch((e) => e.name), await p].join() | TypeError,TypeError
          const s = new FixedLengthStream(5); new Blob(['hello']).stream().pipeTo(s.writable); return new Response(s.readable).text() | hello
          const { readable, writable } = new IdentityTransformStream(); new Response('x'.repeat(300000)).body.pipeTo(writable); return (await new Response(readable.pipeThrough(new IdentityTransformStream())).text()).length | 300000
          """)
  void behaves(String script, String expected) {
    assertThat(SANDBOX.eval(script)).isEqualTo(expected);
  }

  @Test
  void aResponseOfAFixedLengthSaysIt() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const { readable, writable } = new FixedLengthStream(10);
            const writer = writable.getWriter();
            ctx.waitUntil((async () => {
              await writer.write(new TextEncoder().encode('hello'));
              await writer.write(new TextEncoder().encode(request.url.endsWith('/short') ? 'you' : 'there'));
              await writer.close();
            })().catch(() => {}));
            return new Response(readable, { headers: { 'content-length': '3' } });
            """);
    Answered answered = SANDBOX.get(function, "/").end();
    assertThat(answered.headers().getAll("content-length")).containsExactly("10");
    assertThat(answered.text()).isEqualTo("hellothere");
    Answered broken = SANDBOX.send(function, Sandbox.request(HttpMethod.GET, "/short"), null).end();
    assertThat(broken.headers().get("content-length")).isEqualTo("10");
    assertThat(broken.report().outcome()).isEqualTo(FunctionException.Code.UNCAUGHT);
  }
}
