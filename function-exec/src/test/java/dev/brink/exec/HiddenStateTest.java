package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a guest finds when it goes through all that it is given. */
class HiddenStateTest {
  private static final Sandbox SANDBOX =
      Sandbox.of(
          Map.of(
              "BOUND",
              new HostBinding() {
                @Override
                public Face face() {
                  return Face.KEY_VALUE;
                }

                @Override
                public CompletableFuture<BindingReply> call(BindingCall call) {
                  throw new AssertionError("called");
                }
              }));

  private static final String WALK =
      """
      const pair = new WebSocketPair();
      const transform = new CompressionStream('gzip');
      const channel = new MessageChannel();
      const key = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
      const legacy = new TextDecoder('shift_jis');
      legacy.decode(new Uint8Array([65]), { stream: true });
      const utf8 = new TextDecoder();
      utf8.decode(new Uint8Array([65]), { stream: true });
      const form = new FormData();
      form.set('file', new File(['x'], 'name'));
      const answer = new Response('x', { headers: { a: 'b' } });
      const read = new Response('x').body.getReader({ mode: 'byob' });
      performance.mark('mark');
      const given = {
        ctx, env, request, headers: request.headers, body: request.body, signal: request.signal, answer,
        stream: answer.body, read, writer: transform.writable.getWriter(), transform, pair0: pair[0], pair1: pair[1],
        channel, key, legacy, utf8, form, blob: new Blob(['x']), url: new URL('http://host/?a=b'),
        pattern: new URLPattern({ pathname: '/:x' }), event: new CustomEvent('x'), error: new DOMException('x'),
        controller: new AbortController(), derived: AbortSignal.any([request.signal]), crypto, performance, navigator,
        console, caches, params: new URLSearchParams('a=b').entries(), globalThis,
      };
      const found = new Set();
      const seen = new Set();
      const copied = (value) => {
        try {
          return Reflect.ownKeys({ ...value });
        } catch {
          return [];
        }
      };
      const isOfHost = (value) => {
        try {
          return !new WeakSet().add(value);
        } catch {
          return true;
        }
      };
      const walk = (value, path, depth) => {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
        if (isOfHost(value)) {
          found.add(`${path}: of the host`);
          return;
        }
        seen.add(value);
        if (depth === 0) return;
        const keys = new Set([
          ...Object.getOwnPropertyNames(value), ...Object.getOwnPropertySymbols(value), ...Reflect.ownKeys(value),
          ...Reflect.ownKeys(Object.getOwnPropertyDescriptors(value)), ...copied(value),
          ...internal,
        ]);
        for (const key of keys) {
          if (typeof key === 'symbol' && key.description.startsWith('brink.') && !internal.has(key)) {
            found.add(`${path}: ${key.description}`);
          }
          let inner;
          try {
            inner = value[key];
          } catch {
            continue;
          }
          walk(inner, `${path}.${String(key)}`, depth - 1);
        }
        walk(Object.getPrototypeOf(value), path, depth);
      };
      """;

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void nothingOfTheHostNorInternal() {
    assertThat(
            SANDBOX.eval(
                "const internal = new Set();"
                    + WALK
                    + "walk(given, '', 6); return [seen.size > 500, ...found].join('\\n')"))
        .isEqualTo("true");
  }

  /** A proxy in the place of an object is told of the keys: they lead to nothing of the host. */
  @Test
  void nothingOfTheHostBehindTheKeysThatProxiesSee() {
    assertThat(
            SANDBOX.eval(
                "const internal = new Set();"
                    + WALK
                    + """
                    for (const one of Object.values(given).filter((value) => value !== null && value !== undefined)) {
                      const names = new Set();
                      for (let at = one; at !== null; at = Object.getPrototypeOf(at)) {
                        for (const name of Object.getOwnPropertyNames(at)) names.add(name);
                      }
                      const see = (key) => {
                        if (typeof key === 'symbol' && key.description.startsWith('brink.')) internal.add(key);
                        return key;
                      };
                      const proxy = new Proxy(one, {
                        get: (target, key) => target[see(key)],
                        has: (target, key) => see(key) in target,
                      });
                      for (const name of names) {
                        try {
                          Promise.resolve(proxy[name]).catch(() => null);
                          if (name !== 'constructor' && one !== globalThis) {
                            Promise.resolve(Reflect.apply(one[name], proxy, [])).catch(() => null);
                          }
                        } catch {}
                      }
                    }
                    walk(given, '', 9);
                    return [internal.size > 20, ...found].join('\\n');
                    """))
        .isEqualTo("true");
  }

  @Test
  void keysThatAGuestMadeAreListed() {
    assertThat(
            SANDBOX.eval(
                """
                const mark = Symbol('brink.Response');
                const answer = Object.assign(new Response('x'), { [mark]: 1, name: 2 });
                const shown = (keys) => keys.map(String).join('+');
                return [
                  shown(Reflect.ownKeys(answer)), shown(Object.getOwnPropertySymbols(answer)),
                  shown(Reflect.ownKeys(Object.getOwnPropertyDescriptors(answer))),
                  shown(Reflect.ownKeys([1])), Reflect.ownKeys.name, Reflect.ownKeys.length,
                  Object.getOwnPropertySymbols.name, Object.getOwnPropertyDescriptors.length,
                  [...new Headers({ a: 'b' })].join(), [...new Headers(Object.assign(new EventTarget(), { a: 1 }))].length,
                ].join();
                """))
        .isEqualTo(
            "name+Symbol(brink.Response),Symbol(brink.Response),name+Symbol(brink.Response),"
                + "0+length,ownKeys,1,getOwnPropertySymbols,1,a,b,1");
  }
}
