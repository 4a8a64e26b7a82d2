// Timers, microtasks, performance.now and navigator.
(function (core) {
  'use strict';
  const { host, ops, register, withOwnMethods, RESOLVED } = core;
  const { apply } = Reflect;
  const resolved = Promise.resolve();
  const then = Promise.prototype.then;
  const { max, trunc } = Math;
  const MAX_DELAY = 2147483647;
  const timers = withOwnMethods(new Map());

  function start(name, callback, delay, args, repeats) {
    if (typeof callback !== 'function') {
      throw new TypeError(`${name}: the callback is not a function`);
    }
    let millis = +delay;
    millis = millis > 0 && millis <= MAX_DELAY ? trunc(millis) : 0;
    const timer = { id: 0, callback, args, millis: repeats ? max(1, millis) : millis, repeats, live: true };
    const id = arm(timer);
    timer.id = id;
    timers.set(id, timer);
    return id;
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
    if (!timer.repeats) {
      timers.delete(timer.id);
      apply(timer.callback, globalThis, timer.args);
      return;
    }
    try {
      apply(timer.callback, globalThis, timer.args);
    } finally {
      if (timer.live) arm(timer);
    }
  }

  function clear(id) {
    const timer = timers.get(+id);
    if (timer !== undefined) {
      timer.live = false;
      timers.delete(timer.id);
      ops.cancel(timer.op);
      core.unregister(timer.op);
    }
  }

  class Performance {
    #token;
    constructor(token) {
      if (token !== core) throw new TypeError('Illegal constructor');
      this.#token = token;
    }
    get timeOrigin() {
      return origin;
    }
    now() {
      if (!(#token in this)) throw new TypeError('Illegal invocation');
      return host.now();
    }
    toJSON() {
      return { timeOrigin: origin };
    }
  }
  const origin = Date.now() - host.now();

  class Navigator {
    get userAgent() {
      return 'Brink';
    }
  }

  return {
    setTimeout: function setTimeout(callback, delay = 0, ...args) {
      return start('setTimeout', callback, delay, args, false);
    },
    setInterval: function setInterval(callback, delay = 0, ...args) {
      return start('setInterval', callback, delay, args, true);
    },
    clearTimeout: function clearTimeout(id) {
      clear(id);
    },
    clearInterval: function clearInterval(id) {
      clear(id);
    },
    queueMicrotask: function queueMicrotask(callback) {
      if (typeof callback !== 'function') {
        throw new TypeError('queueMicrotask: the callback is not a function');
      }
      apply(then, resolved, [
        () => {
          try {
            callback();
          } catch (error) {
            host.print(3, `queueMicrotask: ${core.shown(error)}`);
          }
        },
      ]);
    },
    Performance,
    performance: new Performance(core),
    navigator: new Navigator(),
  };
});
