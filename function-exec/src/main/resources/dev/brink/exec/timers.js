// Timers, microtasks, scheduler and navigator.
(function (core) {
  'use strict';
  const { host, ops, load, register, withOwnMethods, RESOLVED, slots } = core;
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const resolved = Promise.resolve();
  const then = Promise.prototype.then;
  const NativePromise = Promise;
  const { max } = Math;
  const timers = withOwnMethods(new Map());
  const evaluate = globalThis.eval;

  function start(name, given, callback, delay, args, repeats) {
    if (given === 0) throw new TypeError(`${name}: 1 argument needed`);
    let run = callback;
    if (typeof callback !== 'function') run = compiled(name, `${callback}`);
    const millis = max(0, delay | 0);
    const timer = { id: 0, callback: run, args, millis: repeats ? max(1, millis) : millis, repeats, live: true };
    const id = arm(timer);
    timer.id = id;
    timers.set(id, timer);
    return id;
  }

  /** The code of a timer that was given text. */
  function compiled(name, code) {
    try {
      evaluate('');
    } catch {
      throw new TypeError(`${name}: the callback is not a function, and code cannot be made of text here`);
    }
    return () => evaluate(code);
  }

  function arm(timer) {
    const op = register((how) => (how === RESOLVED ? fire(timer) : timers.delete(timer.id)));
    timer.op = op;
    if (!ops.timer(op, timer.millis)) {
      core.unregister(op);
      throw new TypeError('timers start within a request, and not too many at once');
    }
    return op;
  }

  function fire(timer) {
    if (!timer.live) return;
    if (!timer.repeats) timers.delete(timer.id);
    try {
      apply(timer.callback, globalThis, timer.args);
    } catch (error) {
      if (!core.reported(error)) throw error;
    } finally {
      if (timer.repeats && timer.live) arm(timer);
    }
  }

  function clear(id) {
    const timer = timers.get(id | 0);
    if (timer !== undefined) {
      timer.live = false;
      timers.delete(timer.id);
      ops.cancel(timer.op);
      core.unregister(timer.op);
    }
  }

  function queueMicrotask(callback) {
    if (typeof callback !== 'function') {
      throw new TypeError('queueMicrotask: the callback is not a function');
    }
    apply(then, resolved, [
      () => {
        try {
          callback();
        } catch (error) {
          if (!core.reported(error)) host.print(3, `queueMicrotask: ${core.shown(error)}`);
        }
      },
    ]);
  }

  const $Navigator = slots('Navigator');

  class Navigator {
    [$Navigator] = { here: true };

    constructor(token) {
      if (token !== core) throw new TypeError('Illegal constructor');
    }
    get userAgent() {
      this[$Navigator].here;
      return host.userAgent();
    }
  }

  const $Scheduler = slots('Scheduler');

  class Scheduler {
    [$Scheduler] = { here: true };

    constructor(token) {
      if (token !== core) throw new TypeError('Illegal constructor');
    }
    /** A promise that is fulfilled after so many milliseconds, or rejected when the signal aborts. */
    wait(delay, options = undefined) {
      this[$Scheduler].here;
      const signal = options?.signal;
      return new NativePromise((resolve, reject) => {
        if (signal === undefined) {
          start('wait', 1, resolve, delay, [], false);
          return;
        }
        const events = load('events');
        if (!events.isSignal(signal)) throw new TypeError('wait: signal is not an AbortSignal');
        signal.throwIfAborted();
        let forget;
        const id = start('wait', 1, () => (forget(), resolve()), delay, [], false);
        forget = events.onAbort(signal, () => {
          clear(id);
          reject(signal.reason);
        });
      });
    }
  }
  for (const [type, name] of [[Navigator, 'Navigator'], [Scheduler, 'Scheduler']]) {
    defineProperty(type.prototype, Symbol.toStringTag, { value: name, configurable: true });
  }

  return {
    setTimeout: function setTimeout(handler, timeout = 0, ...args) {
      return start('setTimeout', arguments.length, handler, timeout, args, false);
    },
    setInterval: function setInterval(handler, timeout = 0, ...args) {
      return start('setInterval', arguments.length, handler, timeout, args, true);
    },
    clearTimeout: function clearTimeout(id = 0) {
      clear(id);
    },
    clearInterval: function clearInterval(id = 0) {
      clear(id);
    },
    unref: (callback, millis) => start('timeout', 1, callback, millis > 2147483647 ? 2147483647 : millis, [], false),
    queueMicrotask,
    navigator: new Navigator(core),
    scheduler: new Scheduler(core),
  };
});
