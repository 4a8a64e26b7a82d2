// MessageChannel, MessagePort and MessageEvent: section 9.4 of the HTML Standard, within one instance.
(function (core) {
  'use strict';
  const { load } = core;
  const { Event, EventTarget, fire, getHandler, setHandler, handlerProperty } = load('events');
  const { expose, isObject, needed, usv, dictionary, sequence, illegal, domException } = load('idl');
  const { setTimeout } = load('timers');
  const { freeze } = Object;
  const TOKEN = {};
  const MAX_QUEUED = 1_000;

  class MessageEvent extends Event {
    #data;
    #origin;
    #lastEventId;
    #source;
    #ports;
    constructor(type, init = undefined) {
      needed('MessageEvent', arguments.length, 1);
      super(type, init);
      this.#set(dictionary('MessageEvent: init', init));
    }
    #set({ data = null, lastEventId = '', origin = '', ports = [], source = null }) {
      this.#data = data;
      this.#lastEventId = `${lastEventId}`;
      this.#origin = usv(origin);
      this.#ports = freeze(sequence('ports', ports));
      this.#source = source;
      for (const port of this.#ports) if (!isPort(port)) throw new TypeError('ports: not a MessagePort');
      if (source !== null && !(source instanceof EventTarget)) throw new TypeError('source: not a target of messages');
    }
    get data() {
      return this.#data;
    }
    get origin() {
      return this.#origin;
    }
    get lastEventId() {
      return this.#lastEventId;
    }
    get source() {
      return this.#source;
    }
    get ports() {
      return this.#ports;
    }
    initMessageEvent(type, bubbles = false, cancelable = false, data = null, origin = '', lastEventId = '', source = null, ports = []) {
      this.#data;
      needed('initMessageEvent', arguments.length, 1);
      if (this.eventPhase !== 0) return;
      this.initEvent(type, bubbles, cancelable);
      this.#set({ data, origin, lastEventId, source, ports });
    }
  }
  expose(MessageEvent);

  let isPort;
  let entangle;
  let detach;

  class MessagePort extends EventTarget {
    #other = null;
    #queue = [];
    #started = false;
    #detached = false;

    static {
      isPort = (value) => isObject(value) && #other in value;
      entangle = (one, two) => {
        one.#other = two;
        two.#other = one;
      };
      /** A port that takes the place of one that is transferred. */
      detach = (port) => {
        if (port.#detached) throw domException('a port was transferred before', 'DataCloneError');
        const next = new MessagePort(TOKEN);
        if (port.#other !== null) entangle(next, port.#other);
        next.#queue = port.#queue;
        port.#other = null;
        port.#queue = [];
        port.#detached = true;
        return next;
      };
    }

    constructor(token) {
      if (token !== TOKEN) throw illegal();
      super();
    }

    postMessage(message, options = undefined) {
      const other = this.#other;
      needed('postMessage', arguments.length, 1);
      const listed = isObject(options) && options[Symbol.iterator] === undefined ? options.transfer : options;
      const transfer = listed === undefined || listed === null ? [] : sequence('transfer', listed);
      if (transfer.includes(this)) throw domException('a port cannot be sent through itself', 'DataCloneError');
      const { value, ports } = load('clone').transferred(message, transfer);
      if (other === null || transfer.includes(other)) return;
      if (other.#queue.length >= MAX_QUEUED) throw domException('too many messages wait', 'QuotaExceededError');
      other.#queue.push({ value, ports });
      if (other.#started) other.#deliver();
    }

    start() {
      if (!this.#started && !this.#detached) {
        this.#started = true;
        for (let i = 0; i < this.#queue.length; i++) this.#deliver();
      }
    }

    close() {
      const other = this.#other;
      if (other !== null) {
        this.#other = null;
        other.#other = null;
        setTimeout(() => fire(other, new Event('close')), 0);
      }
      this.#detached = true;
    }

    #deliver() {
      setTimeout(() => {
        const message = this.#queue.shift();
        if (message !== undefined) fire(this, new MessageEvent('message', { data: message.value, ports: message.ports }));
      }, 0);
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

  class MessageChannel {
    #one = new MessagePort(TOKEN);
    #two = new MessagePort(TOKEN);
    constructor() {
      entangle(this.#one, this.#two);
    }
    get port1() {
      return this.#one;
    }
    get port2() {
      return this.#two;
    }
  }
  expose(MessageChannel);

  return { MessageEvent, MessagePort, MessageChannel, isPort, detach };
});
