// AbortSignal and AbortController: section 3 of the DOM Standard.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { DOMException, Event, EventTarget, fire, listens, handlerProperty } = load('events');
  const { expose, isObject, needed, sequence, integer, illegal } = load('idl');
  const { apply } = Reflect;
  const { deref } = WeakRef.prototype;
  const Weak = WeakRef;
  const TOKEN = {};
  const FEW = 16;
  const ignore = () => undefined;

  const $AbortSignal = slots('AbortSignal');
  const $EventTarget = slots('EventTarget');

  class AbortSignal extends EventTarget {
    [$AbortSignal] = {
      aborted: false,
      reason: undefined,
      /** What makes the reason when somebody looks at it; null once it is made, or was given. */
      unmade: null,
      dependent: false,
      sources: [],
      dependents: [],
      /** So many dependents are looked through for those that are gone. */
      many: FEW,
      algorithms: [],
      link: null,
    };

    constructor(token) {
      if (token !== TOKEN) throw illegal();
      super();
    }

    static abort(reason = undefined) {
      const signal = makeSignal();
      become(signal, reason, reason === undefined ? unmade('This operation was aborted', 'AbortError') : null);
      return signal;
    }

    static timeout(milliseconds) {
      needed('AbortSignal.timeout', arguments.length, 1);
      const millis = integer(milliseconds, 64, false, 'enforce');
      const signal = makeSignal();
      load('timers').unref(
        () => abortBecause(signal, undefined, unmade('The operation timed out', 'TimeoutError')),
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
      return reasonOf(this[$AbortSignal]);
    }
    throwIfAborted() {
      if (this[$AbortSignal].aborted) throw reasonOf(this[$AbortSignal]);
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
    hold(signal);
    return () => {
      const at = signal[$AbortSignal].algorithms.indexOf(algorithm);
      if (at >= 0) signal[$AbortSignal].algorithms.splice(at, 1);
    };
  }

  /** A reason of the runtime's own: most are never looked at, and to note where it is made is slow. */
  function unmade(message, name) {
    return { message, name, made: undefined };
  }

  function reasonOf(slot) {
    const { unmade: from } = slot;
    if (from !== null) {
      from.made ??= new DOMException(from.message, from.name);
      slot.reason = from.made;
      slot.unmade = null;
    }
    return slot.reason;
  }

  function abort(signal, reason) {
    if (signal[$AbortSignal].aborted) return;
    abortBecause(signal, reason, reason === undefined ? unmade('This operation was aborted', 'AbortError') : null);
  }

  function abortBecause(signal, reason, from) {
    if (signal[$AbortSignal].aborted) return;
    become(signal, reason, from);
    const dependents = [];
    for (let i = 0; i < signal[$AbortSignal].dependents.length; i++) {
      const dependent = dependentOf(signal[$AbortSignal].dependents[i]);
      if (dependent !== undefined && !dependent[$AbortSignal].aborted) {
        become(dependent, reason, from);
        dependents.push(dependent);
      }
    }
    signal[$AbortSignal].dependents = [];
    runAlgorithms(signal);
    for (let i = 0; i < dependents.length; i++) runAlgorithms(dependents[i]);
  }

  /** Has it be aborted with the reason, or with what {@code from} makes; all that share a {@code from} have the same. */
  function become(self, reason, from) {
    self[$AbortSignal].aborted = true;
    self[$AbortSignal].reason = reason;
    self[$AbortSignal].unmade = from;
  }

  function runAlgorithms(self) {
    const algorithms = self[$AbortSignal].algorithms;
    self[$AbortSignal].algorithms = [];
    for (let i = 0; i < algorithms.length; i++) algorithms[i]();
    if (listens(self, 'abort')) fire(self, new Event('abort'));
  }

  // ---- dependent signals: a source holds one only while its abort would be noticed, as the standard allows

  function dependentOf(link) {
    return apply(deref, link.weak, []);
  }

  /** Somebody waits for the abort of what may be a dependent signal. */
  function hold(self) {
    const { link } = self[$AbortSignal];
    if (link !== null) link.held = self;
  }

  function isAwaited(self) {
    return self[$AbortSignal].algorithms.length > 0 || listens(self, 'abort');
  }

  function letGoOfSome(source) {
    const left = [];
    const { dependents } = source;
    for (let i = 0; i < dependents.length; i++) {
      const link = dependents[i];
      const dependent = dependentOf(link);
      if (dependent !== undefined && !dependent[$AbortSignal].aborted) {
        if (!isAwaited(dependent)) link.held = null;
        left.push(link);
      }
    }
    source.dependents = left;
    source.many = left.length < FEW ? FEW : 2 * left.length;
  }

  function follow(self, given) {
    const slot = self[$AbortSignal];
    const sources = given[$AbortSignal].dependent ? given[$AbortSignal].sources : [given];
    for (let i = 0; i < sources.length; i++) {
      const one = sources[i];
      if (!slot.sources.includes(one)) {
        const source = one[$AbortSignal];
        if (source.dependents.length >= source.many) letGoOfSome(source);
        slot.sources.push(one);
        source.dependents.push(slot.link);
      }
    }
  }

  function any(given) {
    const signal = makeSignal();
    signal[$AbortSignal].dependent = true;
    for (let i = 0; i < given.length; i++) {
      if (given[i][$AbortSignal].aborted) {
        const { reason, unmade: from } = given[i][$AbortSignal];
        become(signal, reason, from);
        return signal;
      }
    }
    signal[$AbortSignal].link = { weak: new Weak(signal), held: null };
    signal[$EventTarget].heard = hold;
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
      const gone = () => abortBecause(signal, undefined, unmade('The caller has gone', 'AbortError'));
      const op = core.register((how) => {
        if (how === core.ABORTED) gone();
      });
      const port = core.unseal(run);
      if (!port.onCancel(op)) {
        core.unregister(op);
        if (port.callerGone()) gone();
      }
    }
    return signal;
  }

  return { AbortSignal, AbortController, signalOf, isSignal, onAbort, any, aborted: abortedOf };
});
