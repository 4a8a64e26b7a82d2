package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class WebAssemblyTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);
  private static final String ADD = WasmModule.script(WasmModule.arithmetic());

  /** Of 64 MiB, which {@link Sandbox#LIMITS} has. */
  private static final int MAX_PAGES = 1_024;

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void allOfTheInterfaceIsThere() {
    assertThat(
            SANDBOX.eval(
                """
                const names = ['Global', 'Instance', 'Memory', 'Module', 'Table', 'Tag', 'Exception', 'CompileError', 'LinkError',
                  'RuntimeError', 'compile', 'compileStreaming', 'instantiate', 'instantiateStreaming', 'JSTag', 'validate'];
                return names.filter((name) => !(name in WebAssembly)).join() + Object.prototype.toString.call(WebAssembly);
                """))
        .isEqualTo("[object WebAssembly]");
  }

  @Test
  void modulesAreValidatedCompiledAndInstantiated() {
    assertThat(
            SANDBOX.eval(
                "const bytes = "
                    + ADD
                    + """
                    ;
                    const module = new WebAssembly.Module(bytes);
                    const one = new WebAssembly.Instance(module).exports.add(2, 3);
                    const { instance } = await WebAssembly.instantiate(bytes.buffer);
                    const later = await WebAssembly.instantiate(await WebAssembly.compile(bytes));
                    const copy = structuredClone(module);
                    return [one, instance.exports.add(4, 5), later.exports.add(2147483647, 1), later instanceof WebAssembly.Instance,
                      WebAssembly.validate(bytes), WebAssembly.validate(new Uint8Array(8)), WebAssembly.Module.exports(module).length,
                      copy instanceof WebAssembly.Module, module.constructor === WebAssembly.Module].join();
                    """))
        .isEqualTo("5,9,-2147483648,true,true,false,2,true,true");
  }

  @Test
  void importsAreFunctionsOfTheGuest() {
    assertThat(
            SANDBOX.eval(
                "const bytes = "
                    + WasmModule.script(WasmModule.importing())
                    + """
                    ;
                    let seen;
                    const { instance } = await WebAssembly.instantiate(bytes, { env: { log: (value) => { seen = value; } } });
                    instance.exports.run();
                    const wrong = await WebAssembly.instantiate(bytes, { env: { log: 1 } }).catch((error) => error.name);
                    return seen + wrong;
                    """))
        .isEqualTo("42LinkError");
  }

  @Test
  void responsesAreCompiledAsTheyCome() {
    assertThat(
            SANDBOX.eval(
                "const bytes = "
                    + ADD
                    + """
                    ;
                    const answer = (type, status = 200) => new Response(bytes, { status, headers: { 'content-type': type } });
                    const { instance } = await WebAssembly.instantiateStreaming(answer('application/wasm'));
                    const module = await WebAssembly.compileStreaming(Promise.resolve(answer('Application/WASM')));
                    const text = await WebAssembly.compileStreaming(answer('text/plain')).catch((error) => error.name);
                    const missing = await WebAssembly.compileStreaming(answer('application/wasm', 404)).catch((error) => error.name);
                    return [instance.exports.add(1, 1), module instanceof WebAssembly.Module, text, missing].join();
                    """))
        .isEqualTo("2,true,TypeError,TypeError");
  }

  @Test
  void filesAreImportedAsModules() {
    byte[] main =
        """
        import add from './lib/add.wasm';
        const { exports } = new WebAssembly.Instance(add);
        export default { fetch: () => new Response(String(exports.add(20, 22))) };
        """
            .getBytes(StandardCharsets.UTF_8);
    LoadedFunction function =
        Sandbox.join(
            SANDBOX.runtime.load(
                new FunctionBundle(
                    "test/wasm",
                    "main.js",
                    Map.of("main.js", main, "lib/add.wasm", WasmModule.arithmetic()),
                    Sandbox.LIMITS,
                    Map.of(),
                    Set.of())));
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("42");
  }

  @Test
  void errorsAreThoseOfTheInterface() {
    assertThat(
            SANDBOX.eval(
                "const { exports } = new WebAssembly.Instance(new WebAssembly.Module("
                    + ADD
                    + """
                    ));
                    const nameOf = (run) => { try { run(); } catch (error) { return error.name; } };
                    return [nameOf(() => exports.div(1, 0)), nameOf(() => new WebAssembly.Module(new Uint8Array(9))),
                      nameOf(() => new WebAssembly.Module(1)), nameOf(() => WebAssembly.Module(new Uint8Array(8))),
                      await WebAssembly.compile(new Uint8Array(3)).catch((error) => error instanceof WebAssembly.CompileError),
                      await WebAssembly.instantiate(5).catch((error) => error.name),
                      // A memory section that says it is 4 GiB long.
                      nameOf(() => new WebAssembly.Module(
                        Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 255, 255, 255, 255, 15, 1, 0, 1)))].join();
                    """))
        .isEqualTo("RuntimeError,CompileError,TypeError,TypeError,true,TypeError,CompileError");
  }

  @Test
  void anUncaughtTrapIsTheFunctionsError() {
    LoadedFunction function =
        SANDBOX.handler(
            "new WebAssembly.Instance(new WebAssembly.Module(" + ADD + ")).exports.div(1, 0)");
    assertThat(SANDBOX.get(function, "/").failure())
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.UNCAUGHT))
        .hasMessageContaining("divide by zero");
  }

  @Test
  void memoriesAreSharedWithScriptsByTheirBuffer() {
    assertThat(
            SANDBOX.eval(
                "const { exports } = new WebAssembly.Instance(new WebAssembly.Module("
                    + WasmModule.script(WasmModule.memory(0, 1))
                    + """
                    ));
                    new TextEncoder().encodeInto('hello', new Uint8Array(exports.memory.buffer, 8));
                    const view = new Uint8Array(exports.memory.buffer, 8, 5);
                    const text = new TextDecoder().decode(view) + await new Response(view).text() + await new Blob([view]).text();
                    const digest = (await crypto.subtle.digest('SHA-256', view)).byteLength;
                    crypto.getRandomValues(view);
                    const copy = structuredClone(view).length;
                    const before = exports.memory.buffer;
                    return [text, digest, copy, exports.grow(1), before.byteLength, exports.memory.buffer.byteLength].join();
                    """))
        .isEqualTo("hellohellohello,32,5,1,0,131072");
  }

  @Test
  void memoriesStayWithinTheFunctionsLimit() {
    assertThat(
            SANDBOX.eval(
                "const free = "
                    + WasmModule.script(WasmModule.memory(0, 1))
                    + ", wide = "
                    + WasmModule.script(WasmModule.memory(1, 1, 0x80, 0x80, 4))
                    + ", large = "
                    + WasmModule.script(WasmModule.memory(0, 0x80, 0x80, 1))
                    + """
                    ;
                    const grown = (bytes) => {
                      const { grow } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
                      return [grow(1023), grow(1)];
                    };
                    const nameOf = (run) => { try { run(); } catch (error) { return error.name; } };
                    const valueOf = [1, 65536].values();
                    const memory = new WebAssembly.Memory({ initial: 1, maximum: { valueOf: () => valueOf.next().value } });
                    return [grown(free), grown(wide), nameOf(() => new WebAssembly.Module(large)),
                      nameOf(() => new WebAssembly.Memory({ initial: 1025 })), nameOf(() => memory.grow(1024)),
                      nameOf(() => new WebAssembly.Memory({ initial: 1 }).grow(1024)),
                      nameOf(() => new memory.constructor({ initial: 1025, maximum: 40000 }))].join();
                    """))
        .isEqualTo("1,-1,1,-1,CompileError,RangeError,RangeError,RangeError,RangeError");
    assertThat(Sandbox.LIMITS.memoryBytes()).isEqualTo((long) MAX_PAGES << 16);
  }

  @Test
  void bytesThatPoseAsAModuleAreLimitedToo() {
    assertThat(
            SANDBOX.eval(
                "const large = "
                    + WasmModule.script(WasmModule.memory(0, 0x80, 0x80, 1))
                    + """
                    ;
                    const shown = (promise) => promise.then(({ exports, instance }) => instance ?? exports, (error) => error.name);
                    const posing = (value) => Object.setPrototypeOf(value, WebAssembly.Module.prototype);
                    const proxy = new Proxy(large.slice(), { getPrototypeOf: () => WebAssembly.Module.prototype });
                    return [await shown(WebAssembly.instantiate(proxy)), await shown(WebAssembly.instantiate(posing({}))),
                      await shown(WebAssembly.instantiate(posing(large.buffer.slice()))),
                      await shown(WebAssembly.compile(posing(large.slice()))),
                      await shown(WebAssembly.instantiate(posing(large)))].join();
                    """))
        .isEqualTo("TypeError,TypeError,CompileError,CompileError,CompileError");
  }

  @Test
  void anEndlessLoopEndsAtTheLimit() {
    FunctionLimits limits =
        new FunctionLimits(
            Duration.ofMillis(200), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 64);
    String source =
        "const module = new WebAssembly.Module("
            + WasmModule.script(WasmModule.endless())
            + ");\n"
            + """
            export default { fetch({ url }) {
              const { spin, dive } = new WebAssembly.Instance(module).exports;
              if (url.endsWith('/spin')) spin();
              try { dive(); } catch (error) { return new Response(error.name); }
            } };
            """;
    LoadedFunction function = SANDBOX.load(source, limits);
    assertThat(SANDBOX.get(function, "/spin").failure().code()).isEqualTo(Code.CPU_LIMIT);
    assertThat(SANDBOX.get(function, "/dive").end().text()).isEqualTo("RuntimeError");
    assertThat(SANDBOX.runtime.load().abandonedLanes()).isZero();
  }

  @Test
  void tablesGlobalsTagsAndExceptionsHoldTheirValues() {
    assertThat(
            SANDBOX.eval(
                """
                const table = new WebAssembly.Table({ initial: 2, element: 'anyfunc' });
                const global = new WebAssembly.Global({ value: 'i64', mutable: true }, 5n);
                global.value = 2n ** 63n;
                const tag = new WebAssembly.Tag({ parameters: ['i32', 'i64', 'f32', 'externref'] });
                const thrown = new WebAssembly.Exception(tag, [2 ** 32 + 7, 2n ** 64n + 9n, 0.1, table]);
                const nameOf = (run) => { try { run(); } catch (error) { return error.name; } };
                return [table.length, table.grow(1), table.get(0), global.value, thrown.is(tag), thrown.is(WebAssembly.JSTag),
                  thrown.getArg(tag, 0), thrown.getArg(tag, 1), thrown.getArg(tag, 2) === Math.fround(0.1), thrown.getArg(tag, 3) === table,
                  nameOf(() => thrown.getArg(tag, 4)), nameOf(() => new WebAssembly.Exception(tag, [1])),
                  nameOf(() => new WebAssembly.Exception(WebAssembly.JSTag, [1])), nameOf(() => new WebAssembly.Tag({ parameters: ['i8'] })),
                  nameOf(() => new WebAssembly.Exception(tag, [1, 2, 3, 4]))].join();
                """))
        .isEqualTo(
            "2,2,,-9223372036854775808,true,false,7,9,true,true,RangeError,TypeError,TypeError,TypeError,TypeError");
  }

  @Test
  void functionsThatDoNotNameItDoNotPayForIt() {
    assertThat(SANDBOX.eval("return typeof globalThis['Web' + 'Assembly']")).isEqualTo("undefined");
  }
}
