// AbortSignal and AbortController: section 3 of the DOM Standard.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { DOMException, Event, EventTarget, fire, handlerProperty } = load('events');
  const { expose, isObject, needed, sequence, integer, illegal } = load('idl');
  const TOKEN = {};
  const ignore = () => undefined;

  const $AbortSignal = slots('AbortSignal');

  class AbortSignal extends EventTarget {
    [$AbortSignal] = {
      aborted: false,
      reason: undefined,
      dependent: false,
      sources: [],
      dependents: [],
      algorithms: [],
    };

    constructor(token) {
      if (token !== TOKEN) throw illegal();
      super();
    }

    static abort(reason = undefined) {
      const signal = makeSignal();
      become(signal, reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason);
      return signal;
    }

    static timeout(milliseconds) {
      needed('AbortSignal.timeout', arguments.length, 1);
      const millis = integer(milliseconds, 64, false, 'enforce');
      const signal = makeSignal();
      load('timers').unref(
        () => abort(signal, new DOMException('The operation timed out', 'TimeoutError')),
        millis,
      );
      return signal;
    }

    static any(signals) {
      needed('AbortSignal.any', arguments.length, 1);
      const given = sequence('AbortSignal.any: the argument', signals);
      for (let i = 0; i < given.length; i++) {
        if (!isSignal(given[i])) throw new TypeError('AbortSignal.any: not an AbortSignal');
      }
      return any(given);
    }

    get aborted() {
      return this[$AbortSignal].aborted;
    }
    get reason() {
      return this[$AbortSignal].reason;
    }
    throwIfAborted() {
      if (this[$AbortSignal].aborted) throw this[$AbortSignal].reason;
    }
  }
  expose(AbortSignal);
  Object.defineProperty(AbortSignal, 'length', { value: 0, configurable: true });
  handlerProperty(AbortSignal, 'abort');

  function isSignal(value) {
    return isObject(value) && $AbortSignal in value;
  }

  function makeSignal() {
    return new AbortSignal(TOKEN);
  }

  function abortedOf(signal) {
    return signal[$AbortSignal].aborted;
  }

  function onAbort(signal, algorithm) {
    if (signal[$AbortSignal].aborted) return ignore;
    signal[$AbortSignal].algorithms.push(algorithm);
    return () => {
      const at = signal[$AbortSignal].algorithms.indexOf(algorithm);
      if (at >= 0) signal[$AbortSignal].algorithms.splice(at, 1);
    };
  }

  function abort(signal, reason) {
    if (signal[$AbortSignal].aborted) return;
    become(signal, reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason);
    const dependents = [];
    for (let i = 0; i < signal[$AbortSignal].dependents.length; i++) {
      const dependent = signal[$AbortSignal].dependents[i];
      if (!dependent[$AbortSignal].aborted) {
        become(dependent, signal[$AbortSignal].reason);
        dependents.push(dependent);
      }
    }
    signal[$AbortSignal].dependents = [];
    runAlgorithms(signal);
    for (let i = 0; i < dependents.length; i++) runAlgorithms(dependents[i]);
  }

  function become(self, reason) {
    self[$AbortSignal].aborted = true;
    self[$AbortSignal].reason = reason;
  }

  function runAlgorithms(self) {
    const algorithms = self[$AbortSignal].algorithms;
    self[$AbortSignal].algorithms = [];
    for (let i = 0; i < algorithms.length; i++) algorithms[i]();
    fire(self, new Event('abort'));
  }

  function follow(self, source) {
    const sources = source[$AbortSignal].dependent ? source[$AbortSignal].sources : [source];
    for (let i = 0; i < sources.length; i++) {
      const one = sources[i];
      if (!self[$AbortSignal].sources.includes(one)) {
        self[$AbortSignal].sources.push(one);
        one[$AbortSignal].dependents.push(self);
      }
    }
  }

  function any(given) {
    const signal = makeSignal();
    signal[$AbortSignal].dependent = true;
    for (let i = 0; i < given.length; i++) {
      if (given[i][$AbortSignal].aborted) {
        become(signal, given[i][$AbortSignal].reason);
        return signal;
      }
    }
    for (let i = 0; i < given.length; i++) follow(signal, given[i]);
    return signal;
  }

  const $AbortController = slots('AbortController');

  class AbortController {
    [$AbortController] = { signal: makeSignal() };

    get signal() {
      return this[$AbortController].signal;
    }
    abort(reason = undefined) {
      abort(this[$AbortController].signal, reason);
    }
  }
  expose(AbortController);

  /** The signal of an incoming request, which aborts when its caller goes. */
  function signalOf(run) {
    const signal = makeSignal();
    if (run !== null) {
      const op = core.register((how) => {
        if (how === core.ABORTED) abort(signal, new DOMException('The caller has gone', 'AbortError'));
      });
      if (!run.onCancel(op)) core.unregister(op);
    }
    return signal;
  }

  return { AbortSignal, AbortController, signalOf, isSignal, onAbort, any, aborted: abortedOf };
});
