// Responses, made, arrived and sent: section 5.5 of the Fetch Standard.
(function (core) {
  'use strict';
  const { load, slots } = core;
  const { expose, needed, isObject, usv, byteString } = load('idl');
  const { Headers, copyOf, guard, incomingHeaders, linesOf, listFrom, setDefault } = load('headers');
  const {
    TEXT_TYPE, TEXT, BYTES, NATIVE, Body, extract, isUsed, isLocked, decodeWhenRead, cloneBody, bodyMethods, mixIn, write,
  } = load('bodies');
  const { stringify } = JSON;
  const TEXT_LINES = `content-type\n${TEXT_TYPE}\n`;
  const JSON_TYPE = 'application/json';
  const JSON_LINES = `content-type\n${JSON_TYPE}\n`;
  const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

  const $Response = slots('Response');

  class Response {
    /** The headers of one that was given none are made when they are asked for; until then there is the content type alone, or null. */
    [$Response] = {
      redirected: false,
      status: 200,
      statusText: '',
      headers: null,
      contentType: null,
      body: null,
      type: 'default',
      url: '',
      webSocket: null,
    };

    constructor(body = null, init = undefined) {
      if (init !== undefined && init !== null) {
        if (typeof init !== 'object' && typeof init !== 'function') throw new TypeError('Response: init is not an object');
        if (init.webSocket !== undefined && init.webSocket !== null) takeSocket(this, init);
        else if (init.status !== undefined) this[$Response].status = statusOf(init.status);
        if (init.statusText !== undefined) {
          this[$Response].statusText = byteString(init.statusText);
          if (!REASON.test(this[$Response].statusText)) throw new TypeError(`${stringify(this[$Response].statusText)} is not a status text`);
        }
        if (init.headers !== undefined) this[$Response].headers = new Headers(init.headers);
      }
      if (body !== undefined && body !== null) {
        if (nullBody(this[$Response].status)) throw new TypeError(`a response with status ${this[$Response].status} has no body`);
        const made = extract(body);
        this[$Response].body = made.body;
        setType(this, made.type);
      }
    }

    static json(data, init = undefined) {
      needed('json', arguments.length, 1);
      const text = stringify(data);
      if (text === undefined) throw new TypeError('the value has no JSON form');
      const response = new Response(undefined, init);
      if (nullBody(response[$Response].status)) throw new TypeError(`a response with status ${response[$Response].status} has no body`);
      response[$Response].body = new Body(TEXT, text);
      setType(response, JSON_TYPE);
      return response;
    }

    static redirect(url, status = 302) {
      needed('redirect', arguments.length, 1);
      const location = load('url').requestUrl(usv(url));
      if (![301, 302, 303, 307, 308].includes(+status)) throw new RangeError(`status: ${status} (expected: 301, 302, 303, 307 or 308)`);
      const response = new Response(null, { status, headers: { location } });
      guard(headersOf(response), 'immutable');
      return response;
    }

    static error() {
      const response = new Response();
      response[$Response].status = 0;
      response[$Response].type = 'error';
      guard(headersOf(response), 'immutable');
      return response;
    }

    get type() {
      return this[$Response].type;
    }

    get url() {
      return this[$Response].url;
    }

    get redirected() {
      return this[$Response].redirected;
    }

    get status() {
      return this[$Response].status;
    }

    get ok() {
      return this[$Response].status >= 200 && this[$Response].status <= 299;
    }

    get statusText() {
      return this[$Response].statusText;
    }

    get headers() {
      return headersOf(this);
    }

    get webSocket() {
      return this[$Response].webSocket;
    }

    clone() {
      if (this[$Response].webSocket !== null) throw new TypeError('clone: the response has a webSocket');
      if (isUsed(this[$Response].body) || isLocked(this[$Response].body)) throw new TypeError('the body was read before, or is locked');
      const copy = new Response();
      copy[$Response].status = this[$Response].status;
      copy[$Response].statusText = this[$Response].statusText;
      copy[$Response].headers = copyOf(headersOf(this));
      copy[$Response].type = this[$Response].type;
      copy[$Response].url = this[$Response].url;
      [this[$Response].body, copy[$Response].body] = cloneBody(this[$Response].body);
      return copy;
    }
  }
  mixIn(Response.prototype, bodyMethods(responseBody, (response) => response.headers));
  expose(Response);

  function headersOf(response) {
    const state = response[$Response];
    if (state.headers === null) {
      state.headers = new Headers();
      if (state.contentType !== null) setDefault(state.headers, 'content-type', state.contentType);
    }
    return state.headers;
  }

  /** Its content type, unless it has one. */
  function setType(response, type) {
    const state = response[$Response];
    if (state.headers === null) state.contentType = type;
    else if (type !== null) setDefault(state.headers, 'content-type', type);
  }

  function responseLines(response) {
    const { headers, contentType } = response[$Response];
    if (headers !== null) return linesOf(headers);
    if (contentType === null) return '';
    // The usual ones are the same strings each time, which the host knows again.
    if (contentType === JSON_TYPE) return JSON_LINES;
    return contentType === TEXT_TYPE ? TEXT_LINES : `content-type\n${contentType}\n`;
  }

  function send(run, value) {
    if (value === null || typeof value !== 'object' || !($Response in value)) {
      run.bad(`the handler returned ${describe(value)} (expected: a Response)`);
      return;
    }
    const { body, webSocket } = value[$Response];
    if (webSocket !== null) {
      load('socketpair').answer(run, responseLines(value), webSocket);
      return;
    }
    if (value[$Response].status < 200) {
      run.bad('the handler returned Response.error()');
      return;
    }
    if (isUsed(body) || isLocked(body)) {
      run.bad('the response’s body was read before, or is locked');
      return;
    }
    write(run, value[$Response].status, value[$Response].statusText, responseLines(value), body);
  }

  /** A response with a socket is a 101, whatever a client may think of it. */
  function takeSocket(self, { status, webSocket }) {
    if (!load('websocket').isSocket(webSocket)) throw new TypeError('Response: webSocket is not a WebSocket');
    if (status !== 101) throw new RangeError(`status: ${status} (expected: 101 with a webSocket)`);
    self[$Response].status = 101;
    self[$Response].webSocket = webSocket;
  }

  function withSocket(response, webSocket) {
    response[$Response].webSocket = webSocket;
    return response;
  }

  function redirected(response) {
    response[$Response].redirected = true;
    return response;
  }

  function arrived(lines, number, url, method, own = false) {
    const first = lines.indexOf('\n');
    const second = lines.indexOf('\n', first + 1);
    const response = new Response();
    response[$Response].status = +lines.slice(0, first);
    response[$Response].statusText = lines.slice(first + 1, second);
    response[$Response].headers = incomingHeaders(listFrom(lines.slice(second + 1)), null);
    response[$Response].type = 'basic';
    response[$Response].url = url;
    if (number >= 0 && !nullBody(response[$Response].status)) {
      response[$Response].body = new Body(NATIVE, number);
      if (method !== 'HEAD') decodeWhenRead(response[$Response], own);
    }
    return response;
  }

  /** A response whose body ends with the signal of its request, where that has one. */
  function abortable(response, signal) {
    const { body } = response[$Response];
    if (signal !== null && body !== null) load('aborts').heed(body, signal);
    return response;
  }

  function responseBody(response) {
    return response[$Response].body;
  }

  function statusOf(value) {
    const status = value & 0xffff;
    if (status < 200 || status > 599) throw new RangeError(`status: ${value} (expected: 200 to 599)`);
    return status;
  }

  function nullBody(status) {
    return status === 101 || status === 103 || status === 204 || status === 205 || status === 304;
  }

  function describe(value) {
    if (value === null) return 'null';
    if (value === undefined) return 'nothing';
    return typeof value === 'object' ? 'an object that is not a Response' : `a ${typeof value}`;
  }

  /** The parts of a response that is to be kept. */
  function partsOfResponse(response) {
    if (!isObject(response) || !($Response in response)) {
      throw new TypeError(`response: ${describe(response)} (expected: a Response)`);
    }
    const { status, statusText, body } = response[$Response];
    const headers = headersOf(response);
    return { status, statusText, headers: linesOf(headers), body, vary: headers.get('vary') };
  }

  /** A response that was kept: its head, and what invoke of binding.js gives for its body. */
  function restored(head, content) {
    const response = arrived(head, -1, '');
    response[$Response].type = 'default';
    if (content !== null && !nullBody(response[$Response].status)) {
      response[$Response].body = content instanceof Body ? content : new Body(BYTES, content);
      if (content instanceof Body) decodeWhenRead(response[$Response], false);
    }
    return response;
  }

  /** The response to a request that the host knows nothing of; its content may be null. */
  function local(head, url, content) {
    const response = arrived(head, -1, url);
    if (content !== null) response[$Response].body = new Body(BYTES, content);
    return response;
  }

  return { Response, send, arrived, redirected, abortable, withSocket, partsOfResponse, restored, local };
});
