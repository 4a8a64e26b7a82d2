// JSON.parse in the language itself, compiled with its callers, and the choice between it and the engine's, which reads
// character by character and adds property by property without what a compiler knows. Where a node parses few kinds of
// documents it is two to three times as quick as the engine's; where it parses many, no quicker (docs/benchmarks.md).
// What is no JSON is left to the engine's, and with it the words of the error; so is what is nested deeply.
//
// Objects that follow one another in a text mostly have the same keys in the same order. The first one leaves them
// behind, as a chain of members; in the next ones a key is compared with what is expected in its place, not made anew.
(function (core) {
  'use strict';
  const { host, withOwnMethods } = core;
  const { fromCharCode } = String;
  const { defineProperty } = Object;
  const everyObject = Object.prototype;
  const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
  /** So many decimal digits, and such a power of ten, are a double each, and so their quotient is rounded once. */
  const EXACT_DIGITS = 15;
  const MAX_DEPTH = 100;
  const MAX_KEYS = 512;
  const MAX_KEY_LENGTH = 64;
  const END = -1;
  const QUOTE = 0x22;
  const COMMA = 0x2c;
  const MINUS = 0x2d;
  const COLON = 0x3a;
  const BACKSLASH = 0x5c;
  const OPEN_BRACKET = 0x5b;
  const CLOSE_BRACKET = 0x5d;
  const OPEN_BRACE = 0x7b;
  const CLOSE_BRACE = 0x7d;
  const INVALID = { toString: () => 'no JSON, or not for this parser' };

  /** One string object for each key that is met often: objects find a property the sooner by it. */
  const keys = withOwnMethods(new Map());
  let keyCount = 0;

  // What is being read, the place in it, and how many objects and arrays are around that.
  let text = '';
  let length = 0;
  let at = 0;
  let depth = 0;

  /** A key of an object, whether it can be assigned, the one that came after it, and the first one of its value. */
  class Member {
    constructor(key) {
      this.key = key;
      this.plain = !(key in everyObject);
      this.after = null;
      this.inner = null;
    }
  }

  function code(place) {
    return place < length ? text.charCodeAt(place) : END;
  }

  const isDigit = (c) => c >= 0x30 && c <= 0x39;

  /** The first code that is no white space, from here. */
  function solid() {
    let c = code(at);
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = code(++at);
    return c;
  }

  /** The same, from the place after this one. */
  function next() {
    const c = code(++at);
    return c > 0x20 ? c : solid();
  }

  function value(c, expected) {
    if (c === QUOTE) return string();
    if (c === OPEN_BRACE) return object(expected);
    if (c === OPEN_BRACKET) return array(expected);
    if (c === MINUS || isDigit(c)) return number(c);
    if (text.startsWith('true', at)) return word(4, true);
    if (text.startsWith('false', at)) return word(5, false);
    if (text.startsWith('null', at)) return word(4, null);
    throw INVALID;
  }

  function word(size, meaning) {
    at += size;
    return meaning;
  }

  function object(expected) {
    if (++depth > MAX_DEPTH) throw INVALID;
    const out = {};
    let before = null;
    let likely = expected.inner;
    let c = next();
    while (c !== CLOSE_BRACE) {
      if (c !== QUOTE) throw INVALID;
      let member = likely;
      if (member !== null && isKey(member.key)) {
        at += member.key.length + 2;
      } else {
        member = new Member(known(string()));
        if (before === null) expected.inner = member;
        else before.after = member;
      }
      if (solid() !== COLON) throw INVALID;
      const item = value(next(), member);
      if (member.plain) out[member.key] = item;
      else defineProperty(out, member.key, { value: item, writable: true, enumerable: true, configurable: true });
      before = member;
      likely = member.after;
      c = afterItem(CLOSE_BRACE);
    }
    at++;
    depth--;
    return out;
  }

  function array(expected) {
    if (++depth > MAX_DEPTH) throw INVALID;
    const out = [];
    let size = 0;
    let c = next();
    while (c !== CLOSE_BRACKET) {
      out[size++] = value(c, expected);
      c = afterItem(CLOSE_BRACKET);
    }
    at++;
    depth--;
    return out;
  }

  /** What comes after an item: the end, or the first code of another one. */
  function afterItem(close) {
    const c = solid();
    if (c === close) return close;
    if (c !== COMMA) throw INVALID;
    const another = next();
    if (another === close) throw INVALID;
    return another;
  }

  /** Whether the string here is that key, written without escapes. */
  function isKey(key) {
    const from = at + 1;
    const size = key.length;
    if (code(from + size) !== QUOTE) return false;
    const all = text;
    for (let i = 0; i < size; i++) {
      if (all.charCodeAt(from + i) !== key.charCodeAt(i)) return false;
    }
    return true;
  }

  function known(key) {
    const same = keys.get(key);
    if (same !== undefined) return same;
    if (keyCount >= MAX_KEYS || key.length > MAX_KEY_LENGTH) return key;
    keyCount++;
    // A part of a string may hold the whole of it; a part of this one holds one character more.
    const own = `"${key}`.slice(1);
    keys.set(own, own);
    return own;
  }

  function string() {
    const all = text;
    const end = length;
    const from = at + 1;
    let i = from;
    let c = i < end ? all.charCodeAt(i) : END;
    while (c >= 0x20 && c !== QUOTE && c !== BACKSLASH) c = ++i < end ? all.charCodeAt(i) : END;
    if (c !== QUOTE) return withEscapes(from, i);
    at = i + 1;
    return all.substring(from, i);
  }

  function withEscapes(from, first) {
    let out = '';
    let start = from;
    at = first;
    for (;;) {
      let c = code(at);
      while (c >= 0x20 && c !== QUOTE && c !== BACKSLASH) c = code(++at);
      out += text.substring(start, at++);
      if (c === QUOTE) return out;
      if (c !== BACKSLASH) throw INVALID;
      out += escaped(code(at++));
      start = at;
    }
  }

  function escaped(c) {
    switch (c) {
      case QUOTE: return '"';
      case BACKSLASH: return '\\';
      case 0x2f: return '/';
      case 0x62: return '\b';
      case 0x66: return '\f';
      case 0x6e: return '\n';
      case 0x72: return '\r';
      case 0x74: return '\t';
      case 0x75: return fromCharCode((hex() << 12) | (hex() << 8) | (hex() << 4) | hex());
      default: throw INVALID;
    }
  }

  function hex() {
    const c = code(at++);
    if (isDigit(c)) return c - 0x30;
    const lower = c | 0x20;
    if (lower >= 0x61 && lower <= 0x66) return lower - 0x57;
    throw INVALID;
  }

  function number(first) {
    const all = text;
    const end = length;
    const start = at;
    let i = first === MINUS ? start + 1 : start;
    const from = i;
    let c = i < end ? all.charCodeAt(i) : END;
    const leading = c;
    let digits = 0;
    while (isDigit(c)) {
      digits = digits * 10 + (c - 0x30);
      c = ++i < end ? all.charCodeAt(i) : END;
    }
    let count = i - from;
    if (count === 0 || (leading === 0x30 && count > 1)) throw INVALID;
    let places = 0;
    if (c === 0x2e) {
      const point = i;
      c = ++i < end ? all.charCodeAt(i) : END;
      while (isDigit(c)) {
        digits = digits * 10 + (c - 0x30);
        c = ++i < end ? all.charCodeAt(i) : END;
      }
      places = i - point - 1;
      if (places === 0) throw INVALID;
      count += places;
    }
    at = i;
    if (c === 0x65 || c === 0x45) return withExponent(start);
    if (count > EXACT_DIGITS) return +all.substring(start, i);
    if (places > 0) digits /= POWERS[places];
    return first === MINUS ? -digits : digits;
  }

  function withExponent(start) {
    let c = code(++at);
    if (c === 0x2b || c === MINUS) c = code(++at);
    if (!isDigit(c)) throw INVALID;
    while (isDigit(c)) c = code(++at);
    return +text.substring(start, at);
  }

  function whole(given) {
    text = given;
    length = given.length;
    at = -1;
    depth = 0;
    const out = value(next(), { inner: null });
    if (solid() !== END) throw INVALID;
    return out;
  }

  /** What a string says as JSON, with the engine's own parser for the rest. */
  const parser = (engines) => (given) => {
    try {
      return whole(given);
    } catch (error) {
      if (error !== INVALID) throw error;
      return engines(given);
    } finally {
      text = '';
    }
  };

  // ---- which one

  /** Every so many calls one is measured: at first by turns, later one in so many of them is of the slower parser. */
  const MEASURED = 8;
  const FIRST = 64;
  const OTHER = 8;
  /** Before it is compiled it takes ten times as long: it begins with texts of so many characters. */
  const COLD_TEXT = 16 * 1024;

  /** An estimate that follows what is less at once, and what is more slowly: a processor may have been away. */
  function blended(before, took) {
    if (before === 0) return took;
    return took < before ? (before + took) / 2 : before + (Math.min(took, before * 2) - before) / 8;
  }

  /** The parser that took less for a character lately: the engine's, or the other one. */
  function quicker(engines) {
    const own = parser(engines);
    let calls = 0;
    let ownRead = 0;
    let ownNanos = 0;
    let enginesNanos = 0;
    let isOwn = false;

    function measured(turn, given) {
      const size = given.length;
      const wanted = turn < FIRST ? turn % 2 === 0 : (turn % OTHER === 0) !== isOwn;
      const byOwn = wanted && (size <= COLD_TEXT || size <= ownRead / 4);
      const start = host.nanos();
      const out = byOwn ? own(given) : engines(given);
      const took = (host.nanos() - start) / size;
      if (byOwn) {
        ownRead += size;
        ownNanos = blended(ownNanos, took);
      } else {
        enginesNanos = blended(enginesNanos, took);
      }
      isOwn = ownNanos > 0 && ownNanos < enginesNanos;
      return out;
    }

    return (given) => {
      const call = calls++;
      if (call % MEASURED === 0) return measured(call / MEASURED, given);
      return isOwn ? own(given) : engines(given);
    };
  }

  return { parser, quicker };
});
