// DOMException, events and their targets: sections 2 of the DOM Standard and 4.3 of Web IDL. The
// global object is a target too.
(function (core) {
  'use strict';
  const { host, load, slots } = core;
  const { expose, constants, isObject, needed, usv, dictionary } = load('idl');
  const { apply } = Reflect;
  const { defineProperty, getOwnPropertyDescriptor, setPrototypeOf } = Object;
  const NativeError = Error;
  const global = globalThis;
  const { then } = Promise.prototype;
  const settled = Promise.resolve();

  const NAMES = [
    'IndexSizeError', 'DOMStringSizeError', 'HierarchyRequestError', 'WrongDocumentError', 'InvalidCharacterError',
    'NoDataAllowedError', 'NoModificationAllowedError', 'NotFoundError', 'NotSupportedError', 'InUseAttributeError',
    'InvalidStateError', 'SyntaxError', 'InvalidModificationError', 'NamespaceError', 'InvalidAccessError',
    'ValidationError', 'TypeMismatchError', 'SecurityError', 'NetworkError', 'AbortError', 'URLMismatchError',
    'QuotaExceededError', 'TimeoutError', 'InvalidNodeTypeError', 'DataCloneError',
  ];
  const CODES = Object.create(null);
  const CONSTANTS = Object.create(null);
  NAMES.forEach((name, at) => {
    const words = name.replace(/Error$/, '').replace('DOMString', 'Domstring').replace('URLMismatch', 'UrlMismatch');
    const constant = words.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
    CONSTANTS[`${constant.replace('IN_USE', 'INUSE')}_ERR`] = at + 1;
    if (!['DOMStringSizeError', 'NoDataAllowedError', 'ValidationError'].includes(name)) CODES[name] = at + 1;
  });

  const $DOMException = slots('DOMException');

  class DOMException {
    constructor(message = '', options = 'Error') {
      // The engine leaves out the frames above the constructor of an error: all of them, where that is the runtime's own.
      const self = new NativeError();
      const slot = { name: undefined, message: `${message}` };
      const named = isObject(options);
      slot.name = named ? (options.name === undefined ? 'Error' : `${options.name}`) : `${options}`;
      defineProperty(self, $DOMException, { value: slot });
      if (named && 'cause' in options) {
        defineProperty(self, 'cause', { value: options.cause, writable: true, configurable: true });
      }
      const { prototype } = new.target;
      return setPrototypeOf(self, isObject(prototype) ? prototype : DOMException.prototype);
    }
    get name() {
      return this[$DOMException].name;
    }
    get message() {
      return this[$DOMException].message;
    }
    get code() {
      return CODES[this[$DOMException].name] ?? 0;
    }
  }
  setPrototypeOf(DOMException.prototype, NativeError.prototype);
  expose(DOMException);
  constants(DOMException, CONSTANTS);
  defineProperty(DOMException, 'length', { value: 0, configurable: true });

  // ---- events

  const $Event = slots('Event');

  class Event {
    [$Event] = {
      type: undefined,
      bubbles: false,
      cancelable: false,
      composed: false,
      target: null,
      current: null,
      phase: 0,
      canceled: false,
      stop: false,
      stopNow: false,
      passive: false,
      dispatching: false,
      trusted: false,
      time: host.now(),
    };

    constructor(type, init = undefined) {
      needed('Event', arguments.length, 1);
      this[$Event].type = `${type}`;
      if (init !== undefined) readInit(this[$Event], init);
      defineProperty(this, 'isTrusted', TRUSTED);
    }
    get type() {
      return this[$Event].type;
    }
    get target() {
      return this[$Event].target;
    }
    get srcElement() {
      return this[$Event].target;
    }
    get currentTarget() {
      return this[$Event].current;
    }
    composedPath() {
      return this[$Event].current === null ? [] : [this[$Event].current];
    }
    get eventPhase() {
      return this[$Event].phase;
    }
    stopPropagation() {
      this[$Event].stop = true;
    }
    get cancelBubble() {
      return this[$Event].stop;
    }
    set cancelBubble(value) {
      const slot = this[$Event];
      if (value) slot.stop = true;
      else slot.stop;
    }
    stopImmediatePropagation() {
      this[$Event].stop = true;
      this[$Event].stopNow = true;
    }
    get bubbles() {
      return this[$Event].bubbles;
    }
    get cancelable() {
      return this[$Event].cancelable;
    }
    get returnValue() {
      return !this[$Event].canceled;
    }
    set returnValue(value) {
      if (!value) this.preventDefault();
    }
    preventDefault() {
      if (this[$Event].cancelable && !this[$Event].passive) this[$Event].canceled = true;
    }
    get defaultPrevented() {
      return this[$Event].canceled;
    }
    get composed() {
      return this[$Event].composed;
    }
    get timeStamp() {
      return this[$Event].time;
    }
    initEvent(type, bubbles = false, cancelable = false) {
      needed('initEvent', arguments.length, 1);
      const name = `${type}`;
      if (this[$Event].dispatching) return;
      this[$Event].stop = false;
      this[$Event].stopNow = false;
      this[$Event].canceled = false;
      this[$Event].trusted = false;
      this[$Event].target = null;
      this[$Event].type = name;
      this[$Event].bubbles = !!bubbles;
      this[$Event].cancelable = !!cancelable;
    }
  }
  expose(Event);
  constants(Event, { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 });

  const { get: isTrusted } = getOwnPropertyDescriptor(
    {
      get isTrusted() {
        return this[$Event].trusted;
      },
    },
    'isTrusted',
  );

  const TRUSTED = { __proto__: null, get: isTrusted, set: undefined, enumerable: true, configurable: false };

  function readInit(slot, init) {
    const options = dictionary('Event: init', init);
    slot.bubbles = !!options.bubbles;
    slot.cancelable = !!options.cancelable;
    slot.composed = !!options.composed;
  }

  const $CustomEvent = slots('CustomEvent');

  class CustomEvent extends Event {
    [$CustomEvent] = { detail: undefined };

    constructor(type, init = undefined) {
      needed('CustomEvent', arguments.length, 1);
      super(type, init);
      this[$CustomEvent].detail = init?.detail ?? null;
    }
    get detail() {
      return this[$CustomEvent].detail;
    }
    initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
      this[$CustomEvent].detail;
      needed('initCustomEvent', arguments.length, 1);
      if (this.eventPhase !== 0) return;
      this.initEvent(type, bubbles, cancelable);
      this[$CustomEvent].detail = detail;
    }
  }
  expose(CustomEvent);

  const $ErrorEvent = slots('ErrorEvent');

  class ErrorEvent extends Event {
    [$ErrorEvent] = { message: undefined, filename: undefined, lineno: undefined, colno: undefined, error: undefined };

    constructor(type, init = undefined) {
      needed('ErrorEvent', arguments.length, 1);
      super(type, init);
      const given = init ?? {};
      this[$ErrorEvent].message = given.message === undefined ? '' : `${given.message}`;
      this[$ErrorEvent].filename = given.filename === undefined ? '' : usv(given.filename);
      this[$ErrorEvent].lineno = given.lineno >>> 0;
      this[$ErrorEvent].colno = given.colno >>> 0;
      this[$ErrorEvent].error = given.error;
    }
    get message() {
      return this[$ErrorEvent].message;
    }
    get filename() {
      return this[$ErrorEvent].filename;
    }
    get lineno() {
      return this[$ErrorEvent].lineno;
    }
    get colno() {
      return this[$ErrorEvent].colno;
    }
    get error() {
      return this[$ErrorEvent].error;
    }
  }
  expose(ErrorEvent);

  const $PromiseRejectionEvent = slots('PromiseRejectionEvent');

  class PromiseRejectionEvent extends Event {
    [$PromiseRejectionEvent] = { promise: undefined, reason: undefined };

    constructor(type, init) {
      needed('PromiseRejectionEvent', arguments.length, 2);
      super(type, init);
      if (!isObject(init.promise)) throw new TypeError('PromiseRejectionEvent: promise needed');
      this[$PromiseRejectionEvent].promise = init.promise;
      this[$PromiseRejectionEvent].reason = init.reason;
    }
    get promise() {
      return this[$PromiseRejectionEvent].promise;
    }
    get reason() {
      return this[$PromiseRejectionEvent].reason;
    }
  }
  expose(PromiseRejectionEvent);

  // ---- targets

  const globalListeners = [];
  const NO_OPTIONS = { __proto__: null, once: false, passive: false, signal: undefined };

  const $EventTarget = slots('EventTarget');

  class EventTarget {
    /** {@code heard} is called with the target when it gets a listener. */
    [$EventTarget] = { listeners: [], heard: null };

    addEventListener(type, callback, options = undefined) {
      const listeners = listenersOf(this);
      needed('addEventListener', arguments.length, 2);
      add(this ?? global, listeners, `${type}`, callback, options);
    }

    removeEventListener(type, callback, options = undefined) {
      const listeners = listenersOf(this);
      needed('removeEventListener', arguments.length, 2);
      checkCallback(callback);
      remove(listeners, `${type}`, callback, captureOf(options));
    }

    dispatchEvent(event) {
      const listeners = listenersOf(this);
      needed('dispatchEvent', arguments.length, 1);
      if (!(event instanceof Event)) throw new TypeError('dispatchEvent: not an Event');
      return dispatch(this ?? global, listeners, event, false, report);
    }
  }
  expose(EventTarget);

  function listenersOf(target) {
    if (isObject(target) && $EventTarget in target) return target[$EventTarget].listeners;
    if (target === undefined || target === null || target === global) return globalListeners;
    throw new TypeError('not an EventTarget');
  }

  function checkCallback(callback) {
    if (callback !== null && callback !== undefined && !isObject(callback)) {
      throw new TypeError('the listener is neither a function nor an object');
    }
  }

  function captureOf(options) {
    return isObject(options) ? !!options.capture : !!options;
  }

  function find(listeners, name, callback, capture) {
    for (let i = 0; i < listeners.length; i++) {
      const listener = listeners[i];
      if (listener.name === name && listener.callback === callback && listener.capture === capture) return i;
    }
    return -1;
  }

  function add(target, listeners, name, callback, options) {
    checkCallback(callback);
    const given = isObject(options) ? options : NO_OPTIONS;
    const capture = captureOf(options);
    const once = !!given.once;
    const passive = !!given.passive;
    const { signal } = given;
    if (signal !== undefined && !events.isSignal(signal)) throw new TypeError('signal is not an AbortSignal');
    if (signal !== undefined && signal.aborted) return;
    if (callback === null || callback === undefined || find(listeners, name, callback, capture) >= 0) return;
    const listener = { name, callback, capture, once, passive, removed: false, forget: null };
    put(target, listeners, listener);
    if (signal !== undefined) listener.forget = events.onAbort(signal, () => remove(listeners, name, callback, capture));
  }

  function put(target, listeners, listener) {
    listeners[listeners.length] = listener;
    if ($EventTarget in target) target[$EventTarget].heard?.(target);
  }

  function remove(listeners, name, callback, capture) {
    const at = find(listeners, name, callback, capture);
    if (at >= 0) {
      const [listener] = listeners.splice(at, 1);
      listener.removed = true;
      listener.forget?.();
    }
  }

  /** Runs the listeners, telling {@code failed} what they throw; whether nobody prevented the default. */
  function dispatch(target, listeners, event, trusted, failed) {
    const slot = event[$Event];
    if (slot.dispatching) throw new DOMException('the event is being dispatched', 'InvalidStateError');
    slot.dispatching = true;
    slot.target = target;
    slot.current = target;
    slot.phase = 2;
    if (trusted) slot.trusted = true;
    const all = ofType(listeners, slot.type);
    if (all.length > 0) {
      if (!slot.stop) invoke(target, listeners, all, event, slot, true, failed);
      if (!slot.stop) invoke(target, listeners, all, event, slot, false, failed);
    }
    slot.phase = 0;
    slot.current = null;
    slot.dispatching = false;
    slot.stop = false;
    slot.stopNow = false;
    return !slot.canceled;
  }

  /** The listeners that there are now for a type of events. */
  function ofType(listeners, type) {
    const all = [];
    for (let i = 0; i < listeners.length; i++) if (listeners[i].name === type) all[all.length] = listeners[i];
    return all;
  }

  function invoke(target, listeners, all, event, slot, capture, failed) {
    for (let i = 0; i < all.length; i++) {
      const listener = all[i];
      if (listener.removed || listener.capture !== capture) continue;
      if (listener.once) remove(listeners, listener.name, listener.callback, capture);
      slot.passive = listener.passive;
      call(target, listener.callback, event, failed);
      slot.passive = false;
      if (slot.stopNow) return;
    }
  }

  function call(target, callback, event, failed) {
    try {
      if (typeof callback === 'function') {
        apply(callback, target, [event]);
      } else {
        const { handleEvent } = callback;
        if (typeof handleEvent !== 'function') throw new TypeError('the listener’s handleEvent is not a function');
        apply(handleEvent, callback, [event]);
      }
    } catch (error) {
      failed(error);
    }
  }

  /** Dispatches an event of the runtime; what listeners throw is reported, or given to {@code failed}. */
  function fire(target, event, failed = report) {
    return dispatch(target, listenersOf(target), event, true, failed);
  }

  function listens(target, type) {
    const listeners = listenersOf(target);
    for (let i = 0; i < listeners.length; i++) if (listeners[i].name === type) return true;
    return false;
  }

  // ---- handler properties

  const handlers = new WeakMap();
  const mapGet = WeakMap.prototype.get;
  const mapSet = WeakMap.prototype.set;

  function handlersOf(target) {
    const of = target ?? global;
    listenersOf(of);
    let byName = apply(mapGet, handlers, [of]);
    if (byName === undefined) {
      byName = Object.create(null);
      apply(mapSet, handlers, [of, byName]);
    }
    return byName;
  }

  function getHandler(target, name) {
    return handlersOf(target)[name]?.handler ?? null;
  }

  /** Sets a handler, which keeps its place among the listeners. */
  function setHandler(target, name, value) {
    const of = target ?? global;
    const byName = handlersOf(of);
    const handler = isObject(value) ? value : null;
    const slot = byName[name];
    if (handler === null) {
      if (slot !== undefined) {
        remove(listenersOf(of), name, slot.listener, false);
        delete byName[name];
      }
    } else if (slot !== undefined) {
      slot.handler = handler;
    } else {
      const made = { handler, listener: (event) => handle(of, name, made.handler, event) };
      byName[name] = made;
      put(of, listenersOf(of), {
        name, callback: made.listener, capture: false, once: false, passive: false, removed: false, forget: null,
      });
    }
  }

  function handle(target, name, handler, event) {
    if (typeof handler !== 'function') return;
    if (target === global && name === 'error' && event instanceof ErrorEvent) {
      const { message, filename, lineno, colno, error } = event;
      if (apply(handler, target, [message, filename, lineno, colno, error]) === true) event.preventDefault();
    } else if (apply(handler, target, [event]) === false) {
      event.preventDefault();
    }
  }

  /** Adds an {@code onNAME} property to a class. */
  function handlerProperty(type, name) {
    const key = `on${name}`;
    const accessors = {
      get [key]() {
        return getHandler(this, name);
      },
      set [key](value) {
        setHandler(this, name, value);
      },
    };
    const { get, set } = getOwnPropertyDescriptor(accessors, key);
    defineProperty(type.prototype, key, { get, set, enumerable: true, configurable: true });
  }

  // ---- errors nobody caught

  let reporting = false;

  /** Tells the global object's listeners, or the console when nobody listens or one of them fails. */
  function report(error) {
    if (!reported(error)) host.print(3, `uncaught: ${core.shown(error)}`);
  }

  /** Whether the global object's listeners were told. */
  function reported(error) {
    if (reporting || !listens(global, 'error')) return false;
    reporting = true;
    try {
      let message = 'an error that cannot be shown';
      try {
        message = `Uncaught ${error}`;
      } catch {
        // It stays at that.
      }
      const event = new ErrorEvent('error', { message, error, cancelable: true });
      if (fire(global, event)) host.print(3, `uncaught: ${core.shown(error)}`);
    } finally {
      reporting = false;
    }
    return true;
  }

  function reportError(e) {
    needed('reportError', arguments.length, 1);
    report(e);
  }

  /** A promise was rejected and nobody looked; whether the default, to print it, was prevented. */
  function rejected(promise, reason) {
    if (listens(global, 'unhandledrejection')) {
      watch(promise, reason);
      return !fire(global, new PromiseRejectionEvent('unhandledrejection', { promise, reason, cancelable: true }));
    }
    if (listens(global, 'rejectionhandled')) watch(promise, reason);
    return false;
  }

  /**
   * Fires {@code rejectionhandled} when somebody looks at the promise after all. The engine does not
   * tell, but whoever awaits a promise, or calls its {@code then}, reads its constructor first.
   */
  function watch(promise, reason) {
    Reflect.defineProperty(promise, 'constructor', {
      configurable: true,
      get() {
        delete promise.constructor;
        apply(then, settled, [
          () => fire(global, new PromiseRejectionEvent('rejectionhandled', { promise, reason })),
        ]);
        return promise.constructor;
      },
      set(value) {
        defineProperty(promise, 'constructor', { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }

  const events = {
    DOMException, Event, CustomEvent, ErrorEvent, PromiseRejectionEvent, EventTarget, fire, listens, getHandler, setHandler,
    handlerProperty, report, reported, reportError, rejected,
    addEventListener: EventTarget.prototype.addEventListener,
    removeEventListener: EventTarget.prototype.removeEventListener,
    dispatchEvent: EventTarget.prototype.dispatchEvent,
  };
  for (const name of ['AbortSignal', 'AbortController', 'signalOf', 'isSignal', 'onAbort']) {
    defineProperty(events, name, { get: () => load('abort')[name], enumerable: true });
  }
  setPrototypeOf(global, EventTarget.prototype);
  return events;
});
