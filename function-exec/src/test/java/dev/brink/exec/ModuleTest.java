package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brink.exec.FunctionException.Code;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void aServiceWorkerStyleFunctionAnswers() {
    LoadedFunction function =
        SANDBOX.load(
            """
            addEventListener('fetch', (event) => {
              event.waitUntil(Promise.resolve());
              event.respondWith(Promise.resolve(new Response(event.type + new URL(event.request.url).pathname)));
            });
            """);
    assertThat(SANDBOX.get(function, "/here").end().text()).isEqualTo("fetch/here");
  }

  @Test
  void whatAFetchListenerThrowsFailsTheRequestUnlessItWasAnswered() {
    SANDBOX.console.clear();
    LoadedFunction function =
        SANDBOX.load(
            """
            addEventListener('fetch', ({ request }) => {
              if (!request.url.endsWith('/silent')) throw new TypeError('no luck');
            });
            addEventListener('fetch', (event) => {
              if (event.request.url.endsWith('/answered')) event.respondWith(new Response('still'));
            });
            """);
    assertThat(SANDBOX.get(function, "/").failure())
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.UNCAUGHT))
        .hasMessageContaining("no luck");
    assertThat(SANDBOX.get(function, "/answered").end().text()).isEqualTo("still");
    assertThat(SANDBOX.get(function, "/silent").failure())
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.BAD_RESPONSE))
        .hasMessageContaining("returned nothing");
    assertThat(SANDBOX.console.stream().map(text -> text.lines().findFirst().orElse("")))
        .containsExactly("ERROR TypeError: no luck", "ERROR uncaught: TypeError: no luck");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          export default {\\n  fetch( { } }                        | main.js:2:14 | SyntaxError: Expected , but found }
          \\n\\nfoo.bar(); export default {}               | main.js:3:1  | ReferenceError: foo is not defined
          import x from './x.js';\\nexport default {}      | main.js:1:15 | module not found: ./x.js, imported from main.js
          import x from 'lodash'; export default {}        | main.js:1:15 | module not found: lodash
          import fs from 'node:fs'; export default {}      | main.js:1:16 | module not found: node:fs
          import { gone } from './lib/used.js'; export default { fetch() {} } | main.js:1:1 | does not provide an export named 'gone'
          import x from 'data:text/javascript,export%20default%201'; export default {} | main.js:1:15 | module not found: data:text/javascript,export%20default%201, imported from main.js
          import './lib/broken.js'; export default {}      | lib/broken.js:2:9 | SyntaxError
          import './lib/throws.js'; export default {}      | lib/throws.js:1:7 | Error: at load
          await new Promise(() => {}); export default {}   | null | top-level await
          export const fetch = 1;                          | null | has no fetch handler
          export default { fetch: 1 }                      | null | has no fetch handler
          setTimeout(() => {}, 1); export default {}       | main.js:1:1 | timers start within a request
          """)
  void aBrokenModuleIsRefusedWithItsPlace(String source, String place, String message) {
    Map<String, String> modules =
        Map.of(
            "main.js", source.replace("\\n", "\n"),
            "lib/used.js", "export const used = 1;",
            "lib/broken.js", "let a;\nlet b = ;",
            "lib/throws.js", "throw new Error('at load');");
    FunctionException failure =
        catchThrowableOfType(FunctionException.class, () -> SANDBOX.load(modules, Sandbox.LIMITS));
    assertThat(failure.code()).isEqualTo(Code.MODULE_ERROR);
    assertThat(failure).hasMessageContaining(message);
    assertThat(String.valueOf(failure.position())).isEqualTo(place);
  }

  /** Above all no text of a {@code data:} URL, which would be an {@code eval}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          data:text/javascript,export%20default%201             | a path to a module of the bundle; nothing is imported from URLs
          data:text/javascript;base64,ZXhwb3J0IGRlZmF1bHQgNDI=  | a path to a module of the bundle; nothing is imported from URLs
          DATA:text/javascript,export%20default%201             | a path to a module of the bundle; nothing is imported from URLs
          data:text/javascript,export default 1                 | a path to a module of the bundle; nothing is imported from URLs
          https://example.com/a.js                              | a path to a module of the bundle; nothing is imported from URLs
          file:///etc/passwd                                    | a path to a module of the bundle; nothing is imported from URLs
          cloudflare:workers                                    | a path to a module of the bundle; nothing is imported from URLs
          node:fs                                               | one of node:assert, node:async_hooks, node:buffer, node:crypto, node:events, node:path, node:util
          ./nope.js                                             | a relative path to a module of the bundle; packages must be bundled
          ../../etc/passwd                                      | a relative path to a module of the bundle; packages must be bundled
          lodash                                                | a relative path to a module of the bundle; packages must be bundled
          """)
  void whatIsNotInTheBundleIsNotImportedLaterEither(String specifier, String expected) {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "export { default } from './lib/a.js'",
            "lib/a.js",
            "export default { async fetch(request) {"
                + " const name = decodeURIComponent(new URL(request.url).search.slice(1));"
                + " try { await import(name); return new Response('imported'); }"
                + " catch (e) { return new Response(String(e)); } } }");
    LoadedFunction function = SANDBOX.load(modules, Sandbox.LIMITS);
    String query = URLEncoder.encode(specifier, StandardCharsets.UTF_8).replace("+", "%20");
    assertThat(SANDBOX.get(function, "/?" + query).end().text())
        .isEqualTo(
            "Error: module not found: "
                + specifier
                + ", imported from lib/a.js (expected: "
                + expected
                + ")");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a": 1,N} | SyntaxError: Unexpected token } in JSON at position 9 | lib/data.json:2:1
          {          | SyntaxError: Unexpected end of JSON input             | lib/data.json:1:2
          """)
  void anInvalidFileOfJsonIsNamed(String json, String message, String position) {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "import own from './own.json' with { type: 'json' }; import data from './lib/data' with"
                + " { type: 'json' }; export default {}",
            "own.json",
            "{}",
            "lib/a.json",
            "no import of this one",
            "lib/data.json",
            json.replace('N', '\n'));
    assertThatThrownBy(() -> SANDBOX.load(modules, Sandbox.LIMITS))
        .isInstanceOfSatisfying(
            FunctionException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.MODULE_ERROR);
              assertThat(failure.position()).hasToString(position);
            })
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import data from './data.json';",
        "export * from \"./data.json\"",
        "import data from './data.json' with { type: 'text' }; import again from './data.json'",
      })
  void anImportOfJsonWithoutItsTypeSaysWhatIsMissing(String imports) {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "import './lib/a.js'; import own from './own.json' with { type: 'json' }; export"
                + " default {}",
            "own.json",
            "{}",
            "lib/a.js",
            "\n" + imports,
            "lib/data.json",
            "{}");
    assertThatThrownBy(() -> SANDBOX.load(modules, Sandbox.LIMITS))
        .isInstanceOfSatisfying(
            FunctionException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.MODULE_ERROR);
              assertThat(failure.position()).asString().startsWith("lib/a.js:2:");
            })
        .hasMessage("./data.json: imported without its type (expected: with { type: 'json' })");
  }

  @Test
  void aPackageSaysWhatItsOwnImportsMean() {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "import a from 'pack'; import own from '#own/deep/x';"
                + " export default { fetch: () => new Response(`${a} ${own}`) }",
            "package.json",
            "{\"imports\": {\"#own/*\": \"./src/*.js\"}}",
            "src/deep/x.js",
            "export default 'own'",
            "node_modules/pack/package.json",
            "{\"type\": \"module\", \"main\": \"lib/a.js\", \"imports\": {\"#internal\": {\"node\":"
                + " \"./node.js\", \"default\": \"./web.js\"}, \"#other\": \"other\", \"#buffer\":"
                + " \"node:buffer\"}}",
            "node_modules/pack/lib/a.js",
            "import i from '#internal'; import o from '#other'; import { Buffer } from '#buffer';"
                + " export default i + o + Buffer.from('6869', 'hex')",
            "node_modules/pack/web.js",
            "export default 'web '",
            "node_modules/other/package.json",
            "{}",
            "node_modules/other/index.js",
            "module.exports = 'other ';");
    LoadedFunction function = SANDBOX.load(modules, Sandbox.LIMITS);
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("web other hi own");
  }

  @Test
  void theLongestPatternOfAPackagesExportsCounts() {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "import a from 'pack/a'; import b from 'pack/in/b'; import c from 'pack/in/c.js';"
                + " export default { async fetch() { let refused;"
                + " try { await import('pack/in/private/x'); } catch { refused = 'refused'; }"
                + " return new Response(a + b + c + refused); } }",
            "node_modules/pack/package.json",
            "{\"exports\": {\"./*\": \"./out/*.js\", \"./in/*\": \"./in/*.js\", \"./in/*.js\":"
                + " [{\"node\": \"./node.js\"}, \"./in/*.js\"], \"./in/private/*\": null}}",
            "node_modules/pack/out/a.js",
            "export default 'a '",
            "node_modules/pack/in/b.js",
            "export default 'b '",
            "node_modules/pack/in/c.js",
            "export default 'c '",
            "node_modules/pack/out/in/private/x.js",
            "export default 'not to be reached'");
    LoadedFunction function = SANDBOX.load(modules, Sandbox.LIMITS);
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("a b c refused");
  }

  @Test
  void modulesImportEachOtherAndJson() {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "import { name } from './lib/name.js'; import data from './data.json' with { type:"
                + " 'json' }; export default { async fetch() { const { later } = await"
                + " import('./lib/later.js'); return new Response(name + data.n + later) } }",
            "lib/name.js",
            "import { suffix } from '../lib/later.js'; export const name = 'a' + suffix;",
            "lib/later.js",
            "export const suffix = 'b'; export const later = 'c';",
            "data.json",
            "{\"n\": 7}");
    LoadedFunction function = SANDBOX.load(modules, Sandbox.LIMITS);
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("ab7c");
    assertThat(function.loadNanos()).isPositive();
  }

  @Test
  void aClassInstanceMayBeTheHandler() {
    LoadedFunction function =
        SANDBOX.load(
            "class Site { #name = 'mine'; fetch() { return new Response(this.#name) } }\n"
                + "export default new Site();");
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("mine");
  }

  @Test
  void textsAndBytesCanBeImported() {
    Map<String, String> modules =
        Map.of(
            "main.js",
            """
            import page from './page.html';
            import source from './lib.js' with { type: 'text' };
            import bytes from './data.csv' with { type: 'bytes' };
            export default { async fetch() {
              const late = (await import('./data.csv', { with: { type: 'text' } })).default;
              return new Response([page, source.length, bytes instanceof Uint8Array, bytes.length, late].join('|'));
            } }
            """,
            "page.html",
            "<p>\"\\</p>",
            "lib.js",
            "not a module",
            "data.csv",
            "a,b");
    assertThat(SANDBOX.get(SANDBOX.load(modules, Sandbox.LIMITS), "/").end().text())
        .isEqualTo("<p>\"\\</p>|12|true|3|a,b");
  }

  @Test
  void typesAreTakenOut() {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "export { default } from './handler.ts';",
            "handler.ts",
            """
            import { greet, type Named } from './greet';
            enum Tone { Kind = 'kind', Curt = 'curt' }
            const who = { name: 'you' } satisfies Named;
            export default {
              async fetch(request: Request, env: Record<string, string>): Promise<Response> {
                return new Response(greet<Named>(who, Tone.Kind as Tone) + env!.GREETING);
              },
            };
            """,
            "greet.ts",
            """
            export interface Named { readonly name: string }
            export function greet<T extends Named>(who: T, tone: string): string {
              return `${tone} ${who.name} `;
            }
            """);
    assertThat(SANDBOX.get(SANDBOX.load(modules, Sandbox.LIMITS), "/").end().text())
        .isEqualTo("kind you hi");
  }

  @Test
  void whatIsNotTypeScriptSaysWhere() {
    Map<String, String> modules =
        Map.of("main.js", "export { default } from './a.ts';", "a.ts", "\nconst x: = 1;\n");
    assertThatThrownBy(() -> SANDBOX.load(modules, Sandbox.LIMITS))
        .isInstanceOfSatisfying(
            FunctionException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(FunctionException.Code.MODULE_ERROR);
              assertThat(String.valueOf(failure.position())).contains("a.ts");
            });
  }

  @Test
  void typeScriptHasAsMuchProcessorTimeAsItMayHave() {
    byte[] source = "const x: number = 1;\n".repeat(300_000).getBytes(StandardCharsets.UTF_8);
    var contexts = new GuestContexts();
    assertThatThrownBy(
            () -> new TypeScript(contexts, Duration.ZERO).strip(Map.of("main.ts", source)))
        .isInstanceOfSatisfying(
            FunctionException.class, failure -> assertThat(failure.mayPass()).isTrue())
        .hasMessage("the TypeScript takes too long to read");
    assertThat(contexts.close(Duration.ofSeconds(30))).isTrue();
  }

  /** Whoever loads it may have others to serve, and reads a little code only. */
  @Test
  void muchCodeIsReadInTheBackground() {
    var release = new CompletableFuture<Boolean>();
    var runtime = (GraalRuntime) SANDBOX.runtime;
    Runnable holds = () -> release.orTimeout(60, TimeUnit.SECONDS).join();
    assertThat(runtime.background().submit(runtime.owners().of(""), holds)).isNotNull();
    String small = "export default { fetch: () => new Response('x') }; //";
    CompletableFuture<LoadedFunction> large = load(small + "x".repeat(1 << 20));
    assertThat(Sandbox.join(load(small))).isNotNull();
    assertThat(large).isNotDone();
    release.complete(true);
    assertThat(SANDBOX.get(Sandbox.join(large), "/").end().text()).isEqualTo("x");
  }

  private static CompletableFuture<LoadedFunction> load(String main) {
    Map<String, byte[]> modules = Map.of("main.js", main.getBytes(StandardCharsets.UTF_8));
    var bundle =
        new FunctionBundle("test/code", "main.js", modules, Sandbox.LIMITS, Map.of(), Set.of());
    return SANDBOX.runtime.load(bundle).toCompletableFuture();
  }
}
