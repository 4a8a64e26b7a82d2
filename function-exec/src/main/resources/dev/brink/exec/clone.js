// structuredClone: section 2.7 of the HTML Standard, for the types there are here.
(function (core) {
  'use strict';
  const { bytesOf } = core;
  const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const WRAPPED = [
    [Boolean, Boolean.prototype.valueOf],
    [Number, Number.prototype.valueOf],
    [String, String.prototype.valueOf],
    [BigInt, BigInt.prototype.valueOf],
  ];
  const getTime = Date.prototype.getTime;
  const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;
  const setSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size').get;
  const regExpSource = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source').get;
  const regExpFlags = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags').get;
  const bufferLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;

  function refuse(what) {
    return new (core.load('events').DOMException)(`${what} cannot be cloned`, 'DataCloneError');
  }

  function is(getter, value) {
    try {
      Reflect.apply(getter, value, []);
      return true;
    } catch {
      return false;
    }
  }

  function clone(value, seen) {
    if (typeof value === 'symbol') throw refuse('a symbol');
    if (typeof value === 'function') throw refuse('a function');
    if (typeof value !== 'object' || value === null) return value;
    const before = seen.get(value);
    if (before !== undefined) return before;
    const remember = (copy) => {
      seen.set(value, copy);
      return copy;
    };
    for (const [type, valueOf] of WRAPPED) {
      if (is(valueOf, value)) return remember(Object(Reflect.apply(valueOf, value, [])));
    }
    if (is(getTime, value)) return remember(new Date(Reflect.apply(getTime, value, [])));
    if (value instanceof RegExp) {
      return remember(new RegExp(Reflect.apply(regExpSource, value, []), Reflect.apply(regExpFlags, value, [])));
    }
    if (is(bufferLength, value)) return remember(value.slice(0));
    if (ArrayBuffer.isView(value)) return remember(cloneView(value, seen));
    if (is(mapSize, value)) {
      const copy = remember(new Map());
      for (const [key, item] of [...Map.prototype.entries.call(value)]) copy.set(clone(key, seen), clone(item, seen));
      return copy;
    }
    if (is(setSize, value)) {
      const copy = remember(new Set());
      for (const item of [...Set.prototype.values.call(value)]) copy.add(clone(item, seen));
      return copy;
    }
    if (value instanceof Error) return cloneError(value, seen, remember);
    if (Array.isArray(value)) {
      const copy = remember(new Array(value.length));
      return cloneProperties(value, copy, seen);
    }
    if (isPlatformObject(value)) throw refuse(`a ${value[Symbol.toStringTag] ?? 'platform object'}`);
    return cloneProperties(value, remember({}), seen);
  }

  /** Promises, weak collections, and the classes of the web API. */
  function isPlatformObject(value) {
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) return true;
    for (const name of ['Headers', 'Request', 'Response', 'ReadableStream', 'WritableStream', 'TransformStream', 'URL', 'URLSearchParams', 'EventTarget', 'Event', 'CryptoKey']) {
      const property = Object.getOwnPropertyDescriptor(globalThis, name);
      if (property !== undefined && typeof property.value === 'function' && value instanceof property.value) return true;
    }
    return false;
  }

  function cloneProperties(from, to, seen) {
    for (const key of Object.keys(from)) {
      if (Object.hasOwn(from, key)) {
        Object.defineProperty(to, key, {
          value: clone(from[key], seen), writable: true, enumerable: true, configurable: true,
        });
      }
    }
    return to;
  }

  function cloneView(view, seen) {
    const [buffer, offset, length] = bytesOf(view);
    const copied = clone(buffer, seen);
    if (view instanceof DataView) return new DataView(copied, offset, length);
    const type = globalThis[view[Symbol.toStringTag]];
    return new type(copied, offset, length / type.BYTES_PER_ELEMENT);
  }

  function cloneError(error, seen, remember) {
    const { DOMException } = core.load('events');
    if (error instanceof DOMException) return remember(new DOMException(error.message, error.name));
    const type = ERRORS[error.name] ?? Error;
    const made = remember(new type());
    const message = Object.getOwnPropertyDescriptor(error, 'message');
    if (message !== undefined && 'value' in message) define(made, 'message', String(message.value));
    define(made, 'stack', String(error.stack));
    if (Object.hasOwn(error, 'cause')) define(made, 'cause', clone(error.cause, seen));
    return made;
  }

  function define(object, name, value) {
    Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
  }

  function structuredClone(value, options) {
    if (arguments.length === 0) throw new TypeError('structuredClone: 1 argument needed');
    const seen = new Map();
    const transfer = [...(options?.transfer ?? [])];
    for (const buffer of transfer) {
      if (!is(bufferLength, buffer)) throw refuse('what is not an ArrayBuffer, for transfer,');
      if (buffer.detached) throw refuse('a detached buffer');
      if (seen.has(buffer)) throw refuse('a buffer, twice,');
      seen.set(buffer, undefined);
    }
    seen.clear();
    const copy = clone(value, seen);
    for (const buffer of transfer) buffer.transfer();
    return copy;
  }

  return { structuredClone };
});
