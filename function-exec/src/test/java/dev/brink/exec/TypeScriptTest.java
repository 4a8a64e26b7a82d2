package dev.brink.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.FunctionException.SourcePosition;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of TypeScript has a meaning at run time: it works, or is refused by name. */
class TypeScriptTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);
  private static final GuestContexts CONTEXTS = new GuestContexts();

  @AfterAll
  static void close() {
    SANDBOX.close();
    assertThat(CONTEXTS.close(Duration.ofSeconds(30))).isTrue();
  }

  @Test
  void whatIsMoreThanTypesWorks() {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "export { default } from './main.ts';",
            "main.ts",
            """
            import type old = require('old');
            const base = 40;
            enum Level { Low = base + 1, High, Text = 'text' }
            enum Level { More = 7 }
            const enum Fixed { A, B }
            const Outer = { inner: { value: 'deep' } };
            namespace Types { export interface Named { name: string } export type Key = `k${string}` }
            namespace Types.More { import Same = Types.Named; export type One = Same; }
            declare namespace Ambient { const there: number }
            declare global { namespace NodeJS { const version: string } }
            declare module 'other' { namespace Inside { const x: 1 } export = Inside; }
            import Deep = Outer.inner;
            abstract class Shape {
              abstract area(): number;
              declare unit: string;
              constructor(protected readonly side: number, public name = 'shape') {}
            }
            class Square extends Shape {
              constructor(side: number, private extra = 1) { super(side); }
              override area() { return this.side * this.side + this.extra; }
            }
            function over(value: string): string;
            function over(value: any) { return `<${value}>`; }
            const namespace = 'namespace', module = { exports: 1 };
            const square: Types.Named & Square = new Square(3);
            export default { fetch: () => new Response([
              Level.High, Level[42], Level.Text, Level.More, Fixed.B, Deep?.value, square.area(), square.name,
              'unit' in square, over(namespace), module.exports satisfies number,
            ].join()) };
            """);
    assertThat(SANDBOX.get(SANDBOX.load(modules, Sandbox.LIMITS), "/").end().text())
        .isEqualTo("42,High,text,7,1,deep,10,shape,false,<namespace>,1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          \\nnamespace A { export const x = 1 }                | 2:1  | a namespace with values
          export namespace A.B { export function f() {} }      | 1:8  | a namespace with values
          type T = 1; module M { let y = 2 }                   | 1:13 | a namespace with values
          namespace A {\\n namespace B { f() } }               | 2:2  | a namespace with values
          function f() {}\\nnamespace f { export let v = `${1}` } | 2:1 | a namespace with values
          namespace T { type X = 1 }\\n namespace V { enum E { A } } | 2:2 | a namespace with values
          import a = require("a");\\na.x;                      | 1:1  | "import = require()"
          const a = 1;\\nexport = a;                           | 2:1  | "export ="
          export import A = B.C;                               | 1:1  | "export import"
          export as namespace Foo;                             | 1:1  | "export as namespace"
          """)
  void whatWouldBeLeftOutIsRefused(String source, String at, String what) {
    byte[] code = source.replace("\\n", "\n").getBytes(UTF_8);
    assertThatThrownBy(() -> new TypeScript(CONTEXTS).strip(Map.of("dir/a.ts", code)))
        .isInstanceOfSatisfying(
            FunctionException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.MODULE_ERROR);
              String[] position = at.split(":", -1);
              assertThat(failure.position())
                  .isEqualTo(
                      new SourcePosition(
                          "dir/a.ts",
                          Integer.parseInt(position[0]),
                          Integer.parseInt(position[1])));
            })
        .hasMessageStartingWith(what + " is not supported: use ");
  }

  /** Going through the file once for each of them would take longer than the code may. */
  @Test
  void manyImportsThatMayBeUnsupportedAreLookedAtTogether() {
    String words =
        "import ".repeat(50_000)
            + "*/"
            + IntStream.range(0, 3_000)
                .mapToObj("import a%d = require('a');\n"::formatted)
                .collect(Collectors.joining());
    Map<String, String> modules =
        Map.of(
            "main.js",
            "export { default } from './many.ts';",
            "many.ts",
            "/* " + words + "export default { fetch: () => new Response('many' as string) };");
    assertThat(SANDBOX.get(SANDBOX.load(modules, Sandbox.LIMITS), "/").end().text())
        .isEqualTo("many");
  }

  @Test
  void decoratorsOfTheStandardWork() {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "export { default } from './a.ts';",
            "a.ts",
            """
            const kinds: string[] = [];
            function seen(value: any, context: { kind: string }) { kinds.push(context.kind); return value; }
            function named<T extends new (...all: any[]) => object>(of: T, context: unknown) {
              return class extends of { name = 'named'; };
            }
            @named class A { @seen method(): number { return 1; } @seen field: number = 3; @seen accessor also = 4; }
            const a = new A() as any;
            export default { fetch: () => new Response([kinds.sort(), a.name, a.method(), a.field, a.also].join()) };
            """);
    assertThat(SANDBOX.get(SANDBOX.load(modules, Sandbox.LIMITS), "/").end().text())
        .isEqualTo("accessor,field,method,named,1,3,4");
  }

  /** Those of TypeScript before the standard, which parameters may have, are no syntax. */
  @Test
  void decoratorsOfParametersAreRefused() {
    Map<String, String> modules =
        Map.of(
            "main.js",
            "export { default } from './a.ts';",
            "a.ts",
            """
            const mark = (target: any, key: any, index: number) => undefined;
            class A { constructor(@mark one: string) {} }
            export default { fetch: () => new Response('x') };
            """);
    assertThatThrownBy(() -> SANDBOX.load(modules, Sandbox.LIMITS))
        .isInstanceOfSatisfying(
            FunctionException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.MODULE_ERROR);
              assertThat(failure.position()).isEqualTo(new SourcePosition("a.ts", 2, 23));
            });
  }
}
