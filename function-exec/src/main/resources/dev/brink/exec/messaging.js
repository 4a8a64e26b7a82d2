// MessageChannel, MessagePort and MessageEvent: section 9.4 of the HTML Standard, within one instance.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { Event, EventTarget, fire, getHandler, setHandler, handlerProperty } = load('events');
  const { expose, isObject, needed, usv, dictionary, sequence, illegal, domException } = load('idl');
  const { setTimeout } = load('timers');
  const { freeze } = Object;
  const TOKEN = {};
  const MAX_QUEUED = 1_000;

  const $MessageEvent = slots('MessageEvent');

  class MessageEvent extends Event {
    [$MessageEvent] = {
      data: undefined,
      origin: undefined,
      lastEventId: undefined,
      source: undefined,
      ports: undefined,
    };

    constructor(type, init = undefined) {
      needed('MessageEvent', arguments.length, 1);
      super(type, init);
      setMessage(this, dictionary('MessageEvent: init', init));
    }
    get data() {
      return this[$MessageEvent].data;
    }
    get origin() {
      return this[$MessageEvent].origin;
    }
    get lastEventId() {
      return this[$MessageEvent].lastEventId;
    }
    get source() {
      return this[$MessageEvent].source;
    }
    get ports() {
      return this[$MessageEvent].ports;
    }
    initMessageEvent(type, bubbles = false, cancelable = false, data = null, origin = '', lastEventId = '', source = null, ports = []) {
      this[$MessageEvent].data;
      needed('initMessageEvent', arguments.length, 1);
      if (this.eventPhase !== 0) return;
      this.initEvent(type, bubbles, cancelable);
      setMessage(this, { data, origin, lastEventId, source, ports });
    }
  }
  expose(MessageEvent);

  function setMessage(self, { data = null, lastEventId = '', origin = '', ports = [], source = null }) {
    self[$MessageEvent].data = data;
    self[$MessageEvent].lastEventId = `${lastEventId}`;
    self[$MessageEvent].origin = usv(origin);
    self[$MessageEvent].ports = freeze(sequence('ports', ports));
    self[$MessageEvent].source = source;
    for (const port of self[$MessageEvent].ports) if (!isPort(port)) throw new TypeError('ports: not a MessagePort');
    if (source !== null && !(source instanceof EventTarget)) throw new TypeError('source: not a target of messages');
  }

  const $MessagePort = slots('MessagePort');

  class MessagePort extends EventTarget {
    [$MessagePort] = { other: null, queue: [], started: false, detached: false };

    constructor(token) {
      if (token !== TOKEN) throw illegal();
      super();
    }

    postMessage(message, options = undefined) {
      const other = this[$MessagePort].other;
      needed('postMessage', arguments.length, 1);
      const listed = isObject(options) && options[Symbol.iterator] === undefined ? options.transfer : options;
      const transfer = listed === undefined || listed === null ? [] : sequence('transfer', listed);
      if (transfer.includes(this)) throw domException('a port cannot be sent through itself', 'DataCloneError');
      const { value, ports } = load('clone').transferred(message, transfer);
      if (other === null || transfer.includes(other)) return;
      if (other[$MessagePort].queue.length >= MAX_QUEUED) throw domException('too many messages wait', 'QuotaExceededError');
      other[$MessagePort].queue.push({ value, ports });
      if (other[$MessagePort].started) deliver(other);
    }

    start() {
      if (!this[$MessagePort].started && !this[$MessagePort].detached) {
        this[$MessagePort].started = true;
        for (let i = 0; i < this[$MessagePort].queue.length; i++) deliver(this);
      }
    }

    close() {
      const other = this[$MessagePort].other;
      if (other !== null) {
        this[$MessagePort].other = null;
        other[$MessagePort].other = null;
        setTimeout(() => fire(other, new Event('close')), 0);
      }
      this[$MessagePort].detached = true;
    }

    get onmessage() {
      return getHandler(this, 'message');
    }
    set onmessage(value) {
      setHandler(this, 'message', value);
      this.start();
    }
  }
  handlerProperty(MessagePort, 'messageerror');
  handlerProperty(MessagePort, 'close');
  expose(MessagePort);
  Object.defineProperty(MessagePort, 'length', { value: 0, configurable: true });

  function isPort(value) {
    return isObject(value) && $MessagePort in value;
  }

  function entangle(one, two) {
    one[$MessagePort].other = two;
    two[$MessagePort].other = one;
  }

  /** A port that takes the place of one that is transferred. */
  function detach(port) {
    if (port[$MessagePort].detached) throw domException('a port was transferred before', 'DataCloneError');
    const next = new MessagePort(TOKEN);
    if (port[$MessagePort].other !== null) entangle(next, port[$MessagePort].other);
    next[$MessagePort].queue = port[$MessagePort].queue;
    port[$MessagePort].other = null;
    port[$MessagePort].queue = [];
    port[$MessagePort].detached = true;
    return next;
  }

  function deliver(self) {
    setTimeout(() => {
      const message = self[$MessagePort].queue.shift();
      if (message !== undefined) fire(self, new MessageEvent('message', { data: message.value, ports: message.ports }));
    }, 0);
  }

  const $MessageChannel = slots('MessageChannel');

  class MessageChannel {
    [$MessageChannel] = { one: new MessagePort(TOKEN), two: new MessagePort(TOKEN) };

    constructor() {
      entangle(this[$MessageChannel].one, this[$MessageChannel].two);
    }
    get port1() {
      return this[$MessageChannel].one;
    }
    get port2() {
      return this[$MessageChannel].two;
    }
  }
  expose(MessageChannel);

  return { MessageEvent, MessagePort, MessageChannel, isPort, detach };
});
