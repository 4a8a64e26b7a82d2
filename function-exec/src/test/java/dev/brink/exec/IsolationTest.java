package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IsolationTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  private static final List<String> LANGUAGE =
      List.of(
          "AggregateError",
          "Array",
          "ArrayBuffer",
          "BigInt",
          "BigInt64Array",
          "BigUint64Array",
          "Boolean",
          "DataView",
          "Date",
          "Error",
          "EvalError",
          "FinalizationRegistry",
          "Float16Array",
          "Float32Array",
          "Float64Array",
          "Function",
          "Infinity",
          "Int16Array",
          "Int32Array",
          "Int8Array",
          "Intl",
          "Iterator",
          "JSON",
          "Map",
          "Math",
          "NaN",
          "Number",
          "Object",
          "Promise",
          "Proxy",
          "RangeError",
          "ReferenceError",
          "Reflect",
          "RegExp",
          "Set",
          "String",
          "Symbol",
          "SyntaxError",
          "TypeError",
          "URIError",
          "Uint16Array",
          "Uint32Array",
          "Uint8Array",
          "Uint8ClampedArray",
          "WeakMap",
          "WeakRef",
          "WeakSet",
          "decodeURI",
          "decodeURIComponent",
          "encodeURI",
          "encodeURIComponent",
          "escape",
          "eval",
          "globalThis",
          "isFinite",
          "isNaN",
          "parseFloat",
          "parseInt",
          "undefined",
          "unescape");

  private static final List<String> WEB =
      List.of(
          "AbortController",
          "AbortSignal",
          "AsyncLocalStorage",
          "Blob",
          "ByteLengthQueuingStrategy",
          "Cache",
          "CacheStorage",
          "CloseEvent",
          "CompressionStream",
          "CountQueuingStrategy",
          "Crypto",
          "CryptoKey",
          "CustomEvent",
          "DOMException",
          "DecompressionStream",
          "ErrorEvent",
          "Event",
          "EventSource",
          "EventTarget",
          "File",
          "FixedLengthStream",
          "FormData",
          "Headers",
          "IdentityTransformStream",
          "MessageChannel",
          "MessageEvent",
          "MessagePort",
          "Performance",
          "PerformanceEntry",
          "PerformanceMark",
          "PerformanceMeasure",
          "PerformanceObserver",
          "PerformanceObserverEntryList",
          "PromiseRejectionEvent",
          "ReadableByteStreamController",
          "ReadableStream",
          "ReadableStreamBYOBReader",
          "ReadableStreamBYOBRequest",
          "ReadableStreamDefaultController",
          "ReadableStreamDefaultReader",
          "Request",
          "Response",
          "SubtleCrypto",
          "TextDecoder",
          "TextDecoderStream",
          "TextEncoder",
          "TextEncoderStream",
          "TransformStream",
          "TransformStreamDefaultController",
          "URL",
          "URLPattern",
          "URLSearchParams",
          "WebSocket",
          "WebSocketPair",
          "WritableStream",
          "WritableStreamDefaultController",
          "WritableStreamDefaultWriter",
          "addEventListener",
          "atob",
          "btoa",
          "clearInterval",
          "clearTimeout",
          "caches",
          "console",
          "crypto",
          "dispatchEvent",
          "fetch",
          "navigator",
          "onerror",
          "onrejectionhandled",
          "onunhandledrejection",
          "performance",
          "queueMicrotask",
          "removeEventListener",
          "reportError",
          "scheduler",
          "self",
          "setInterval",
          "setTimeout",
          "structuredClone");

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void theGlobalsAreExactlyThese() {
    String names = SANDBOX.eval("return Object.getOwnPropertyNames(globalThis).join(' ')");
    var expected = new java.util.ArrayList<>(LANGUAGE);
    expected.addAll(WEB);
    assertThat(names.split(" ")).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aFunctionThatNamesWebAssemblyHasOneMore() {
    String more =
        SANDBOX.eval(
            "const names = Object.getOwnPropertyNames(globalThis);"
                + " return names.length + ' ' + names.includes('WebAssembly')");
    assertThat(more).isEqualTo((LANGUAGE.size() + WEB.size() + 1) + " true");
  }

  @Test
  void everyWebGlobalIsThere() {
    String missing =
        SANDBOX.eval(
            "return ['"
                + String.join("','", WEB)
                + "'].filter((n) => globalThis[n] === undefined).join()");
    assertThat(missing).isEmpty();
  }

  @Test
  void aWebGlobalThatIsReplacedBeforeItWasTouchedIsAnOrdinaryProperty() {
    String replaced =
        SANDBOX.eval(
            """
            fetch = 1;
            globalThis.Event = 2;
            const { get, ...rest } = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
            return JSON.stringify([fetch, Event, get === undefined, rest, typeof Headers]);
            """);
    assertThat(replaced)
        .isEqualTo(
            """
            [1,2,true,{"value":1,"writable":true,"enumerable":false,"configurable":true},"function"]\
            """);
  }

  /** Whoever asks what kind of property it is finds it as the standards have it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Object.getOwnPropertyDescriptor(globalThis, name)",
        "Reflect.getOwnPropertyDescriptor(globalThis, name)",
        "Object.getOwnPropertyDescriptors(globalThis)[name]",
      })
  void aWebGlobalIsAnOrdinaryPropertyBeforeItIsTouched(String description) {
    String script =
        """
        const unlike = (name) => {
          const { value, writable, enumerable, configurable } = %s;
          return value === undefined || value !== globalThis[name] || !writable || enumerable || !configurable;
        };
        return ['%s'].filter((name) => !name.startsWith('on') && unlike(name)).join()\
        """
            .formatted(description, String.join("','", WEB));
    assertThat(SANDBOX.eval(script)).isEmpty();
  }

  @Test
  void anAccessorOfAGuestsOwnInItsPlaceIsLeftAlone() {
    String script =
        """
        let calls = 0;
        const get = () => ++calls;
        Object.defineProperty(globalThis, 'console', { get, configurable: true });
        const found = Object.getOwnPropertyDescriptor(globalThis, 'console');
        return [calls, found.get === get, Object.getOwnPropertyDescriptor.length,
          Object.getOwnPropertyDescriptor.name, 'prototype' in Object.getOwnPropertyDescriptor].join()\
        """;
    assertThat(SANDBOX.eval(script)).isEqualTo("0,true,2,getOwnPropertyDescriptor,false");
  }

  @Test
  void functionsDoNotShareStateWithEachOther() {
    LoadedFunction one =
        SANDBOX.handler("globalThis.x = 1; Array.prototype.y = 2; return new Response('' + x)");
    LoadedFunction two = SANDBOX.handler("return new Response(typeof x + typeof [].y)");
    assertThat(SANDBOX.get(one, "/").end().text()).isEqualTo("1");
    assertThat(SANDBOX.get(two, "/").end().text()).isEqualTo("undefinedundefined");
  }

  @Test
  void noErrorNamesTheHost() {
    String shown =
        SANDBOX.eval(
            """
            const errors = [];
            const attempts = [
              () => import('/etc/passwd'), () => import('node:fs'), () => import('../../x'),
              () => fetch('nope'), () => new Response(Symbol()), () => new Headers(5), () => structuredClone(Symbol()),
              () => new TextDecoder('x'), () => env.API.fetch({ toString() { throw new Error('mine') } }),
              () => crypto.subtle.importKey('raw', 1, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
              () => new URL('http://[::'), () => request.body.getReader(), () => new Array(-1), () => 'x'.repeat(1e10),
              () => new ArrayBuffer(1e12), () => null.x,
            ];
            for (const attempt of attempts) {
              try { await attempt(); errors.push('none'); } catch (e) { errors.push(String(e.message), String(e.stack)); }
            }
            return errors.join('\\n');
            """);
    assertThat(shown)
        .doesNotContainIgnoringCase("java.")
        .doesNotContain("graal", "truffle", "brink");
  }

  /** The engine's would keep them for all contexts until the process ends. */
  @Test
  void registeredSymbolsAreTheContexts() {
    LoadedFunction function =
        SANDBOX.handler(
            "let slot; ctx.waitUntil.call(new Proxy(ctx, { get: (target, key) => target[slot = key]"
                + " }), null); const one = Symbol.for('a');"
                + " const refused = [];for (const wrong of [() => Symbol.for(Symbol()), () =>"
                + " Symbol.keyFor('a')]) {  try { wrong(); refused.push('no'); } catch (e) {"
                + " refused.push(e.name); } }return new Response(JSON.stringify([one ==="
                + " Symbol.for('a'),one.description, Symbol.keyFor(one),"
                + " Symbol.keyFor(Symbol('a')) ?? 'none',Symbol.keyFor(Symbol.iterator) ??"
                + " 'none', Symbol.for().description,Symbol.for.length, Symbol.keyFor.name,"
                + " ...refused,slot.description, Symbol.keyFor(slot) ?? 'none',slot ==="
                + " Symbol.for(slot.description)]))");
    assertThat(SANDBOX.get(function, "/").end().text())
        .isEqualTo(
            "[true,\"a\",\"a\",\"none\",\"none\",\"undefined\",1,\"keyFor\",\"TypeError\","
                + "\"TypeError\",\"brink.ExecutionContext\",\"none\",false]");
  }
}
