// AsyncLocalStorage, on the engine's asynchronous context.
(function (core) {
  'use strict';
  const { slots } = core;
  const { Variable, Snapshot } = core.AsyncContext;
  const { apply } = Reflect;
  const { tag } = core.load('idl');
  const NONE = {};

  const $AsyncLocalStorage = slots('AsyncLocalStorage');

  class AsyncLocalStorage {
    [$AsyncLocalStorage] = { variable: new Variable({ defaultValue: NONE }) };

    /** A function that runs {@code callback} in the context of now. */
    static bind(callback) {
      const snapshot = new Snapshot();
      return function (...args) {
        return snapshot.run(() => apply(callback, this, args));
      };
    }

    /** A function that runs others in the context of now. */
    static snapshot() {
      const snapshot = new Snapshot();
      return (callback, ...args) => snapshot.run(callback, ...args);
    }

    run(store, callback, ...args) {
      return this[$AsyncLocalStorage].variable.run(store, callback, ...args);
    }

    exit(callback, ...args) {
      return this[$AsyncLocalStorage].variable.run(NONE, callback, ...args);
    }

    getStore() {
      const store = this[$AsyncLocalStorage].variable.get();
      return store === NONE ? undefined : store;
    }
  }
  tag(AsyncLocalStorage.prototype, 'AsyncLocalStorage');

  /** What the host is to call later, once, in the context of now. */
  function bound(done) {
    const snapshot = new Snapshot();
    return (how, payload, detail) => snapshot.run(done, how, payload, detail);
  }

  return { AsyncLocalStorage, bound, now: () => new Snapshot() };
});
