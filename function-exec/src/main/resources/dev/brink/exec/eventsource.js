// EventSource: section 9.2 of the HTML Standard. It lives as long as the invocation that made it.
(function (core) {
  'use strict';
  const { load, slots, Decoder, Encoder } = core;
  const { Event, EventTarget, fire, handlerProperty } = load('events');
  const { expose, constants, needed, dictionary, usv, domException } = load('idl');
  const { MessageEvent } = load('messaging');
  const { AbortController } = load('abort');
  const { fetch } = load('fetch');
  const { URL } = load('url');
  const CONNECTING = 0;
  const OPEN = 1;
  const CLOSED = 2;
  const FIRST_RETRY_MILLIS = 3_000;
  const MAX_RETRY_MILLIS = 2 ** 31 - 1;
  const LF = 10;
  const CR = 13;

  const $EventSource = slots('EventSource');

  class EventSource extends EventTarget {
    [$EventSource] = {
      url: '', withCredentials: false, state: CONNECTING, controller: null, retry: FIRST_RETRY_MILLIS, origin: '',
      lastId: '', id: '', type: '', data: '', rest: '', afterCr: false,
    };

    constructor(url, init = undefined) {
      super();
      needed('EventSource', arguments.length, 1);
      const slot = this[$EventSource];
      slot.withCredentials = !!dictionary('EventSource: init', init).withCredentials;
      const parsed = URL.parse(usv(url), globalThis.location?.href);
      if (parsed === null) throw domException(`EventSource: ${url} is not a URL`, 'SyntaxError');
      slot.url = parsed.href;
      connect(this);
    }
    get url() {
      return this[$EventSource].url;
    }
    get withCredentials() {
      return this[$EventSource].withCredentials;
    }
    get readyState() {
      return this[$EventSource].state;
    }
    close() {
      const slot = this[$EventSource];
      slot.state = CLOSED;
      slot.controller?.abort();
    }
  }
  handlerProperty(EventSource, 'open');
  handlerProperty(EventSource, 'message');
  handlerProperty(EventSource, 'error');
  expose(EventSource);
  constants(EventSource, { CONNECTING, OPEN, CLOSED });

  async function connect(self) {
    const slot = self[$EventSource];
    slot.controller = new AbortController();
    const headers = [['accept', 'text/event-stream'], ['cache-control', 'no-cache']];
    if (slot.lastId !== '') headers.push(['last-event-id', headerText(slot.lastId)]);
    try {
      const response = await fetch(slot.url, { headers, signal: slot.controller.signal });
      if (slot.state === CLOSED) return;
      const type = response.headers.get('content-type') ?? '';
      if (response.status !== 200 || type.split(';')[0].trim().toLowerCase() !== 'text/event-stream') {
        fail(self);
        return;
      }
      slot.origin = new URL(response.url || slot.url).origin;
      slot.state = OPEN;
      fire(self, new Event('open'));
      await read(self, response.body);
    } catch {
      // As at the end of the stream.
    }
    if (slot.state !== CLOSED) connectAgain(self);
  }

  /** The bytes of a text in UTF-8, as a header's value has them. */
  function headerText(text) {
    let bytes = '';
    for (const byte of new Encoder().encode(text)) bytes += String.fromCharCode(byte);
    return bytes;
  }

  async function read(self, body) {
    const slot = self[$EventSource];
    const decoder = new Decoder();
    slot.rest = slot.data = slot.type = '';
    slot.afterCr = false;
    if (body === null) return;
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || slot.state === CLOSED) return;
      take(self, decoder.decode(value, { stream: true }));
    }
  }

  function fail(self) {
    self.close();
    fire(self, new Event('error'));
  }

  function connectAgain(self) {
    const slot = self[$EventSource];
    slot.state = CONNECTING;
    fire(self, new Event('error'));
    if (slot.state === CLOSED) return;
    try {
      load('timers').unref(() => slot.state === CLOSED || connect(self), slot.retry);
    } catch {
      slot.state = CLOSED;
    }
  }

  // ---- the stream

  /** Lines end with LF, CR or both. */
  function take(self, text) {
    const slot = self[$EventSource];
    let start = 0;
    for (let i = 0; i < text.length && slot.state !== CLOSED; i++) {
      const code = text.charCodeAt(i);
      if (code === LF && slot.afterCr) {
        start = i + 1;
      } else if (code === LF || code === CR) {
        const line = slot.rest + text.slice(start, i);
        start = i + 1;
        slot.rest = '';
        takeLine(self, line);
      }
      slot.afterCr = code === CR;
    }
    slot.rest += text.slice(start);
  }

  function takeLine(self, line) {
    const slot = self[$EventSource];
    if (line === '') {
      dispatch(self);
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') {
      slot.data += `${value}\n`;
    } else if (name === 'event') {
      slot.type = value;
    } else if (name === 'id' && !value.includes('\0')) {
      slot.id = value;
    } else if (name === 'retry' && /^[0-9]+$/.test(value)) {
      slot.retry = Math.min(+value, MAX_RETRY_MILLIS);
    }
  }

  function dispatch(self) {
    const slot = self[$EventSource];
    const { data, type } = slot;
    slot.lastId = slot.id;
    slot.data = slot.type = '';
    if (data === '') return;
    fire(self, new MessageEvent(type === '' ? 'message' : type, {
      data: data.slice(0, -1), origin: slot.origin, lastEventId: slot.lastId,
    }));
  }

  return { EventSource };
});
