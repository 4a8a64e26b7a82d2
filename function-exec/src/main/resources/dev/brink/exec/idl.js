// What Web IDL asks of every interface: property attributes, class strings, conversions, iterators.
(function (core) {
  'use strict';
  const { slots } = core;
  const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
  const { apply, ownKeys } = Reflect;
  const { iterator: ITERATOR, toStringTag: TAG } = Symbol;
  const { propertyIsEnumerable: isEnumerable } = Object.prototype;
  const BEYOND_ONE_BYTE = /[^\0-\xff]/;
  const { isNaN, isFinite } = Number;
  const { trunc, floor, pow } = Math;
  const wellFormed = String.prototype.toWellFormed;
  const IteratorPrototype = getPrototypeOf(getPrototypeOf([][ITERATOR]()));

  function isObject(value) {
    return (typeof value === 'object' && value !== null) || typeof value === 'function';
  }

  const NONE = { __proto__: null };
  /** What every function has. */
  const OF_FUNCTIONS = { __proto__: null, length: true, name: true, prototype: true };

  function enumerate(holder, own) {
    const keys = ownKeys(holder);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (typeof key === 'string' && key !== 'constructor' && own[key] === undefined) {
        const property = getOwnPropertyDescriptor(holder, key);
        if (!property.enumerable && property.configurable) {
          property.enumerable = true;
          defineProperty(holder, key, property);
        }
      }
    }
  }

  /** Gives a class the property attributes of an interface called {@code name}. */
  function expose(type, name = type.name) {
    enumerate(type.prototype, NONE);
    enumerate(type, OF_FUNCTIONS);
    tag(type.prototype, name);
    return type;
  }

  function tag(prototype, name) {
    defineProperty(prototype, TAG, { value: name, writable: false, enumerable: false, configurable: true });
  }

  /** Constants of an interface, on it and on its prototype. */
  function constants(type, values) {
    for (const name in values) {
      const property = { value: values[name], writable: false, enumerable: true, configurable: false };
      defineProperty(type, name, property);
      defineProperty(type.prototype, name, property);
    }
  }

  /** Another name for a method, such as {@code Symbol.iterator} for {@code entries}. */
  function alias(type, key, method) {
    defineProperty(type.prototype, key, {
      value: type.prototype[method], writable: true, enumerable: false, configurable: true,
    });
  }

  /**
   * Adds {@code entries}, {@code keys}, {@code values}, {@code forEach} and the iterator;
   * {@code pairAt(object, index)} is a pair, or undefined past the last, and throws for a stranger.
   */
  function pairIterable(type, name, pairAt) {
    const $PairIterator = slots(`${name} Iterator`);

    class PairIterator {
      [$PairIterator] = { target: undefined, kind: undefined, index: 0 };

      constructor(target, kind) {
        this[$PairIterator].target = target;
        this[$PairIterator].kind = kind;
      }
      next() {
        if (!isObject(this) || !($PairIterator in this)) throw new TypeError(`${name} Iterator: next called on something else`);
        const pair = pairAt(this[$PairIterator].target, this[$PairIterator].index);
        if (pair === undefined) return { value: undefined, done: true };
        this[$PairIterator].index++;
        return { value: this[$PairIterator].kind === 2 ? [pair[0], pair[1]] : pair[this[$PairIterator].kind], done: false };
      }
    }
    delete PairIterator.prototype.constructor;
    setPrototypeOf(PairIterator.prototype, IteratorPrototype);
    expose(PairIterator, `${name} Iterator`);
    const iterate = (target, kind) => {
      pairAt(target, 0);
      return new PairIterator(target, kind);
    };
    const added = {
      entries() {
        return iterate(this, 2);
      },
      forEach(callback, thisArg = undefined) {
        pairAt(this, 0);
        if (typeof callback !== 'function') throw new TypeError('forEach: the callback is not a function');
        let pair;
        for (let i = 0; (pair = pairAt(this, i)) !== undefined; i++) apply(callback, thisArg, [pair[1], pair[0], this]);
      },
      keys() {
        return iterate(this, 0);
      },
      values() {
        return iterate(this, 1);
      },
    };
    for (const key in added) {
      defineProperty(type.prototype, key, { value: added[key], writable: true, enumerable: true, configurable: true });
    }
    alias(type, ITERATOR, 'entries');
  }

  // ---- conversions

  /** Throws unless there are as many arguments as the operation needs. */
  function needed(where, given, count) {
    if (given < count) throw new TypeError(`${where}: ${count} argument${count === 1 ? '' : 's'} needed, but ${given} given`);
  }

  /** A USVString. */
  function usv(value) {
    return apply(wellFormed, `${value}`, []);
  }

  /** A ByteString. */
  function byteString(value) {
    const text = `${value}`;
    if (BEYOND_ONE_BYTE.test(text)) throw new TypeError(`${JSON.stringify(text)} has characters beyond one byte`);
    return text;
  }

  /** An integer type of so many bits, as Web IDL converts it; wraps around unless told to enforce or clamp. */
  function integer(value, bits, signed, how) {
    let number = +value;
    const limit = bits === 64 ? 2 ** 53 : pow(2, signed ? bits - 1 : bits);
    const low = signed ? (bits === 64 ? 1 - limit : -limit) : 0;
    const high = limit - 1;
    if (how === 'enforce') {
      if (!isFinite(number)) throw new TypeError(`${value} is not a number from ${low} to ${high}`);
      number = trunc(number);
      if (number < low || number > high) throw new TypeError(`${value} is not a number from ${low} to ${high}`);
      return number + 0;
    }
    if (how === 'clamp') {
      if (isNaN(number)) return 0;
      number = number < low ? low : number > high ? high : number;
      const down = floor(number);
      const rest = number - down;
      return (rest < 0.5 ? down : rest > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1) + 0;
    }
    if (!isFinite(number)) return 0;
    number = trunc(number);
    const modulus = pow(2, bits);
    number -= floor(number / modulus) * modulus;
    return (signed && number >= modulus / 2 ? number - modulus : number) + 0;
  }

  /** An object to read a dictionary's members from; undefined and null are empty ones. */
  function dictionary(where, value) {
    if (value === undefined || value === null) return {};
    if (!isObject(value)) throw new TypeError(`${where} is not an object`);
    return value;
  }

  /** A sequence, as an array. {@code method} is its iterator's, where that has been read already. */
  function sequence(where, value, method = isObject(value) ? value[ITERATOR] : undefined) {
    if (typeof method !== 'function') throw new TypeError(`${where} is not iterable`);
    const items = [];
    const iterator = apply(method, value, []);
    if (!isObject(iterator)) throw new TypeError(`${where} is not iterable`);
    const { next } = iterator;
    for (;;) {
      const step = apply(next, iterator, []);
      if (!isObject(step)) throw new TypeError(`${where}: the iterator’s result is not an object`);
      if (step.done) return items;
      items[items.length] = step.value;
    }
  }

  /** A record, as its names and values in turn, each converted. */
  function record(value, converted) {
    const items = [];
    const keys = ownKeys(value);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (!apply(isEnumerable, value, [key])) continue;
      const name = converted(key);
      items[items.length] = name;
      items[items.length] = converted(value[key]);
    }
    return items;
  }

  /** One of an enumeration’s values. */
  function oneOf(where, value, allowed) {
    const text = `${value}`;
    for (let i = 0; i < allowed.length; i++) if (allowed[i] === text) return text;
    throw new TypeError(`${where}: ${text} (expected: ${allowed.join(', ')})`);
  }

  function illegal() {
    return new TypeError('Illegal constructor');
  }

  function domException(message, name) {
    return new (core.load('events').DOMException)(message, name);
  }

  // ---- promises that a guest's changes of Promise.prototype do not reach

  const NativePromise = Promise;
  const { then } = NativePromise.prototype;
  const ignore = () => undefined;
  /** A promise that no guest has: to react to, in the place of a new one. */
  const SETTLED = NativePromise.resolve();

  function react(promise, onFulfilled, onRejected) {
    return apply(then, promise, [onFulfilled, onRejected]);
  }

  function resolvedWith(value) {
    return new NativePromise((resolve) => resolve(value));
  }

  function rejectedWith(reason) {
    return new NativePromise((resolve, reject) => reject(reason));
  }

  function deferred() {
    const made = { promise: undefined, resolve: undefined, reject: undefined };
    made.promise = new NativePromise((resolve, reject) => {
      made.resolve = resolve;
      made.reject = reject;
    });
    return made;
  }

  function handled(promise) {
    apply(then, promise, [undefined, ignore]);
    return promise;
  }

  return {
    expose, tag, constants, alias, pairIterable, isObject, needed, usv, byteString, integer, dictionary, sequence, record,
    oneOf, illegal, domException, react, resolvedWith, rejectedWith, deferred, handled, ignore,
    SETTLED,
  };
});
