// structuredClone: section 2.7 of the HTML Standard, for the types there are here.
(function (core) {
  'use strict';
  const { bytesOf, load, withOwnMethods } = core;
  const { isObject, needed, dictionary, sequence } = load('idl');
  const { apply } = Reflect;
  const { toStringTag } = Symbol;
  const { getPrototypeOf, defineProperty, keys, hasOwn } = Object;
  // The engine's own touches no name of the web API.
  const { getOwnPropertyDescriptor } = core;
  const { toString: describe } = Object.prototype;
  const { isArray } = Array;
  const { isView } = ArrayBuffer;
  const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const NativeMap = Map;
  const NativeSet = Set;
  const NativeDate = Date;
  const NativeRegExp = RegExp;
  const NativeDataView = DataView;
  const NativeArray = Array;
  const typedArray = getPrototypeOf(Uint8Array.prototype);
  const accessor = (prototype, name) => getOwnPropertyDescriptor(prototype, name).get;
  const typeName = accessor(typedArray, Symbol.toStringTag);
  const { keys: indices } = typedArray;
  const dataLength = accessor(DataView.prototype, 'byteLength');
  const getTime = Date.prototype.getTime;
  const mapSize = accessor(Map.prototype, 'size');
  const setSize = accessor(Set.prototype, 'size');
  const regExpSource = accessor(RegExp.prototype, 'source');
  const regExpFlags = accessor(RegExp.prototype, 'flags');
  const bufferLength = accessor(ArrayBuffer.prototype, 'byteLength');
  const detached = accessor(ArrayBuffer.prototype, 'detached');
  const resizable = accessor(ArrayBuffer.prototype, 'resizable');
  const maxLength = accessor(ArrayBuffer.prototype, 'maxByteLength');
  const { slice, resize, transfer: take } = ArrayBuffer.prototype;
  const { set: setBytes } = typedArray;
  const NativeBuffer = ArrayBuffer;
  const NativeBytes = Uint8Array;
  const forEachMap = Map.prototype.forEach;
  const forEachSet = Set.prototype.forEach;
  const mapSetter = Map.prototype.set;
  const setAdder = Set.prototype.add;
  const TYPES = Object.create(null);
  for (const name of [
    'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array',
    'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array',
  ]) {
    if (globalThis[name] !== undefined) TYPES[name] = globalThis[name];
  }

  function refuse(what) {
    return new (load('events').DOMException)(`${what} cannot be cloned`, 'DataCloneError');
  }

  function is(getter, value) {
    try {
      apply(getter, value, []);
      return true;
    } catch {
      return false;
    }
  }

  function isError(value) {
    return typeof Error.isError === 'function' ? Error.isError(value) : value instanceof Error;
  }

  function clone(value, seen) {
    if (typeof value === 'symbol') throw refuse('a symbol');
    if (typeof value === 'function') throw refuse('a function');
    if (typeof value !== 'object' || value === null) return value;
    const before = seen.get(value);
    if (before !== undefined) return before;
    if (core.isProxy(value)) throw refuse('a proxy');
    const remember = (copy) => {
      seen.set(value, copy);
      return copy;
    };
    if (isArray(value)) return cloneProperties(value, remember(new NativeArray(value.length)), seen);
    if (!looksPlain(value)) {
      const special = cloneSpecial(value, seen, remember);
      if (special !== undefined) return special;
    }
    return cloneProperties(value, remember({}), seen);
  }

  /**
   * Whether an object is none of the special ones. That an object has no slots of a kind takes an exception to find
   * out, and one of those takes as long as the cloning of a hundred properties. So maps, sets, buffers and objects of
   * the web API that were given a prototype without a tag count as plain.
   */
  function looksPlain(value) {
    return !(toStringTag in value) && apply(describe, value, []) === '[object Object]';
  }

  /** Kinds of objects of the language: what they are instances of, what throws for others, and how one is copied. */
  const KINDS = [
    [NativeDate, getTime, (value, seen, remember) => remember(new NativeDate(apply(getTime, value, [])))],
    [NativeMap, mapSize, cloneMap],
    [NativeSet, setSize, cloneSet],
    [NativeBuffer, bufferLength, (value, seen, remember) => remember(cloneBuffer(value))],
    [NativeRegExp, regExpSource, cloneRegExp],
    ...[Boolean, Number, String, BigInt].map((type) => {
      const { valueOf } = type.prototype;
      return [type, valueOf, (value, seen, remember) => remember(Object(apply(valueOf, value, [])))];
    }),
  ];

  function cloneMap(value, seen, remember) {
    const copy = remember(new NativeMap());
    const entries = [];
    apply(forEachMap, value, [(item, key) => entries.push([key, item])]);
    for (let i = 0; i < entries.length; i++) apply(mapSetter, copy, [clone(entries[i][0], seen), clone(entries[i][1], seen)]);
    return copy;
  }

  function cloneSet(value, seen, remember) {
    const copy = remember(new NativeSet());
    const items = [];
    apply(forEachSet, value, [(item) => items.push(item)]);
    for (let i = 0; i < items.length; i++) apply(setAdder, copy, [clone(items[i], seen)]);
    return copy;
  }

  function cloneRegExp(value, seen, remember) {
    if (value === NativeRegExp.prototype) return undefined;
    return remember(new NativeRegExp(apply(regExpSource, value, []), apply(regExpFlags, value, [])));
  }

  function cloneSpecial(value, seen, remember) {
    if (isView(value)) return remember(cloneView(value, seen));
    if (isError(value)) return cloneError(value, seen, remember);
    for (let i = 0; i < KINDS.length; i++) {
      const [type, slot, copy] = KINDS[i];
      if (value instanceof type && is(slot, value)) return copy(value, seen, remember);
    }
    const cloner = core.cloners.find((one) => one.is(value));
    if (cloner !== undefined) return remember(cloner.clone(value));
    for (let i = 0; i < KINDS.length; i++) {
      const [, slot, copy] = KINDS[i];
      if (is(slot, value)) return copy(value, seen, remember);
    }
    refusePlatform(value);
    return undefined;
  }

  /** Objects of the web API that cannot be copied must not look like plain ones. */
  function refusePlatform(value) {
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
      throw refuse('a promise or a weak reference');
    }
    if (core.hasSlots(value)) throw refuse(`a ${value[Symbol.toStringTag] ?? 'platform object'}`);
    for (const name of core.names()) {
      const property = getOwnPropertyDescriptor(globalThis, name);
      if (property !== undefined && typeof property.value === 'function' && property.value.prototype !== undefined &&
          value instanceof property.value) {
        throw refuse(`a ${name}`);
      }
    }
  }

  function cloneBuffer(buffer) {
    if (apply(detached, buffer, [])) throw refuse('a detached buffer');
    if (!apply(resizable, buffer, [])) return apply(slice, buffer, [0]);
    const copy = new NativeBuffer(apply(bufferLength, buffer, []), { maxByteLength: apply(maxLength, buffer, []) });
    new Uint8Array(copy).set(new Uint8Array(buffer));
    return copy;
  }

  function cloneProperties(from, to, seen) {
    const names = keys(from);
    for (let i = 0; i < names.length; i++) {
      const key = names[i];
      if (hasOwn(from, key)) {
        defineProperty(to, key, { value: clone(from[key], seen), writable: true, enumerable: true, configurable: true });
      }
    }
    return to;
  }

  /** Whether the buffer of a view is long enough for it: elsewhere its length may be 0 as well. */
  function inBounds(view) {
    try {
      if (apply(typeName, view, []) === undefined) apply(dataLength, view, []);
      else apply(indices, view, []);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether a view is as long as its buffer, whatever becomes of that: seen when that is shorter for a moment. */
  function followsLength(view, [buffer, offset, length], size) {
    if (!apply(resizable, buffer, []) || length < size) return false;
    const whole = apply(bufferLength, buffer, []);
    if (offset + length <= whole - size) return false;
    const end = apply(slice, buffer, [whole - size]);
    apply(resize, buffer, [whole - size]);
    const follows = inBounds(view);
    apply(resize, buffer, [whole]);
    apply(setBytes, new NativeBytes(buffer), [new NativeBytes(end), whole - size]);
    return follows;
  }

  function cloneView(view, seen) {
    if (!inBounds(view)) throw refuse('a view of a buffer that is too short for it, or detached,');
    const range = bytesOf(view);
    const [buffer, offset, length] = range;
    const name = apply(typeName, view, []);
    const type = name === undefined ? NativeDataView : TYPES[name];
    const size = name === undefined ? 1 : type.BYTES_PER_ELEMENT;
    const follows = followsLength(view, range, size);
    const copied = clone(buffer, seen);
    return follows ? new type(copied, offset) : new type(copied, offset, length / size);
  }

  function cloneError(error, seen, remember) {
    const { DOMException } = load('events');
    if (error instanceof DOMException) {
      const copy = remember(new DOMException(error.message, error.name));
      define(copy, 'stack', `${error.stack}`);
      return copy;
    }
    const { name } = error;
    const type = hasOwn(ERRORS, `${name}`) ? ERRORS[`${name}`] : Error;
    const made = remember(new type());
    const message = getOwnPropertyDescriptor(error, 'message');
    if (message !== undefined && 'value' in message) define(made, 'message', `${message.value}`);
    define(made, 'stack', `${error.stack}`);
    if (hasOwn(error, 'cause')) define(made, 'cause', clone(error.cause, seen));
    return made;
  }

  function define(object, name, value) {
    defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
  }

  /** The copy of a value of which the items of {@code transfer} are moved, and the ports among them. */
  function transferred(value, transfer) {
    const seen = withOwnMethods(new Map());
    const ports = [];
    const { isPort, detach } = load('messaging');
    for (let i = 0; i < transfer.length; i++) {
      const item = transfer[i];
      const buffer = isObject(item) && is(bufferLength, item);
      if (!buffer && !isPort(item)) throw refuse('what cannot be transferred');
      if (buffer && apply(detached, item, [])) throw refuse('a detached buffer');
      if (seen.has(item)) throw refuse('an item listed twice');
      seen.set(item, undefined);
    }
    const buffers = [];
    for (let i = 0; i < transfer.length; i++) {
      if (isPort(transfer[i])) {
        const port = detach(transfer[i]);
        ports.push(port);
        seen.set(transfer[i], port);
      } else {
        buffers.push(transfer[i]);
      }
    }
    const copy = clone(value, seen);
    for (let i = 0; i < buffers.length; i++) apply(take, buffers[i], []);
    return { value: copy, ports };
  }

  function structuredClone(value, options = undefined) {
    needed('structuredClone', arguments.length, 1);
    const given = dictionary('structuredClone: options', options).transfer;
    if (given === undefined) return clone(value, withOwnMethods(new Map()));
    return transferred(value, sequence('transfer', given)).value;
  }

  return { structuredClone, transferred };
});
