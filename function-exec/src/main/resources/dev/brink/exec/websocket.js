// WebSocket and CloseEvent: the WebSockets Standard. The host has the connections, by number.
(function (core) {
  'use strict';
  const { host, ops, bodies, load, slots, register, unregister, bytesOf, Bytes, withOwnMethods, RESOLVED, DROPPED } = core;
  const { Event, ErrorEvent, EventTarget, fire, handlerProperty } = load('events');
  const { expose, constants, isObject, needed, usv, integer, dictionary, sequence, domException } = load('idl');
  const { MessageEvent } = load('messaging');
  const { setTimeout } = load('timers');
  const { utf8Encode } = load('encoding');
  const { apply } = Reflect;
  const { slice } = ArrayBuffer.prototype;
  const sockets = host.sockets();
  const TOKEN = {};
  const MAX_REASON_BYTES = 123;

  const CONNECTING = 0;
  const OPEN = 1;
  const CLOSING = 2;
  const CLOSED = 3;

  const NORMAL = 1000;
  const NONE = 1005;
  const ABNORMAL = 1006;

  // What the host tells: the numbers of GuestSocket.java.
  const TEXT = 0;
  const BINARY = 1;

  /** Ends that have a connection. */
  const connected = withOwnMethods(new Map());

  const $CloseEvent = slots('CloseEvent');

  class CloseEvent extends Event {
    [$CloseEvent] = { wasClean: false, code: 0, reason: '' };

    constructor(type, init = undefined) {
      needed('CloseEvent', arguments.length, 1);
      super(type, init);
      const { wasClean = false, code = 0, reason = '' } = dictionary('CloseEvent: init', init);
      this[$CloseEvent].wasClean = !!wasClean;
      this[$CloseEvent].code = integer(code, 16, false);
      this[$CloseEvent].reason = usv(reason);
    }
    get wasClean() {
      return this[$CloseEvent].wasClean;
    }
    get code() {
      return this[$CloseEvent].code;
    }
    get reason() {
      return this[$CloseEvent].reason;
    }
  }
  expose(CloseEvent);

  const $WebSocket = slots('WebSocket');

  class WebSocket extends EventTarget {
    [$WebSocket] = {
      url: '', origin: '', state: CONNECTING, protocol: '', binaryType: 'blob', number: 0, other: null, waiting: [],
      waitingBytes: 0, delivering: false, accepted: false, used: false, standard: true, lost: 0, op: 0,
    };

    constructor(url, protocols = []) {
      super();
      if (url === TOKEN) return;
      needed('WebSocket', arguments.length, 1);
      const slot = this[$WebSocket];
      const address = addressOf(usv(url));
      const names = protocolsOf(protocols);
      slot.url = address.href;
      slot.origin = address.origin;
      connect(this, address, names);
    }
    get url() {
      return this[$WebSocket].url;
    }
    get readyState() {
      return this[$WebSocket].state;
    }
    get bufferedAmount() {
      const { number, lost } = this[$WebSocket];
      return lost + (number > 0 ? sockets.queued(number) : 0);
    }
    get extensions() {
      this[$WebSocket].url;
      return '';
    }
    get protocol() {
      return this[$WebSocket].protocol;
    }
    close(code = undefined, reason = undefined) {
      const slot = this[$WebSocket];
      const given = code === undefined ? NONE : integer(code, 16, false, 'clamp');
      if (code !== undefined && !mayClose(slot, given)) {
        throw domException(`close: code: ${code} (expected: 1000, or 3000 to 4999)`, 'InvalidAccessError');
      }
      const text = reason === undefined ? '' : usv(reason);
      if (utf8Encode(text).byteLength > MAX_REASON_BYTES) {
        throw domException(`close: the reason is longer than ${MAX_REASON_BYTES} bytes`, 'SyntaxError');
      }
      close(this, given === NONE && text !== '' ? NORMAL : given, text);
    }
    get binaryType() {
      return this[$WebSocket].binaryType;
    }
    set binaryType(value) {
      const slot = this[$WebSocket];
      slot.binaryType;
      const text = `${value}`;
      if (text === 'blob' || text === 'arraybuffer') slot.binaryType = text;
    }
    send(data) {
      const slot = this[$WebSocket];
      needed('send', arguments.length, 1);
      const message = messageOf(data);
      if (slot.state === CONNECTING) throw domException('send: the connection is not open yet', 'InvalidStateError');
      if (!slot.standard && !slot.accepted) throw domException('send: accept() was not called', 'InvalidStateError');
      if (slot.state === OPEN) transmit(this, message);
      else slot.lost += sizeOf(message);
    }
    /** Begins to listen: for an end of a pair, or what a fetch brought. */
    accept() {
      const slot = this[$WebSocket];
      if (slot.standard || slot.used) throw domException('accept: not possible any more', 'InvalidStateError');
      slot.accepted = slot.used = true;
      if (slot.number > 0) sockets.accept(slot.number);
      else load('socketpair').listen(this);
    }
  }
  for (const name of ['open', 'message', 'error', 'close']) handlerProperty(WebSocket, name);
  expose(WebSocket);
  constants(WebSocket, { CONNECTING, OPEN, CLOSING, CLOSED });

  function isSocket(value) {
    return isObject(value) && $WebSocket in value;
  }

  /** The standard's codes for its sockets; for a server's all that may be sent. */
  function mayClose({ standard }, code) {
    if (code === NORMAL || (code >= 3000 && code <= 4999)) return true;
    return !standard && code > NORMAL && code <= 1014 && code !== 1004 && code !== NONE && code !== ABNORMAL;
  }

  /** The text, or [buffer, offset, length] of the bytes. */
  function messageOf(data) {
    if (typeof data !== 'string' && isObject(data)) {
      const range = bytesOf(data);
      if (range !== undefined) return range;
      const blobs = load('blobs');
      if (blobs.isBlob(data)) return bytesOf(blobs.bytesIn(data));
    }
    return usv(data);
  }

  function sizeOf(message) {
    return typeof message === 'string' ? utf8Encode(message).byteLength : message[2];
  }

  // ---- connecting

  function addressOf(text) {
    const { URL } = load('url');
    const url = URL.parse(text, globalThis.location?.href);
    if (url === null) throw domException(`WebSocket: ${text} is not a URL`, 'SyntaxError');
    if (url.protocol === 'http:') url.protocol = 'ws:';
    if (url.protocol === 'https:') url.protocol = 'wss:';
    if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
      throw domException(`WebSocket: ${url.protocol} (expected: ws, wss, http or https)`, 'SyntaxError');
    }
    if (url.href.includes('#')) throw domException('WebSocket: the URL has a fragment', 'SyntaxError');
    return url;
  }

  function protocolsOf(given) {
    const names = isObject(given) && given[Symbol.iterator] !== undefined ? sequence('WebSocket: protocols', given) : [given];
    const seen = new Set();
    for (let i = 0; i < names.length; i++) {
      names[i] = `${names[i]}`;
      const key = names[i].toLowerCase();
      if (seen.has(key) || !sockets.isProtocol(names[i])) {
        throw domException(`WebSocket: ${JSON.stringify(names[i])} is not a subprotocol, or is named twice`, 'SyntaxError');
      }
      seen.add(key);
    }
    return names;
  }

  function connect(self, address, protocols) {
    const slot = self[$WebSocket];
    const headers = protocols.length === 0 ? '' : `sec-websocket-protocol\n${protocols.join(', ')}\n`;
    const url = address.href.replace(/^ws/, 'http');
    slot.op = register((how, payload, number) => {
      slot.op = 0;
      if (how === DROPPED) {
        slot.state = CLOSED;
      } else if (how !== RESOLVED) {
        fail(self, payload);
      } else {
        const response = load('responses').arrived(payload, -1, '');
        if (response.status === 101) opened(self, number, response.headers.get('sec-websocket-protocol') ?? '');
        else refused(self, response.status, number);
      }
    });
    if (!sockets.connect(slot.op, null, url, headers)) {
      unregister(slot.op);
      throw new TypeError('WebSocket: not possible here: outside of a request, or too many');
    }
  }

  function opened(self, number, protocol) {
    const slot = self[$WebSocket];
    attach(self, number);
    slot.protocol = protocol;
    slot.state = OPEN;
    slot.accepted = true;
    fire(self, new Event('open'));
    sockets.accept(number);
  }

  function refused(self, status, body) {
    if (body >= 0) bodies.cancel(body);
    fail(self, `the server answered ${status} (expected: 101)`);
  }

  function fail(self, message) {
    ended(self, ABNORMAL, '', false, message);
  }

  /** A fetch with the header Upgrade: websocket: a promise for its response. */
  function request(service, { url, headers, signal }) {
    return new Promise((resolve, reject) => {
      const fragment = url.indexOf('#');
      const target = fragment < 0 ? url : url.slice(0, fragment);
      load('fetch').bounded(target, headers);
      if (signal !== null && signal.aborted) throw signal.reason;
      let forget = () => undefined;
      const op = register((how, payload, number) => {
        forget();
        if (how === RESOLVED) resolve(arrived(payload, number, target, signal));
        else if (how !== DROPPED) reject(new TypeError(payload));
      });
      if (!sockets.connect(op, service, target, headers)) {
        unregister(op);
        throw new TypeError('fetch: not possible here: outside of a request, or too many requests');
      }
      if (signal !== null) {
        forget = load('abort').onAbort(signal, () => {
          ops.cancel(op);
          unregister(op);
          reject(signal.reason);
        });
      }
    });
  }

  function arrived(payload, number, url, signal) {
    const responses = load('responses');
    if (!payload.startsWith('101\n')) return responses.abortable(responses.arrived(payload, number, url), signal);
    const response = responses.arrived(payload, -1, url);
    const socket = made();
    attach(socket, number);
    socket[$WebSocket].url = url;
    socket[$WebSocket].protocol = response.headers.get('sec-websocket-protocol') ?? '';
    return responses.withSocket(response, socket);
  }

  /** A socket that is open, and silent until it is accepted. */
  function made() {
    const socket = new WebSocket(TOKEN);
    const slot = socket[$WebSocket];
    slot.state = OPEN;
    slot.standard = false;
    slot.binaryType = 'arraybuffer';
    return socket;
  }

  // ---- connections

  function attach(self, number) {
    self[$WebSocket].number = number;
    connected.set(number, self);
  }

  /** Sends through the connection, or to a pair's other end. */
  function transmit(self, message) {
    const { number, other } = self[$WebSocket];
    if (number > 0) {
      if (typeof message === 'string') sockets.text(number, message);
      else sockets.bytes(number, message[0], message[1], message[2]);
    } else if (other !== null) {
      const copy = typeof message === 'string' ? message : apply(slice, message[0], [message[1], message[1] + message[2]]);
      load('socketpair').put(other, { data: copy, size: sizeOf(message), close: null });
    }
  }

  function close(self, code, reason) {
    const slot = self[$WebSocket];
    if (slot.state >= CLOSING) return;
    const connecting = slot.state === CONNECTING;
    slot.state = CLOSING;
    if (connecting) {
      ops.cancel(slot.op);
      unregister(slot.op);
      setTimeout(() => fail(self, 'closed before the connection was open'), 0);
    } else if (slot.number > 0) {
      sockets.close(slot.number, code, reason);
    } else if (slot.other !== null) {
      load('socketpair').put(slot.other, { data: '', size: 0, close: { code, reason } });
    }
  }

  /** The host has something to tell of a connection. */
  function heard(number, kind, payload, code, error) {
    const self = connected.get(number);
    if (self === undefined) return;
    if (kind === TEXT) {
      message(self, payload);
    } else if (kind === BINARY) {
      message(self, new Bytes(payload));
    } else {
      connected.delete(number);
      self[$WebSocket].number = 0;
      ended(self, code, payload, error === null, error);
    }
  }

  function message(self, data) {
    const slot = self[$WebSocket];
    if (slot.state !== OPEN) return;
    let shown = data;
    if (typeof data !== 'string') {
      if (slot.binaryType === 'blob') shown = load('blobs').make(data, '');
      else shown = data.byteLength === data.buffer.byteLength ? data.buffer : data.slice().buffer;
    }
    fire(self, new MessageEvent('message', { data: shown, origin: slot.origin }));
  }

  function ended(self, code, reason, wasClean, error) {
    const slot = self[$WebSocket];
    if (slot.state === CLOSED) return;
    slot.state = CLOSED;
    if (error !== null) fire(self, new ErrorEvent('error', { message: error }));
    fire(self, new CloseEvent('close', { wasClean, code, reason }));
  }

  return { WebSocket, CloseEvent, made, isSocket, request, attach, message, close, ended, fail, heard };
});
