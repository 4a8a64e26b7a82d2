// node:async_hooks, as far as the context goes that follows asynchronous work.
const storage = globalThis.AsyncLocalStorage;
const scope = Symbol('scope');
let last = 0;

export { storage as AsyncLocalStorage };

function invalid(name, expected) {
  return Object.assign(new TypeError(`The "${name}" argument must be of type ${expected}.`), { code: 'ERR_INVALID_ARG_TYPE' });
}

/** Keeps the context in which it was made, for callbacks that come later. */
export class AsyncResource {
  constructor(type) {
    if (typeof type !== 'string') throw invalid('type', 'string');
    Object.defineProperty(this, scope, { value: { run: storage.snapshot(), id: ++last } });
  }

  static bind(callback, type, thisArg) {
    if (typeof callback !== 'function') throw invalid('fn', 'function');
    return new AsyncResource(type ?? (callback.name || 'bound-anonymous-fn')).bind(callback, thisArg);
  }

  bind(callback, thisArg) {
    if (typeof callback !== 'function') throw invalid('fn', 'function');
    const { run } = this[scope];
    const bound = function (...args) {
      return run(() => Reflect.apply(callback, thisArg === undefined ? this : thisArg, args));
    };
    return Object.defineProperty(bound, 'length', { value: callback.length, configurable: true });
  }

  runInAsyncScope(callback, thisArg, ...args) {
    return this[scope].run(() => Reflect.apply(callback, thisArg, args));
  }

  asyncId() {
    return this[scope].id;
  }

  triggerAsyncId() {
    return 0;
  }

  emitDestroy() {
    return this;
  }
}

export default { AsyncLocalStorage: storage, AsyncResource };
