package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brink.exec.FunctionException.Code;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          export default {\\n  fetch( { } }                        | main.js:2:14 | SyntaxError: Expected , but found }
          \\n\\nfoo.bar(); export default {}               | main.js:3:1  | ReferenceError: foo is not defined
          import x from './x.js';\\nexport default {}      | main.js:1:15 | module not found: x.js
          import x from 'lodash'; export default {}        | main.js:1:15 | module not found: lodash
          import fs from 'node:fs'; export default {}      | main.js:1:16 | module not found: node:fs
          import { gone } from './lib/used.js'; export default { fetch() {} } | main.js:1:1 | does not provide an export named 'gone'
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
}
