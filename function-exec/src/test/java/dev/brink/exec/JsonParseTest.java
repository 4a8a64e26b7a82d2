package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That JSON.parse says of every text what the engine's own says. */
class JsonParseTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  /** Both parsers, and how a value looks, with what JSON.stringify does not show. */
  private static final String PARSERS =
      TwoWays.COMPARED
          + """
          const engines = (text) => JSON.parse(Object(text)); // what is no string is always the engine's
          const own = (text) => JSON.parse(text);
          const shown = (value) => {
            if (Object.is(value, -0)) return '-0';
            if (typeof value !== 'object' || value === null) return typeof value + JSON.stringify(value);
            if (Array.isArray(value)) return `[${value.map(shown).join()}]`;
            return `{${Reflect.ownKeys(value).map((key) => {
              const { value: item, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(value, key);
              return `${JSON.stringify(key)}:${writable && enumerable && configurable}:${shown(item)}`;
            })}}${Object.getPrototypeOf(value) === Object.prototype}`;
          };
          const parsed = (texts) => differences(texts, (text) => shown(engines(text)), (text) => shown(own(text)));
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
                const { value, enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(JSON, 'parse');
                return [value.name, value.length, 'prototype' in value, enumerable, writable, configurable].join()
                """))
        .isEqualTo("parse,2,false,false,true,true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'', ' ', 'null', 'true', 'false', ' true ', 'nul', 'truee', 'nulll', 'undefined', 'NaN',"
            + " 'Infinity'",
        "'0', '-0', '-', '+1', '1', '-1', '01', '-01', '00', '0.5', '.5', '5.', '-.5', '1e5',"
            + " '1E+5', '1e-5', '1e', '1e+', '1.5e300', '1e999', '-1e999', '0x10', '1_000', '1n'",
        "'123456789012345', '1234567890123456', '12345678901234567890', '0.1',"
            + " '0.30000000000000004', '123.456789012345', '-1.7976931348623157e308', '5e-324',"
            + " '0.000000000000001', '9007199254740993', '4294967296', '2147483648', '-2147483648',"
            + " '1.0', '-0.0', '0e1', '0.0000000000000001'",
        "'\"\"', '\"a', 'a\"', '\"a\"b', '\"\\\\u0041\\\\n"
            + "\\\\/\\\\b\\\\f\\\\r"
            + "\\\\t\\\\\\\\\\\\\"\"', '\"\\\\x\"', '\"\\\\u12\"', '\"\\\\u00g0\"',"
            + " '\"\\\\ud83d\\\\ude00\"', '\"\\\\uDEAD\"', '\"€😀\"', '\"\\\\', '\"\\\\u',"
            + " '\"a\\\\', '\"\\t\"', '\"\\n"
            + "\"', '\"\\u0000\"', '\"\\u007f\\u2028\"', \"'a'\"",
        "'[]', '[ ]', '[1]', '[1,]', '[,1]', '[1 2]', '[', '[1', '[1,', ']', '[]]', '[[],[[]]]', '"
            + " [ 1 , 2 ] ', '[1,\\n"
            + "2]', '[1]x', '[1],', '[1}', '[\\u00a01]', '\\ufeff[1]', '[1]\\u000b'",
        "'{}', '{ }', '{\"a\":1}', '{\"a\":1,}', '{,}', '{\"a\"}', '{\"a\":}', '{\"a\" 1}',"
            + " '{a:1}', '{\"a\":1 \"b\":2}', '{\"a\":1,\"a\":2}', '{\"a\":1,\"b\":2,\"a\":3}',"
            + " '{1:2}', '{\"a\":1]', '{\"a\":1,2}', '{', '{\"a', '{\"a\":1', ' { \"a\" : { \"b\" :"
            + " [ ] } } '",
        "'{\"1\":1,\"0\":2,\"b\":3}', '{\"\":1}', '{\"__proto__\":1}',"
            + " '{\"__proto__\":{\"a\":1},\"b\":2}', '{\"constructor\":1,\"toString\":2}',"
            + " '{\"a\\\\u0062\":1,\"ab\":2}', '{\"hasOwnProperty\":null}', '{\"length\":3}',"
            + " '[{\"__proto__\":[]},{\"__proto__\":[]}]'",
        "'[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"b\":5,\"a\":6},{\"a\":7},{\"a\":8,\"c\":9,\"b\":10},{\"ab\":11},{\"a\\\\u0062\":12},{}]',"
            + " '[{\"a\":{\"x\":1}},{\"a\":{\"x\":2,\"y\":3}},{\"a\":[{\"x\":4},{\"x\":5}]},{\"a\":null}]',"
            + " '[[{\"a\":1}],[{\"a\":2,\"b\":1}]]'",
        "'[{\"a\\\\\"b\":1},{\"a\"b\":2}]', '[{\"a\\\\n"
            + "b\":1},{\"a\\n"
            + "b\":2}]', '[{\"\":1},{\"\":2},{\"\\\\u0061\":3},{\"\":4}]',"
            + " '[[1,2.5],[1,true],[2.5,3],[null]]'",
        "'['.repeat(99) + ']'.repeat(99), '['.repeat(101) + ']'.repeat(101), '{\"a\":'.repeat(150)"
            + " + '1' + '}'.repeat(150), '['.repeat(150)",
      })
  void whatItSaysOfATextIsWhatTheEngineSays(String texts) {
    assertThat(SANDBOX.eval(PARSERS + "return parsed([" + texts + "])")).isEmpty();
  }

  @Test
  void randomTextsAndBrokenOnesAreWhatTheyAreForTheEngine() {
    assertThat(
            SANDBOX.eval(
                PARSERS
                    + """
                    const any = random();
                    const keys = ['id', 'name', 'a b', 'é', '€', '0', '17', '__proto__', 'valueOf', 'x'.repeat(70)];
                    const strings = ['', 'plain', 'with "quotes"', 'a\\\\b', 'tab\\t', '€', '😀', '\\ud800', '\\u0001'];
                    const make = (depth) => {
                      switch (any(depth > 4 ? 5 : 8)) {
                        case 0: return any(3) - 1;
                        case 1: return (any(2000000) - 1000000) / 10 ** any(8);
                        case 2: return any(2) ? Number.MAX_SAFE_INTEGER * any(5) : any(1000) * 1e-20;
                        case 3: return strings[any(strings.length)];
                        case 4: return [null, true, false][any(3)];
                        case 5: return Array.from({ length: any(5) }, () => make(depth + 1));
                        default: {
                          const out = {};
                          for (let i = any(6); i > 0; i--) {
                            Object.defineProperty(out, keys[any(keys.length)], {
                              value: make(depth + 1), writable: true, enumerable: true, configurable: true });
                          }
                          return out;
                        }
                      }
                    };
                    const texts = [];
                    for (let i = 0; i < 400; i++) {
                      const text = JSON.stringify(make(0), null, any(3));
                      texts.push(text);
                      for (let j = 0; j < 3; j++) {
                        const at = any(text.length + 1);
                        const put = ['', ',', '"', '}', ']', '{', '[', '0', '.', '-', '\\\\', ':', ' ', '\\u0002', 'e'][any(15)];
                        texts.push(text.slice(0, at) + put + text.slice(at + any(2)));
                      }
                      texts.push(text.slice(0, any(text.length + 1)));
                    }
                    return parsed(texts);
                    """))
        .isEmpty();
  }

  @Test
  void changesOfThePrototypesChangeNoResult() {
    assertThat(
            SANDBOX.eval(
                PARSERS
                    + """
                    Object.defineProperty(Object.prototype, 'trap', { set() { throw new Error('set'); }, configurable: true });
                    Object.freeze(Object.prototype);
                    return parsed(['{"trap":1,"toString":2}', '[{"trap":{"trap":1}}]']) + own('{"trap":1}').trap;
                    """))
        .isEqualTo("1");
  }

  @Test
  void anythingButAStringAndAReviverAreAsEver() {
    assertThat(
            SANDBOX.eval(
                PARSERS
                    + """
                    const read = [];
                    const revived = JSON.parse('{"a":[1,2],"b":3}', (key, value, { source }) => {
                      read.push(source ?? key);
                      return typeof value === 'number' ? value * 2 : value;
                    });
                    return [JSON.parse(12), JSON.parse({ toString: () => '[1]' })[0], JSON.parse(null), JSON.stringify(revived), read].join(';')
                    """))
        .isEqualTo("12;1;;{\"a\":[2,4],\"b\":6};1,2,a,3,");
  }
}
