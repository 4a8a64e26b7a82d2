package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That JSON.stringify makes of every value what the engine's own makes. */
class JsonStringifyTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  /** Both writers, of values that are made anew for each; {@code log} has what was run of them. */
  private static final String WRITERS =
      TwoWays.COMPARED
          + """
          const log = [];
          const ran = (what, value) => (log.push(what), value);
          const engines = (value) => JSON.stringify(value, null); // with a replacer, it is always the engine's
          const own = (value) => JSON.stringify(value);
          const logged = (write) => (make) => {
            log.length = 0;
            const made = outcome(() => {
              const text = write(make());
              return `${typeof text} ${text}`;
            });
            return `${made} ${log}`;
          };
          const written = (makes) =>
            differences(makes.flatMap((make) => [make, make]), // what was met before is written in another way
              logged(engines), logged(own));
          """;

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void itLooksLikeTheEngines() {
    assertThat(
            SANDBOX.eval(
                """
                const { value, enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(JSON, 'stringify');
                return [value.name, value.length, 'prototype' in value, enumerable, writable, configurable].join()
                """))
        .isEqualTo("stringify,3,false,false,true,true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // What is not an object.
        "null, true, false, undefined, 'a', '', Symbol('a'), 1n, Object(1n), () => {}, Math.max,"
            + " NaN, Infinity, -Infinity",
        "0, -0, 1, -1, 9, 10, 99, 100, -100, 2147483647, -2147483648, 2147483648, 4294967296,"
            + " Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 53, 1e15, 999999999999999,"
            + " 1e15 - 0.5, 1e20, 1e21, 123456789012345680000",
        "0.1, 0.5, -0.5, 1.25, 0.001, -0.001, 0.0001, 0.000001, 0.0000001, 0.00000123, 1e-7, 1e-20,"
            + " 5e-324, 0.1 + 0.2, 1 / 3, 100.000001, 123456789.123456, 99999999999.999,"
            + " 1.7976931348623157e308, 0.3, 2.675, 1.005, 12345678901.0625, 0.1234567",
        "'\"', '\\\\', '/', '\\b\\f\\n"
            + "\\r"
            + "\\t', '\\0\\x01\\x1f\\x7f\\x80', '\\u2028\\u2029', 'é', '€', '😀', '\\ud83d',"
            + " '\\ude00', '\\ude00\\ud83d', 'a\\ud83d', '\\ud83dx', 'x'.repeat(1000),"
            + " '\"'.repeat(1000), '😀'.repeat(1000), 'a' + '€'.repeat(3)",
        // Objects and what they have.
        "({}), ({ a: 1 }), ({ a: 1, b: 'x', c: null, d: true, e: 1.5 }), ({ a: { b: { c: {} } } }),"
            + " ({ b: 1, a: 2, 1: 3, 0: 4 }), ({ '': 1, '\"': 2, '\\n"
            + "': 3, '€': 4, '\\ud800': 5 }), ({ __proto__: null, a: 1 }), ({ ['__proto__']: 1 })",
        "({ a: undefined, b: 1 }), ({ a: undefined }), ({ a() {}, b: 1 }), ({ a: Symbol('x'), b: 1"
            + " }), ({ [Symbol('x')]: 1, b: 1 }), ({ a: 1n }), ({ a: [undefined, () => {},"
            + " Symbol('x'), NaN] })",
        "Object.defineProperty({ a: 1 }, 'b', { value: 2 }), Object.defineProperty({ a: 1 },"
            + " 'toJSON', { value: () => 'own' }), Object.freeze({ a: 1 }), Object.seal({ a: [1]"
            + " }), Object.defineProperty({}, 'a', { get: () => ran('get', 1), enumerable: true }),"
            + " ({ b: 1, get a() { return ran('a', 2); } }), ({ b: { get a() { throw new"
            + " Error('get'); } } })",
        "Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i])), (() => { const o"
            + " = { a: 1, b: 2, c: 3 }; delete o.a; o.a = 4; return o; })(), (() => { const o = {};"
            + " for (let i = 0; i < 2000; i++) o['k' + i] = i; for (let i = 0; i < 1990; i++)"
            + " delete o['k' + i]; return o; })()",
        // Forms of their own.
        "({ toJSON: () => ran('form', { a: 1 }) }), ({ a: { toJSON(key) { return ran(key, key); } }"
            + " }), [{ toJSON: (key) => key }], ({ toJSON: 1, a: 1 }), new Date(0), ({ at: new"
            + " Date(0), a: 1 }), new URL('http://a/b'), ({ u: new URL('http://a/b') }), ({ toJSON:"
            + " undefined }), ({ a: 1, toJSON() { throw new Error('form'); } })",
        "new (class A { x = 1; #y = 2; get z() { return 3; } })(), new (class A { toJSON() { return"
            + " ran('inherited', 7); } })(), new (class A extends (class B { b = 1; }) { a = 2;"
            + " })(), new (class A extends (class B { toJSON() { return 8; } }) { a = 2; })(), [new"
            + " (class A { constructor() { this.x = [1]; } })()], Object.create({ toJSON: () => 9"
            + " }), Object.create({ a: 1 }), Object.create({ get toJSON() { return ran('looked',"
            + " undefined); } })",
        "Object.create(new Proxy({}, { get: (_, key) => ran(String(key), undefined) })), new"
            + " Proxy({ a: 1 }, { ownKeys: () => ran('keys', ['a']) }), ({ a: new Proxy([1, 2], {})"
            + " }), new Proxy({}, { get() { throw new Error('trap'); } })",
        // Arrays.
        "[], [1], [1, 2, 3], [1.5, 2], ['a', 1, null], [[], [[]]], [, 1], [1, , 3], Array(3),"
            + " Object.assign([1], { a: 2 }), Object.freeze([1, 'a']), Object.assign([1], { toJSON:"
            + " () => 'form' }), Array.from({ length: 1000 }, (_, i) => i), Array.from({ length:"
            + " 300 }, (_, i) => ({ i }))",
        "Object.setPrototypeOf([1, 2], null), Object.setPrototypeOf([1, 2], { toJSON: () => 5 }),"
            + " new (class A extends Array {})(3), Object.defineProperty([1, 2], 0, { get: () =>"
            + " ran('item', 9) }), [1, 2, 3].slice(1), 'a-b'.split('-'), [3, 1].concat([2.5]), (()"
            + " => { const a = [1]; a[5] = 1; return a; })(), (() => { const a = [1, 2, 3];"
            + " a.length = 1; return a; })(), (() => { const a = [1, 2, 3]; a.shift(); return a;"
            + " })(), Object.keys({ a: 1 }), /(a)(b)?/.exec('a'), (() => { const a = [];"
            + " a[4294967294] = 1; a.length = 3; return a; })()",
        // Objects that are more than that.
        "new String('a'), new Number(1), new Boolean(false), ({ a: new String('x'), b: new"
            + " Number(2) }), new Map([[1, 2]]), new Set([1]), /a/g, new Error('a'), new"
            + " Uint8Array([1, 2]), new ArrayBuffer(2), Promise.resolve(1), globalThis.Math, JSON,"
            + " new Headers({ a: 'b' }), function () { return arguments; }(1, 2), Object.assign(new"
            + " Map(), { a: 1 }), ({ a: new Map() }), new (class A extends Map { x = 1; })()",
        "JSON.rawJSON?.('1'), ({ a: JSON.rawJSON?.('12345678901234567890') }), Object.assign(() =>"
            + " {}, { a: 1 }), ({ a: Object.assign(() => {}, { toJSON: () => 4 }) })",
        // Too much of it.
        "(() => { const o = {}; o.o = o; return o; })(), (() => { const a = []; a.push(a); return"
            + " a; })(), (() => { let o = 1; for (let i = 0; i < 100; i++) o = { o }; return o;"
            + " })(), (() => { let o = 1; for (let i = 0; i < 101; i++) o = { o }; return o; })(),"
            + " (() => { let o = 1; for (let i = 0; i < 300; i++) o = [o]; return o; })()",
      })
  void whatItMakesOfAValueIsWhatTheEngineMakes(String values) {
    assertThat(SANDBOX.eval(WRITERS + "return written([" + made(values) + "])")).isEmpty();
  }

  /** Each of the values, where commas that are not within brackets or quotes part them, as made. */
  private static String made(String values) {
    var out = new StringBuilder("() => ");
    int depth = 0;
    char quote = 0;
    for (int i = 0; i < values.length(); i++) {
      char c = values.charAt(i);
      out.append(c);
      if (quote != 0) {
        if (c == '\\') {
          out.append(values.charAt(++i));
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '\'' || c == '`') {
        quote = c;
      } else if ("([{".indexOf(c) >= 0) {
        depth++;
      } else if (")]}".indexOf(c) >= 0) {
        depth--;
      } else if (c == ',' && depth == 0) {
        out.append(" () => ");
      }
    }
    return out.toString();
  }

  @Test
  void randomValuesAreWhatTheyAreForTheEngine() {
    assertThat(
            SANDBOX.eval(
                WRITERS
                    + """
                    const any = random();
                    const keys = ['id', 'name', 'a b', 'é', '€', '0', '17', '"', 'valueOf', 'x'.repeat(70)];
                    const strings = ['', 'plain', 'with "quotes"', 'a\\\\b', 'tab\\t', '€', '😀', '\\ud800', '\\u0001'];
                    const leaf = [() => any(3) - 1, () => (any(2000000) - 1000000) / 10 ** any(8), () => any(1000) * 1e-20,
                      () => Number.MAX_SAFE_INTEGER * any(5), () => strings[any(strings.length)], () => [null, true, undefined][any(3)]];
                    const make = (depth) => {
                      const kind = any(depth > 4 ? 6 : 10);
                      if (kind < 6) return leaf[kind]();
                      if (kind < 8) return Array.from({ length: any(5) }, () => make(depth + 1));
                      const out = {};
                      for (let i = any(6); i > 0; i--) out[keys[any(keys.length)]] = make(depth + 1);
                      if (any(200) === 0) out.toJSON = () => ran('form', { form: 1 });
                      return out;
                    };
                    const values = Array.from({ length: 2000 }, () => make(0));
                    return written(values.map((value) => () => value));
                    """))
        .isEmpty();
  }

  @Test
  void randomNumbersAreWrittenAsTheEngineWritesThem() {
    assertThat(
            SANDBOX.eval(
                WRITERS
                    + """
                    const any = random();
                    const all = [];
                    for (let i = 0; i < 20000; i++) {
                      const whole = (any(2147483647) - 1073741823) * (any(3) ? 1 : any(1000000));
                      all.push(whole / 10 ** any(12), whole / any(1000), whole * 2 ** -any(60));
                    }
                    return written([() => all]);
                    """))
        .isEmpty();
  }

  @Test
  void aFormThatPrototypesGetIsAskedFor() {
    assertThat(
            SANDBOX.eval(
                WRITERS
                    + """
                    const makes = [() => ({ a: [1, { b: 2 }] }), () => [[1]], () => ({}), () => new (class A { x = 1; })()];
                    const said = [written(makes)];
                    for (const prototype of [Object.prototype, Array.prototype]) {
                      const form = { value(key) { return ran(`${key}!`, { form: Object.keys(this).length }.form); }, configurable: true };
                      Object.defineProperty(prototype, 'toJSON', form);
                      said.push(written(makes), own({ a: [] }), own([{}]));
                      delete prototype.toJSON;
                      said.push(written(makes));
                    }
                    class Late { x = 1; }
                    said.push(own(new Late()));
                    Late.prototype.toJSON = () => 'late';
                    said.push(own(new Late()), own([{ late: new Late() }]));
                    const bare = Object.create(Late.prototype);
                    Object.setPrototypeOf(bare, null);
                    said.push(own(bare));
                    return said.filter((text) => text !== '').join(' ');
                    """))
        .isEqualTo("1 1 {\"a\":0} 1 {\"x\":1} \"late\" [{\"late\":\"late\"}] {}");
  }

  @Test
  void whatHasAnotherPlaceTheNextTimeIsStillWhatItIs() {
    assertThat(
            SANDBOX.eval(
                WRITERS
                    + """
                    const rows = Array.from({ length: 1500 }, (_, i) => ({ [`a${i % 700}`]: i, b: i % 3 ? { c: i } : [i], [`d${i % 11}`]: { [`e${i}`]: 1 } }));
                    const object = { x: 1 };
                    const before = own(object);
                    object.y = { z: 1 };
                    const after = own(object);
                    object.y = [1];
                    object.x = 'now a string';
                    delete object.nothing;
                    return [written([() => rows, () => object]), before, after].join(' ');
                    """))
        .isEqualTo(" {\"x\":1} {\"x\":1,\"y\":{\"z\":1}}");
  }

  @Test
  void replacersAndSpacesAreTheEngines() {
    assertThat(
            SANDBOX.eval(
                """
                return [
                  JSON.stringify({ a: [1], b: 2 }, undefined, 1),
                  JSON.stringify({ a: [1], b: 2 }, ['b']),
                  JSON.stringify({ a: 1 }, (key, value) => key === '' ? value : value + 1),
                  JSON.stringify({ a: 1 }, null, '--'),
                ].join(';').replaceAll('\\n', '~')
                """))
        .isEqualTo("{~ \"a\": [~  1~ ],~ \"b\": 2~};{\"b\":2};{\"a\":2};{~--\"a\": 1~}");
  }
}
