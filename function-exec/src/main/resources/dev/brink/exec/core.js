// The first script of every context: globals that install themselves when first touched (their names
// are in WebGlobals.java), the way in for invocations, and operations that the host settles later.
(function (host, ops, bodies, bindings, installNames) {
  'use strict';
  const { defineProperty } = Object;
  const { apply } = Reflect;
  const then = Promise.prototype.then;
  const typedArray = Object.getPrototypeOf(Uint8Array).prototype;
  const getter = (of, name) => Object.getOwnPropertyDescriptor(of, name).get;
  const viewBuffer = getter(typedArray, 'buffer');
  const viewOffset = getter(typedArray, 'byteOffset');
  const viewLength = getter(typedArray, 'byteLength');
  const { set: setBytes } = typedArray;
  const dataBuffer = getter(DataView.prototype, 'buffer');
  const dataOffset = getter(DataView.prototype, 'byteOffset');
  const dataLength = getter(DataView.prototype, 'byteLength');
  const bufferLength = getter(ArrayBuffer.prototype, 'byteLength');
  const { isView } = ArrayBuffer;
  const newSymbol = Symbol;
  const { for: sameForAll } = Symbol;
  const { Uint8Array: Bytes } = globalThis;

  // Ends of operations: the numbers of Guest.java.
  const RESOLVED = 0;
  const TYPE_ERROR = 1;
  const RANGE_ERROR = 2;
  const ABORTED = 3;
  const DROPPED = 4;
  const FAILED = 5;

  // What reading a body gives in the place of bytes: the numbers of BodiesPort.java.
  const LATER = -1;
  const UNREADABLE = -2;

  /** Properties of the global object that are not classes or functions: enumerable, with a setter. */
  const HANDLERS = ['error', 'unhandledrejection', 'rejectionhandled'];

  const OwnMap = Map;
  const pending = withOwnMethods(new OwnMap());
  const loaded = Object.create(null);
  /** The keys of slots: what lists a guest's keys leaves them out. */
  const internal = Object.create(null);
  let lastOp = 0;
  let invoke;
  let tick;
  let requests;
  let responses;

  /** A map that keeps working when the guest changes {@code Map.prototype}. */
  function withOwnMethods(map) {
    map.get = Map.prototype.get;
    map.set = Map.prototype.set;
    map.delete = Map.prototype.delete;
    map.has = Map.prototype.has;
    return map;
  }

  /**
   * The key under which objects of a class hold their internal slots. It is registered, so that it
   * is the same in all contexts: they share their code, and private names, which are new in each,
   * take hundreds of nanoseconds to look up once there are more than a few of them.
   */
  function slots(type) {
    const key = sameForAll(`brink.${type}`);
    internal[key] = true;
    return key;
  }

  const { getOwnPropertySymbols: symbolsOf } = Object;

  /** Whether it is an object of the web API. */
  function hasSlots(object) {
    const symbols = symbolsOf(object);
    for (let i = 0; i < symbols.length; i++) if (internal[symbols[i]] !== undefined) return true;
    return false;
  }

  let unsealed;

  /** What a slot has in the place of an object of the host: whoever gets at the slot can do nothing with it. */
  function sealed(value) {
    return () => {
      unsealed = value;
    };
  }

  function unseal(box) {
    unsealed = undefined;
    box();
    const value = unsealed;
    unsealed = undefined;
    return value;
  }

  /** A piece of the web API, evaluated by the host: so its code does not become part of compiled callers. */
  function load(piece) {
    return (loaded[piece] ??= host.piece(piece, core));
  }

  function failure(how, message) {
    if (how === RANGE_ERROR) return new RangeError(message);
    if (how === ABORTED) return new (load('events').DOMException)(message ?? 'aborted', 'AbortError');
    return new TypeError(message);
  }

  /** Registers {@code done(how, payload, detail)} under a new number; it is called in the asynchronous context of now. */
  function register(done) {
    const { asynclocal } = loaded;
    pending.set(++lastOp, asynclocal === undefined ? done : asynclocal.bound(done));
    return lastOp;
  }

  /** The asynchronous context, where there may be one; else null. */
  function contextNow() {
    const { asynclocal } = loaded;
    return asynclocal === undefined ? null : asynclocal.now();
  }

  function unregister(id) {
    pending.delete(id);
  }

  /** What {@code read(id)} gives of a body, converted; a promise for it where it has not come yet. */
  function nowOrLater(read, convert) {
    const id = ++lastOp;
    const now = read(id);
    if (now === UNREADABLE) throw new TypeError(bodies.error());
    if (now !== LATER) return convert(now);
    return new Promise((resolve, reject) => {
      pending.set(id, (how, payload) => {
        if (how === RESOLVED) resolve(convert(payload));
        else if (how !== DROPPED) reject(failure(how, payload));
      });
    });
  }

  function settle(id, how, payload, detail) {
    const done = pending.get(id);
    if (done !== undefined) {
      pending.delete(id);
      done(how, payload, detail);
    }
  }

  /** [buffer, offset, length] of a buffer or view; undefined for anything else. */
  function bytesOf(value) {
    if (isView(value)) {
      if (value instanceof DataView) {
        return [apply(dataBuffer, value, []), apply(dataOffset, value, []), apply(dataLength, value, [])];
      }
      return [apply(viewBuffer, value, []), apply(viewOffset, value, []), apply(viewLength, value, [])];
    }
    try {
      return [value, 0, apply(bufferLength, value, [])];
    } catch {
      return undefined;
    }
  }

  /** One array with the bytes of all these arrays, which no guest has; a single one is that itself. */
  function joined(pieces) {
    if (pieces.length === 1) return pieces[0];
    let length = 0;
    for (let i = 0; i < pieces.length; i++) length += apply(viewLength, pieces[i], []);
    const whole = new Bytes(length);
    let at = 0;
    for (let i = 0; i < pieces.length; i++) {
      apply(setBytes, whole, [pieces[i], at]);
      at += apply(viewLength, pieces[i], []);
    }
    return whole;
  }

  const $ExecutionContext = slots('ExecutionContext');

  class ExecutionContext {
    /** A tick's counts what it waits for, until it is over: a rejection fails it. */
    [$ExecutionContext] = { run: undefined, waits: undefined };

    constructor(run, waits) {
      this[$ExecutionContext].run = run;
      this[$ExecutionContext].waits = waits;
    }
    waitUntil(promise) {
      const { run: box, waits } = this[$ExecutionContext];
      const run = unseal(box);
      if (!run.waits()) throw new RangeError('waitUntil: too many promises at once');
      const given = Promise.resolve(promise);
      const told = waits !== undefined && !waits.over;
      if (told) waits.begun();
      apply(then, given, [
        () => {
          if (told) waits.ended();
          run.waited();
        },
        (error) => {
          if (told) waits.failed(error);
          else host.print(3, `waitUntil: ${shown(error)}`);
          run.waited();
        },
      ]);
    }
    passThroughOnException() {
      unseal(this[$ExecutionContext].run).passThrough();
    }
  }

  // With what caused it and what it is made of: the reason is often there alone.
  function shown(error, depth = 0) {
    try {
      if (!(error instanceof Error)) return String(error);
      let text = String(error.stack || error);
      if (depth < 3) {
        if (error.cause !== undefined) text += `\n  [cause]: ${shown(error.cause, depth + 1)}`;
        const parts = error instanceof AggregateError ? error.errors : [];
        for (let i = 0; i < parts.length && i < 8; i++) text += `\n  [error]: ${shown(parts[i], depth + 1)}`;
      }
      return text;
    } catch {
      return 'an error that cannot be shown';
    }
  }

  const env = {};
  for (let i = 0; i < host.variableCount(); i++) {
    env[host.variableName(i)] = host.variableValue(i);
  }
  for (let i = 0; i < host.serviceCount(); i++) {
    const name = host.serviceName(i);
    env[name] = { fetch: (input, init) => load('fetch').fetchThrough(name, input, init) };
  }
  for (let i = 0; i < bindings.count(); i++) {
    installLazily(env, bindings.name(i), true, () => load('binding').bound(i));
  }

  /** Takes the handlers from the main module's default export, its named exports or its listeners. */
  function bind(main) {
    const exported = main.default ?? main;
    const listens = (type) => loaded.events !== undefined && loaded.events.listens(globalThis, type);
    if (typeof exported.fetch === 'function') {
      invoke = (request, bound, context) => exported.fetch(request, bound, context);
    } else if (listens('fetch')) {
      invoke = load('service').handle;
    }
    if (typeof exported.scheduled === 'function') {
      tick = (event, bound, context) => exported.scheduled(event, bound, context);
    } else if (listens('scheduled')) {
      tick = load('service').tick;
    }
    return invoke === undefined && tick === undefined
      ? 'the main module has no fetch handler (expected: export default { fetch(request, env, ctx) { … } })'
      : null;
  }

  function dispatch(run, method, url, normal, hasBody) {
    if (invoke === undefined) {
      run.unhandled('fetch');
      return;
    }
    requests ??= load('requests');
    responses ??= load('responses');
    const { send } = responses;
    const box = sealed(run);
    const result = invoke(requests.incoming(box, method, url, normal, hasBody), env, new ExecutionContext(box, undefined));
    if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
      apply(then, result instanceof Promise ? result : Promise.resolve(result), [
        (response) => send(run, response),
        (error) => run.rejected(error, shown(error)),
      ]);
    } else {
      send(run, result);
    }
  }

  async function schedule(run, time, cron) {
    if (tick === undefined) {
      run.unhandled('scheduled');
      return;
    }
    try {
      const service = load('service');
      const waits = new service.Waits();
      await service.schedule(tick, env, new ExecutionContext(sealed(run), waits), waits, time, cron);
      run.empty(204, '', '');
    } catch (error) {
      run.rejected(error, shown(error));
    }
  }

  function pull(writer, more) {
    load('bodies').pull(writer, more);
  }

  function stop(writer) {
    load('bodies').stop(writer);
  }

  function socket(number, kind, payload, code, error) {
    loaded.websocket.heard(number, kind, payload, code, error);
  }

  const core = {
    host,
    ops,
    bodies,
    bindings,
    load,
    slots,
    hasSlots,
    sealed,
    unseal,
    nowOrLater,
    register,
    contextNow,
    unregister,
    bytesOf,
    joined,
    isView,
    failure,
    shown,
    withOwnMethods,
    Bytes,
    Decoder: globalThis.TextDecoder,
    Encoder: globalThis.TextEncoder,
    /** The engine's own. */
    WebAssembly: globalThis.WebAssembly,
    Proxy: globalThis.Proxy,
    getOwnPropertyDescriptor: Object.getOwnPropertyDescriptor,
    RESOLVED,
    TYPE_ERROR,
    ABORTED,
    DROPPED,
    FAILED,
    LATER,
    UNREADABLE,
    AsyncContext: globalThis.AsyncContext,
    /** What structuredClone can copy of the web API: { is, clone }. */
    cloners: [],
    /** Whether it is a Proxy that the guest has made. */
    isProxy: (value) => loaded.proxies !== undefined && loaded.proxies.isProxy(value),
    /** Names of the web API. */
    names: () => names(),
    /** Whether the function listens for errors that nobody caught, and was told of this one. */
    reported: (error) => loaded.events !== undefined && loaded.events.reported(error),
  };
  delete globalThis.AsyncContext;
  globalThis.Graal.setUnhandledPromiseRejectionHandler((reason, promise) => {
    if (loaded.events === undefined || !loaded.events.rejected(promise, reason)) {
      host.print(3, `unhandled rejection: ${shown(reason)}`);
    }
  });
  delete globalThis.Graal;

  function install(on, name, enumerable, value) {
    defineProperty(on, name, { value, writable: true, enumerable, configurable: true });
  }

  /** A name of the web API, from now on an ordinary property. */
  function touched(piece, name) {
    const value = load(piece)[name];
    install(globalThis, name, false, value);
    return value;
  }

  /** A property that is made when it is first touched. Returns its getter. */
  function installLazily(on, name, enumerable, make) {
    const lazily = {
      enumerable,
      configurable: true,
      get() {
        const value = make();
        install(on, name, enumerable, value);
        return value;
      },
      set(value) {
        install(on, name, enumerable, value);
      },
    };
    defineProperty(on, name, lazily);
    return lazily.get;
  }

  /** Has who asks what a name of the web API is as a property be told what it is once it was touched. */
  function describeAsTouched() {
    const global = globalThis;
    const { getOwnPropertyDescriptor: describe } = Object;
    const { getOwnPropertyDescriptor: reflect } = Reflect;
    const { getOwnPropertyDescriptors: describeAll } = Object;
    const touch = (key) => {
      const { get } = describe(global, key) ?? {};
      if (get !== undefined && (get === lazyAssembly || isLazy(key, get))) get();
    };
    const own = {
      getOwnPropertyDescriptor(object, key) {
        if (object === global && typeof key === 'string') touch(key);
        return describe(object, key);
      },
      getOwnPropertyDescriptors(object) {
        if (object === global) {
          const all = names();
          for (let i = 0; i < all.length; i++) touch(all[i]);
          touch('WebAssembly');
        }
        return describeAll(object);
      },
    };
    const { getOwnPropertyDescriptor } = {
      getOwnPropertyDescriptor(target, key) {
        if (target === global && typeof key === 'string') touch(key);
        return reflect(target, key);
      },
    };
    install(Object, 'getOwnPropertyDescriptor', false, own.getOwnPropertyDescriptor);
    install(Object, 'getOwnPropertyDescriptors', false, own.getOwnPropertyDescriptors);
    install(Reflect, 'getOwnPropertyDescriptor', false, getOwnPropertyDescriptor);
  }

  /** A map as {@code pending}, also when the guest has changed {@code Map.prototype} meanwhile. */
  function likePending() {
    const map = new OwnMap();
    map.get = pending.get;
    map.set = pending.set;
    return map;
  }

  /**
   * Gives the context a registry of symbols of its own. The engine's is one for all contexts and keeps what it has
   * been given until the process ends.
   */
  function ownSymbolRegistry() {
    // Symbols by their keys and keys by their symbols; made when first needed.
    let registered;
    const own = {
      for(key) {
        const name = `${key}`;
        registered ??= likePending();
        let symbol = registered.get(name);
        if (symbol === undefined) {
          symbol = newSymbol(name);
          registered.set(name, symbol);
          registered.set(symbol, name);
        }
        return symbol;
      },
      keyFor(symbol) {
        if (typeof symbol !== 'symbol') throw new TypeError('Symbol.keyFor: not a symbol');
        return registered === undefined ? undefined : registered.get(symbol);
      },
    };
    install(Symbol, 'for', false, own.for);
    install(Symbol, 'keyFor', false, own.keyFor);
    return own;
  }

  /**
   * Lets typed arrays be sliced in one copy: the engine's own way is element by element, some fifty
   * times slower. Anything but a plain array of the language, with plain bounds, is left to that.
   */
  function copyInOnePiece() {
    const { slice: own, subarray } = typedArray;
    const kind = getter(typedArray, Symbol.toStringTag);
    const { species } = Symbol;
    // Looked up when first needed: in a context that slices nothing it is a good part of what that costs to make.
    // A constructor that a guest has put in the place of one gets the view to copy, as any subclass would take it.
    let kinds;
    const known = (name) => {
      const {
        Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
        Float64Array, BigInt64Array, BigUint64Array,
      } = globalThis;
      kinds = {
        __proto__: null, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
        Float32Array, Float64Array, BigInt64Array, BigUint64Array,
      };
      return kinds[name];
    };
    const plain = (bound) => bound === undefined || typeof bound === 'number';
    const { slice } = {
      slice(start, end) {
        const name = apply(kind, this, []);
        const Kind = name === undefined ? undefined : kinds === undefined ? known(name) : kinds[name];
        if (Kind !== undefined && plain(start) && plain(end) && this.constructor === Kind && Kind[species] === Kind) {
          const view = apply(subarray, this, [start === undefined ? 0 : start, end]);
          if (apply(kind, view, []) === name) {
            return new Kind(view);
          }
        }
        return apply(own, this, [start, end]);
      },
    };
    install(typedArray, 'slice', false, slice);
  }

  /** Has what lists the keys of objects leave out those of slots. */
  function hideSlots() {
    const { getOwnPropertyDescriptors: descriptors } = Object;
    const { ownKeys: keys } = Reflect;
    const without = (list) => {
      let left = 0;
      for (let i = 0; i < list.length; i++) {
        const key = list[i];
        if (typeof key !== 'symbol' || internal[key] === undefined) {
          if (left < i) list[left] = key;
          left++;
        }
      }
      if (left < list.length) list.length = left;
      return list;
    };
    const { getOwnPropertySymbols, getOwnPropertyDescriptors, ownKeys } = {
      getOwnPropertySymbols(object) {
        return without(symbolsOf(object));
      },
      getOwnPropertyDescriptors(object) {
        const found = descriptors(object);
        const all = symbolsOf(found);
        for (let i = 0; i < all.length; i++) if (internal[all[i]] !== undefined) delete found[all[i]];
        return found;
      },
      ownKeys(target) {
        return without(keys(target));
      },
    };
    install(Object, 'getOwnPropertySymbols', false, getOwnPropertySymbols);
    install(Object, 'getOwnPropertyDescriptors', false, getOwnPropertyDescriptors);
    install(Reflect, 'ownKeys', false, ownKeys);
  }

  /** Has JSON read and written by the host, which is quicker; what it leaves to the engine, that one does, and puts in words. */
  function hastenJson() {
    const { parse: read, stringify: write } = JSON;
    let reader;
    let writer;
    const { parse, stringify } = {
      parse(text, reviver) {
        if (typeof text !== 'string' || reviver !== undefined) return read(text, reviver);
        reader ??= host.jsonParser();
        const value = reader(text);
        return value === undefined ? read(text) : value;
      },
      stringify(value, replacer, space) {
        if (replacer !== undefined || space !== undefined) return write(value, replacer, space);
        writer ??= host.jsonWriter();
        const text = writer(value);
        return text === undefined ? write(value) : text;
      },
    };
    install(JSON, 'parse', false, parse);
    install(JSON, 'stringify', false, stringify);
  }

  // A function of its own: loops count as calls, and the whole script would be compiled long before it is worth it.
  function installHandlers() {
    for (const name of HANDLERS) {
      defineProperty(globalThis, `on${name}`, {
        enumerable: true,
        configurable: true,
        get: () => (loaded.events === undefined ? null : loaded.events.getHandler(globalThis, name)),
        set: (value) => load('events').setHandler(globalThis, name, value),
      });
    }
  }

  const registry = ownSymbolRegistry();
  /** A key that modules of the runtime's own ask for by name, left out as those of slots are. */
  core.ownKey = (name) => {
    const key = registry.for(name);
    internal[key] = true;
    return key;
  };
  hideSlots();
  copyInOnePiece();
  hastenJson();
  // Once core has the engine's own of the same names.
  const [names, isLazy] = installNames(touched, (name, value) => install(globalThis, name, false, value));
  const lazyAssembly =
    core.WebAssembly === undefined
      ? undefined
      : installLazily(globalThis, 'WebAssembly', false, () => load('webassembly').WebAssembly);
  describeAsTouched();
  installHandlers();
  install(globalThis, 'self', false, globalThis);

  return [bind, dispatch, settle, pull, stop, schedule, socket, (error) => shown(error)];
});
