// Event, EventTarget, CustomEvent, DOMException, AbortController and AbortSignal.
(function (core) {
  'use strict';
  const { host } = core;

  const CODES = {
    IndexSizeError: 1, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5,
    NoModificationAllowedError: 7, NotFoundError: 8, NotSupportedError: 9, InUseAttributeError: 10,
    InvalidStateError: 11, SyntaxError: 12, InvalidModificationError: 13, NamespaceError: 14,
    InvalidAccessError: 15, TypeMismatchError: 17, SecurityError: 18, NetworkError: 19,
    AbortError: 20, URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23,
    InvalidNodeTypeError: 24, DataCloneError: 25,
  };

  class DOMException extends Error {
    #name;
    constructor(message = '', options = 'Error') {
      super(String(message));
      const named = typeof options === 'object' && options !== null;
      this.#name = String(named ? (options.name ?? 'Error') : options);
      if (named && 'cause' in options) {
        Object.defineProperty(this, 'cause', { value: options.cause, writable: true, configurable: true });
      }
    }
    get name() {
      return this.#name;
    }
    get code() {
      return CODES[this.#name] ?? 0;
    }
    get [Symbol.toStringTag]() {
      return 'DOMException';
    }
  }
  for (const name in CODES) {
    const constant = `${name.replace(/Error$/, '').replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}_ERR`;
    for (const holder of [DOMException, DOMException.prototype]) {
      Object.defineProperty(holder, constant, { value: CODES[name], enumerable: true });
    }
  }

  let prepare;
  let finish;
  let stopped;

  class Event {
    #type;
    #bubbles;
    #cancelable;
    #composed;
    #target = null;
    #phase = 0;
    #canceled = false;
    #stopped = false;
    #passive = false;
    #dispatching = false;
    #time = host.now();

    static {
      prepare = (event, target) => {
        if (event.#dispatching) throw new DOMException('the event is being dispatched', 'InvalidStateError');
        event.#dispatching = true;
        event.#target = target;
        event.#phase = 2;
      };
      finish = (event) => {
        event.#dispatching = false;
        event.#phase = 0;
        event.#stopped = false;
        return !event.#canceled;
      };
      stopped = (event, passive) => {
        event.#passive = passive;
        return event.#stopped;
      };
    }

    constructor(type, init) {
      if (arguments.length === 0) throw new TypeError('Event: 1 argument needed');
      const options = init ?? {};
      this.#type = String(type);
      this.#bubbles = Boolean(options.bubbles);
      this.#cancelable = Boolean(options.cancelable);
      this.#composed = Boolean(options.composed);
    }
    get type() {
      return this.#type;
    }
    get target() {
      return this.#target;
    }
    get srcElement() {
      return this.#target;
    }
    get currentTarget() {
      return this.#dispatching ? this.#target : null;
    }
    get eventPhase() {
      return this.#phase;
    }
    get bubbles() {
      return this.#bubbles;
    }
    get cancelable() {
      return this.#cancelable;
    }
    get composed() {
      return this.#composed;
    }
    get defaultPrevented() {
      return this.#canceled;
    }
    get returnValue() {
      return !this.#canceled;
    }
    get isTrusted() {
      return false;
    }
    get timeStamp() {
      return this.#time;
    }
    composedPath() {
      return this.#dispatching ? [this.#target] : [];
    }
    preventDefault() {
      if (this.#cancelable && !this.#passive) this.#canceled = true;
    }
    stopPropagation() {}
    stopImmediatePropagation() {
      this.#stopped = true;
    }
    get [Symbol.toStringTag]() {
      return 'Event';
    }
  }
  ['NONE', 'CAPTURING_PHASE', 'AT_TARGET', 'BUBBLING_PHASE'].forEach((name, value) => {
    Object.defineProperty(Event, name, { value, enumerable: true });
    Object.defineProperty(Event.prototype, name, { value, enumerable: true });
  });

  class CustomEvent extends Event {
    #detail;
    constructor(type, init) {
      super(type, init);
      this.#detail = init?.detail ?? null;
    }
    get detail() {
      return this.#detail;
    }
  }

  class EventTarget {
    #listeners = [];

    addEventListener(type, callback, options) {
      if (callback === null || callback === undefined) return;
      if (typeof callback !== 'function' && typeof callback !== 'object') {
        throw new TypeError('addEventListener: the listener is neither a function nor an object');
      }
      const given = typeof options === 'object' && options !== null ? options : { capture: Boolean(options) };
      const capture = Boolean(given.capture);
      const name = String(type);
      const { signal } = given;
      if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError('signal is not an AbortSignal');
      if (signal !== undefined && signal.aborted) return;
      if (this.#find(name, callback, capture) >= 0) return;
      this.#listeners.push({
        name, callback, capture, once: Boolean(given.once), passive: Boolean(given.passive), removed: false,
      });
      if (signal !== undefined) signal.addEventListener('abort', () => this.removeEventListener(name, callback, capture));
    }

    #find(name, callback, capture) {
      return this.#listeners.findIndex(
        (l) => l.name === name && l.callback === callback && l.capture === capture,
      );
    }

    removeEventListener(type, callback, options) {
      const capture = Boolean(typeof options === 'object' && options !== null ? options.capture : options);
      const at = this.#find(String(type), callback, capture);
      if (at >= 0) {
        this.#listeners[at].removed = true;
        this.#listeners.splice(at, 1);
      }
    }

    dispatchEvent(event) {
      if (!(event instanceof Event)) throw new TypeError('dispatchEvent: not an Event');
      prepare(event, this);
      for (const listener of this.#listeners.slice()) {
        if (listener.name !== event.type || listener.removed) continue;
        if (listener.once) this.removeEventListener(listener.name, listener.callback, listener.capture);
        stopped(event, listener.passive);
        try {
          const { callback } = listener;
          if (typeof callback === 'function') Reflect.apply(callback, this, [event]);
          else callback.handleEvent(event);
        } catch (error) {
          host.print(3, `event ${event.type}: ${core.shown(error)}`);
        }
        if (stopped(event, false)) break;
      }
      return finish(event);
    }
    get [Symbol.toStringTag]() {
      return 'EventTarget';
    }
  }

  /** Adds an {@code onNAME} property whose handler keeps its place among the listeners. */
  function handlerProperty(prototype, name) {
    const handlers = new WeakMap();
    Object.defineProperty(prototype, `on${name}`, {
      enumerable: true,
      configurable: true,
      get() {
        return handlers.get(this)?.handler ?? null;
      },
      set(value) {
        const handler = typeof value === 'function' ? value : null;
        const slot = handlers.get(this);
        if (slot !== undefined) {
          slot.handler = handler;
        } else if (handler !== null) {
          const made = { handler };
          handlers.set(this, made);
          this.addEventListener(name, (event) => made.handler !== null && Reflect.apply(made.handler, this, [event]));
        }
      },
    });
  }

  const TOKEN = {};
  let makeSignal;
  let abort;
  let depend;

  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    #dependents = new Set();
    #algorithms = [];

    static {
      makeSignal = () => new AbortSignal(TOKEN);
      abort = (signal, reason) => {
        if (signal.#aborted) return;
        signal.#aborted = true;
        signal.#reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
        const dependents = [...signal.#dependents].filter((d) => !d.#aborted);
        for (const dependent of dependents) {
          dependent.#aborted = true;
          dependent.#reason = signal.#reason;
        }
        signal.#run();
        for (const dependent of dependents) dependent.#run();
      };
      depend = (signal, source) => {
        if (source.#aborted && !signal.#aborted) {
          signal.#aborted = true;
          signal.#reason = source.#reason;
        } else if (!source.#aborted) {
          source.#dependents.add(signal);
        }
      };
    }

    constructor(token) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
      super();
    }

    #run() {
      this.dispatchEvent(new Event('abort'));
    }

    static abort(reason) {
      const signal = makeSignal();
      abort(signal, reason);
      return signal;
    }

    static timeout(millis) {
      const signal = makeSignal();
      core.load('timers').setTimeout(
        () => abort(signal, new DOMException('The operation timed out', 'TimeoutError')),
        millis,
      );
      return signal;
    }

    static any(signals) {
      const signal = makeSignal();
      for (const source of signals) {
        if (!(source instanceof AbortSignal)) throw new TypeError('AbortSignal.any: not an AbortSignal');
        depend(signal, source);
      }
      return signal;
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
    get [Symbol.toStringTag]() {
      return 'AbortSignal';
    }
  }
  handlerProperty(AbortSignal.prototype, 'abort');

  class AbortController {
    #signal = makeSignal();
    get signal() {
      return this.#signal;
    }
    abort(reason) {
      abort(this.#signal, reason);
    }
    get [Symbol.toStringTag]() {
      return 'AbortController';
    }
  }

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

  return { DOMException, Event, CustomEvent, EventTarget, AbortSignal, AbortController, signalOf };
});
