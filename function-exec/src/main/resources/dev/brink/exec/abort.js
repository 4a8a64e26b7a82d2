// AbortSignal and AbortController: section 3 of the DOM Standard.
(function (core) {
  'use strict';
  const { load } = core;
  const { DOMException, Event, EventTarget, fire, handlerProperty } = load('events');
  const { expose, isObject, needed, sequence, integer, illegal } = load('idl');
  const TOKEN = {};
  const ignore = () => undefined;

  let isSignal;
  let makeSignal;
  let abort;
  let onAbort;
  let abortedOf;
  let any;

  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    #dependent = false;
    #sources = [];
    #dependents = [];
    #algorithms = [];

    static {
      isSignal = (value) => isObject(value) && #aborted in value;
      makeSignal = () => new AbortSignal(TOKEN);
      abortedOf = (signal) => signal.#aborted;
      onAbort = (signal, algorithm) => {
        if (signal.#aborted) return ignore;
        signal.#algorithms.push(algorithm);
        return () => {
          const at = signal.#algorithms.indexOf(algorithm);
          if (at >= 0) signal.#algorithms.splice(at, 1);
        };
      };
      abort = (signal, reason) => {
        if (signal.#aborted) return;
        signal.#become(reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason);
        const dependents = [];
        for (let i = 0; i < signal.#dependents.length; i++) {
          const dependent = signal.#dependents[i];
          if (!dependent.#aborted) {
            dependent.#become(signal.#reason);
            dependents.push(dependent);
          }
        }
        signal.#dependents = [];
        signal.#run();
        for (let i = 0; i < dependents.length; i++) dependents[i].#run();
      };
    }

    constructor(token) {
      if (token !== TOKEN) throw illegal();
      super();
    }

    #become(reason) {
      this.#aborted = true;
      this.#reason = reason;
    }

    #run() {
      const algorithms = this.#algorithms;
      this.#algorithms = [];
      for (let i = 0; i < algorithms.length; i++) algorithms[i]();
      fire(this, new Event('abort'));
    }

    #follow(source) {
      const sources = source.#dependent ? source.#sources : [source];
      for (let i = 0; i < sources.length; i++) {
        const one = sources[i];
        if (!this.#sources.includes(one)) {
          this.#sources.push(one);
          one.#dependents.push(this);
        }
      }
    }

    static abort(reason = undefined) {
      const signal = makeSignal();
      signal.#become(reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason);
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

    static #any(given) {
      const signal = makeSignal();
      signal.#dependent = true;
      for (let i = 0; i < given.length; i++) {
        if (given[i].#aborted) {
          signal.#become(given[i].#reason);
          return signal;
        }
      }
      for (let i = 0; i < given.length; i++) signal.#follow(given[i]);
      return signal;
    }
    static {
      any = (given) => AbortSignal.#any(given);
    }

    get aborted() {
      return this.#aborted;
    }
    get reason() {
      return this.#reason;
    }
    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }
  }
  expose(AbortSignal);
  Object.defineProperty(AbortSignal, 'length', { value: 0, configurable: true });
  handlerProperty(AbortSignal, 'abort');

  class AbortController {
    #signal = makeSignal();
    get signal() {
      return this.#signal;
    }
    abort(reason = undefined) {
      abort(this.#signal, reason);
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
