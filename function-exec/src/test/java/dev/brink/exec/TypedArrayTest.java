package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slices of typed arrays, which are not made by the engine, as the language has them. */
class TypedArrayTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          const a = Uint8Array.of(1, 2, 3, 4, 5); return [a.slice(), a.slice(1), a.slice(1, 3), a.slice(-2), a.slice(-3, -1), a.slice(3, 1), a.slice(9), a.slice(0, 99), a.slice(1.9, 2.9), a.slice(NaN), a.slice(-Infinity, Infinity), a.slice(undefined, 2)].join(';') | 1,2,3,4,5;2,3,4,5;2,3;4,5;3,4;;;1,2,3,4,5;2;1,2,3,4,5;1,2,3,4,5;1,2
          const a = Uint8Array.of(1, 2, 3); const b = a.slice(1); b[0] = 9; return [a, b, b.buffer.byteLength, b.byteOffset, a.buffer === b.buffer].join(';') | 1,2,3;9,3;2;0;false
          const out = []; for (const C of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array]) { const a = C.of(1, 2, 3).slice(1); out.push(a.constructor === C && a.join()) } return out.join(';') | 2,3;2,3;2,3;2,3;2,3;2,3;2,3;2,3;2,3
          return [BigInt64Array.of(1n, -2n).slice(1), BigUint64Array.of(1n, 2n).slice(0, 1)].join(';') | -2;1
          const f = new Float32Array(new Uint32Array([0x7fc00001, 0x3f800000]).buffer).slice(); return new Uint32Array(f.buffer)[1].toString(16) | 3f800000
          const a = new Uint16Array(new Uint8Array([0, 0, 1, 0, 2, 0, 3, 0]).buffer, 2, 3); return a.slice(1).join() | 2,3
          class Mine extends Uint8Array { get mine() { return true } } const a = new Mine([1, 2, 3]).slice(1); return [a.mine, a].join(';') | true;2,3
          const a = Uint8Array.of(1, 2); a.constructor = Uint16Array; const b = a.slice(); return [b.constructor.name, b].join(';') | Uint16Array;1,2
          const a = Uint8Array.of(1, 2); a.constructor = { [Symbol.species]: Float64Array }; const b = a.slice(); return [Object.prototype.toString.call(b), b].join(';') | [object Float64Array];1,2
          const a = Uint8Array.of(1, 2, 3); let n = 0; const b = a.slice({ valueOf() { n++; return 1 } }, '3'); return [b, n].join(';') | 2,3;1
          const a = Uint8Array.of(1, 2, 3); try { a.slice(1n) } catch (e) { return e.name } | TypeError
          const a = Uint8Array.of(1, 2, 3); return a.slice(null, true).join() | 1
          try { Uint8Array.prototype.slice.call([1, 2]) } catch (e) { return e.name } | TypeError
          try { Uint8Array.prototype.slice.call(undefined) } catch (e) { return e.name } | TypeError
          const a = Uint8Array.of(1, 2); structuredClone(a.buffer, { transfer: [a.buffer] }); try { a.slice() } catch (e) { return e.name } | TypeError
          const d = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'slice'); return [d.value.name, d.value.length, d.enumerable, d.writable, d.configurable, 'prototype' in d.value].join() | slice,2,false,true,true,false
          try { new Uint8Array.prototype.slice() } catch (e) { return e.name } | TypeError
          """)
  void slicesAreThoseOfTheLanguage(String script, String expected) {
    assertThat(SANDBOX.eval(script)).isEqualTo(expected);
  }
}
