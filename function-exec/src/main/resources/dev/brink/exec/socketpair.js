// WebSocketPair, with which a function answers a request for a WebSocket. A pair's ends have each
// other until one of them is answered with: then the other has the client.
(function (core) {
  'use strict';
  const { host, load, slots, Bytes } = core;
  const { expose } = load('idl');
  const { setTimeout } = load('timers');
  const { made, attach, message, close, ended, fail } = load('websocket');
  const sockets = host.sockets();
  const $WebSocket = slots('WebSocket');
  const ABNORMAL = 1006;
  const INTERNAL_ERROR = 1011;
  const MAX_WAITING = 1_000;

  class WebSocketPair {
    constructor() {
      const one = made();
      const two = made();
      one[$WebSocket].other = two;
      two[$WebSocket].other = one;
      this[0] = one;
      this[1] = two;
    }
  }
  expose(WebSocketPair);

  /** Leaves something for an end of a pair. */
  function put(self, item) {
    const slot = self[$WebSocket];
    slot.waitingBytes += item.size;
    if (slot.waiting.length >= MAX_WAITING || slot.waitingBytes > sockets.maxQueued()) {
      const { other } = slot;
      slot.waiting = [];
      for (const end of [self, other]) setTimeout(() => fail(end, 'more waits to be sent than may'), 0);
      return;
    }
    slot.waiting.push(item);
    if (slot.accepted) deliverSoon(self);
  }

  function listen(self) {
    const slot = self[$WebSocket];
    if (slot.waiting.length > 0) deliverSoon(self);
  }

  function deliverSoon(self) {
    const slot = self[$WebSocket];
    if (slot.delivering) return;
    slot.delivering = true;
    setTimeout(() => {
      slot.delivering = false;
      const item = slot.waiting.shift();
      if (item === undefined) return;
      slot.waitingBytes -= item.size;
      if (slot.waiting.length > 0) deliverSoon(self);
      if (item.close !== null) closedByOther(self, item.close);
      else message(self, typeof item.data === 'string' ? item.data : new Bytes(item.data));
    }, 0);
  }

  /** As between two machines: the close is answered. */
  function closedByOther(self, { code, reason }) {
    const { other } = self[$WebSocket];
    ended(self, code, reason, true, null);
    ended(other, code, '', true, null);
  }

  // ---- answering

  /** Answers a request with a socket, whose other end is then the client's. */
  function answer(run, headers, socket) {
    const slot = socket[$WebSocket];
    if (slot.used || slot.standard) {
      run.bad('the response’s webSocket was accepted, or answered with, before');
      return;
    }
    slot.used = true;
    const other = slot.number > 0 ? relayed(socket) : slot.other;
    const given = slot.number > 0 ? other[$WebSocket].other[$WebSocket] : slot;
    const number = run.upgrade(headers);
    if (number < 0) {
      setTimeout(() => fail(other, 'the request was not answered with a WebSocket'), 0);
      return;
    }
    attach(other, number);
    for (const item of given.waiting) {
      if (item.close !== null) sockets.close(number, item.close.code, item.close.reason);
      else if (typeof item.data === 'string') sockets.text(number, item.data);
      else sockets.bytes(number, item.data, 0, item.size);
    }
    given.waiting = [];
    if (other[$WebSocket].accepted) sockets.accept(number);
  }

  /** The near end of a pair whose messages are those of a socket that a fetch brought. */
  function relayed(socket) {
    const { 0: near } = new WebSocketPair();
    for (const [from, to] of [[socket, near], [near, socket]]) {
      from.addEventListener('message', ({ data }) => to.send(data));
      from.addEventListener('close', ({ code, reason }) => close(to, code === ABNORMAL ? INTERNAL_ERROR : code, reason));
    }
    near.accept();
    socket[$WebSocket].accepted = true;
    sockets.accept(socket[$WebSocket].number);
    return near;
  }

  return { WebSocketPair, put, listen, answer };
});
